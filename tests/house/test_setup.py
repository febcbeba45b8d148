"""`.ci/setup` installs nothing on a machine whose owner did not say yes.

It runs here on a machine that lacks a browser, Redis and gettext, and whose `apt-get`
only writes down what it is asked for.
"""

import shutil
import subprocess

import pytest

from tests.house.project import ROOT

TOOLS = ("sh", "cat", "ls", "id", "printf")
LACKING = ("chromium", "redis-server", "gettext")


@pytest.fixture
def machine(tmp_path):
    """The folder of the machine's programs; `asked` holds what apt-get was called with."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in TOOLS:
        (programs / name).symlink_to(shutil.which(name))
    for name, code in {
        "apt-get": 'echo "$@" >> ../asked',
        "sudo": 'shift; "$@"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{code}\n")
        (programs / name).chmod(0o755)
    return programs


def set_up(machine, **environ):
    asked = machine.parent / "asked"
    asked.touch()
    done = subprocess.run(
        [ROOT / ".ci/setup"],
        cwd=machine,
        env={"PATH": str(machine), "HOME": str(machine.parent), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, asked.read_text()


@pytest.mark.parametrize("environ", [{}, {"CLOVER_SETUP": "no"}])
def test_nothing_is_installed_without_a_yes(machine, environ):
    done, asked = set_up(machine, **environ)

    assert done.returncode == 0
    assert asked == ""
    assert all(name in done.stdout for name in LACKING)
    assert all(name in done.stderr for name in LACKING)


def test_it_says_how_to_say_yes(machine):
    done, _ = set_up(machine)

    assert "CLOVER_SETUP=yes make test" in done.stdout


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"CLOVER_SETUP": "yes"}])
def test_what_is_missing_is_installed_where_that_is_wanted(machine, environ):
    done, asked = set_up(machine, **environ)

    assert all(f" {name}\n" in asked for name in LACKING)
    assert done.returncode == (1 if "CI" in environ else 0)


def test_ci_fails_for_what_is_missing_still(machine):
    done, _ = set_up(machine, CI="true", CLOVER_SETUP="no")

    assert done.returncode == 1
    assert "Still missing" in done.stderr


def test_a_machine_with_everything_hears_nothing(machine):
    found = ("chromium", "redis-server", "xgettext", "msgmerge", "msgfmt", "nginx")
    servers = ("initdb", "mariadbd", "mariadb-install-db", "my_print_defaults")
    for name in (*found, *servers):
        (machine / name).symlink_to("/bin/true")

    done, asked = set_up(machine)

    assert (done.returncode, done.stdout, done.stderr, asked) == (0, "", "", "")
