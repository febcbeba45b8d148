import socket

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
