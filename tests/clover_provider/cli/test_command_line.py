"""The command `clover`, also where its packages are missing."""

import subprocess
import sys
from importlib.metadata import EntryPoint, version

import click
import pytest
from click.testing import CliRunner

from clover_provider.cli import command_line


def run(*arguments):
    return CliRunner().invoke(command_line.build(), arguments)


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_its_packages_it_says_how_to_get_them(package):
    code = (
        f"import sys; sys.modules[{package!r}] = None;"
        "from clover_provider.cli import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "pip install 'clover-provider[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_lists_its_own_and_other_packages_commands():
    listed = run("--help").output

    for name in ("demo", "doctor", "oauth-url", "plugins", "simulate"):
        assert name in listed


def test_it_says_its_version():
    assert version("clover-provider") in run("--version").output


@pytest.mark.parametrize("arguments", [[], ["--port", "0"], ["a-word"]])
def test_a_command_that_lacks_a_package_says_which(arguments):
    broken = EntryPoint("simulate", "no_such_package.cli:simulate", command_line.GROUP)
    group = click.Group("clover", {"simulate": command_line._load(broken)})

    done = CliRunner().invoke(group, ["simulate", *arguments])

    assert done.exit_code == 1
    assert "simulate needs no_such_package" in done.output
    assert "clover-provider[simulator]" in done.output


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_package.cli:theirs", "needs no_such_package"),
        ("json:no_such_name", "is not where it should be"),
        ("json:dumps", "is no click command"),
    ],
)
def test_a_broken_command_of_another_package_breaks_nothing(value, why):
    broken = EntryPoint("theirs", value, command_line.GROUP)
    group = click.Group("clover", {"theirs": command_line._load(broken)})

    listed = CliRunner().invoke(group, ["--help"])
    done = CliRunner().invoke(group, ["theirs"])

    assert "Not available" in listed.output
    assert f"theirs {why}" in done.output
    assert "clover-provider[" not in done.output


def test_a_command_that_lacks_a_package_only_when_it_runs_says_which(monkeypatch):
    late = click.Command("demo", callback=lambda: __import__("no_such_package"))
    monkeypatch.setattr(EntryPoint, "load", lambda found: late)
    found = EntryPoint("demo", "theirs:demo", command_line.GROUP)
    group = click.Group("clover", {"demo": command_line._load(found)})

    done = CliRunner().invoke(group, ["demo"])

    assert done.exit_code == 1
    assert done.output == (
        "Error: demo needs no_such_package: pip install 'clover-provider[demo]'\n"
    )
