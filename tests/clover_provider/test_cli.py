"""The command `clover`, also where its packages are missing."""

import subprocess
import sys
from importlib.metadata import EntryPoint, version

import click
import pytest
from click.testing import CliRunner

from clover_provider import cli

GOOD = {
    "CLOVER_ENVIRONMENT": "sandbox",
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_PRIVATE_KEY": "canary-private-key",
    "CLOVER_APP_ID": "TESTAPP000001",
}


@pytest.fixture
def run(monkeypatch):
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments, **environment):
        return CliRunner().invoke(cli.build(), arguments, env=environment)

    return invoke


def test_without_click_it_says_how_to_get_it():
    code = (
        "import sys; sys.modules['click'] = None;"
        "from clover_provider.cli import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "pip install 'clover-provider[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_lists_its_own_and_other_packages_commands(run):
    listed = run("--help").output

    for name in ("demo", "doctor", "oauth-url", "plugins", "simulate"):
        assert name in listed


def test_it_tells_its_version(run):
    assert version("clover-provider") in run("--version").output


def test_a_command_that_lacks_a_package_says_which():
    broken = EntryPoint("simulate", "no_such_package.cli:simulate", cli.GROUP)
    group = click.Group("clover", {"simulate": cli._load(broken)})

    done = CliRunner().invoke(group, ["simulate"])

    assert done.exit_code == 1
    assert "simulate needs no_such_package" in done.output
    assert "clover-provider[simulator]" in done.output


def test_the_plugins_are_listed_with_their_hooks(run):
    listed = run("plugins").output

    assert "clover" in listed
    assert "payment_read_webhook" in listed


def test_the_consent_address_comes_with_a_state_and_a_verifier(run):
    done = run("oauth-url", "--redirect-uri", "https://app.example/back", **GOOD)

    assert done.exit_code == 0
    assert "code_challenge_method=S256" in done.output
    assert "state: " in done.output
    assert "code verifier: " in done.output


def test_the_consent_address_without_an_app_names_the_setting(run):
    environment = {**GOOD, "CLOVER_APP_ID": ""}

    done = run("oauth-url", "--redirect-uri", "https://app.example/back", **environment)

    assert done.exit_code == 1
    assert "APP_ID" in done.output
