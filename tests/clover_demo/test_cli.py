import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from clover_demo.cli import demo


def test_help_names_the_options():
    shown = CliRunner().invoke(demo, ["--help"]).output

    assert all(name in shown for name in ("--once", "--port", "--data-dir", "--fresh"))


def test_a_port_in_use_is_named_with_the_remedy(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(demo, ["--port", port, "--data-dir", str(tmp_path)])

    assert done.exit_code == 1
    assert f"port {port} cannot be used" in done.output
    assert "--port 0" in done.output


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    done = CliRunner().invoke(demo, ["--data-dir", str(tmp_path / "file" / "folder")])

    assert done.exit_code == 1
    assert "cannot be used" in done.output


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_refused_in_one_line(tmp_path, port):
    done = CliRunner().invoke(demo, ["--port", port, "--data-dir", str(tmp_path)])

    assert done.exit_code == 1
    assert done.output == f"Error: --port is from 0 to 65535, not {port}\n"


def test_a_port_that_only_root_may_use_is_refused_in_one_line(tmp_path, monkeypatch):
    def refuse(self, address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    done = CliRunner().invoke(demo, ["--port", "80", "--data-dir", str(tmp_path)])

    assert done.exit_code == 1
    assert done.output.startswith("Error: port 80 cannot be used (Permission denied)")
    assert done.output.count("\n") == 1


def test_without_its_extra_it_says_what_to_install():
    code = (
        "import sys\n"
        "for name in ('django', 'mechanicalsoup', 'uvicorn'): sys.modules[name] = None\n"
        "from clover_demo.cli import demo; demo([])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr == (
        "Error: the demo needs django, mechanicalsoup, uvicorn: "
        "pip install 'clover-provider[demo]'\n"
    )
