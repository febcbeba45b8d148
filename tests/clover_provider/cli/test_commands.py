"""What `clover plugins` and `clover oauth-url` print."""

import json
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from clover_provider.cli import command_line
from clover_provider.oauth import challenge_of

APP = {
    "CLOVER_ENVIRONMENT": "sandbox",
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_APP_ID": "TESTAPP000001",
}


AUDIT = """
from payment_hooks import hookimpl

@hookimpl(wrapper=True)
def payment_charge(request):
    return (yield)

@hookimpl
def shop_payment_changed(event):
    pass
"""


def run(*arguments, **environment):
    return CliRunner().invoke(command_line.build(), arguments, env=environment)


def ask_for_url(**changes):
    done = run(
        "oauth-url", "--redirect-uri", "https://app.example/back", **APP | changes
    )
    return done, dict(
        line.split(": ", 1) for line in done.output.splitlines() if ": " in line
    )


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Installs a package which offers a plugin, beside those that are there."""

    def put(module, code=""):
        (tmp_path / "audit_of_the_tests.py").write_text(code)
        folder = tmp_path / "audit-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: audit\nVersion: 1.0\n"
        )
        (folder / "entry_points.txt").write_text(f"[payment_hooks]\naudit = {module}\n")
        monkeypatch.syspath_prepend(tmp_path)

    yield put
    sys.modules.pop("audit_of_the_tests", None)


def test_the_plugins_are_listed_with_their_hooks():
    listed = run("plugins").output

    assert "clover" in listed
    assert "provider" in listed
    assert "payment_read_webhook" in listed


def test_it_shows_who_is_called_first_and_who_wraps_whom(install):
    install("audit_of_the_tests", AUDIT)

    said = json.loads(run("plugins", "--json").output)

    roles = {row["name"]: row["acts_as"] for row in said["plugins"]}
    assert roles == {"audit": ["shop", "wrapper"], "clover": ["provider"]}
    assert said["calls"]["payment_charge"] == ["audit (wraps)", "clover"]
    assert "audit (wraps) > clover" in run("plugins").output
    assert said["broken"] == []


@pytest.mark.parametrize(
    ("module", "code", "named"),
    [
        ("no_such_package.hooks", "", "no_such_package"),
        ("audit_of_the_tests", AUDIT.replace("charge", "chrage"), "payment_charge"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_work(install, module, code, named):
    install(module, code)

    done = run("plugins")

    assert done.exit_code == 1
    assert "is broken" in done.output
    assert named in done.output
    assert "payment_charge" in done.output
    assert "clover-provider" in done.output


def test_an_app_without_a_secret_gets_a_verifier_and_its_challenge():
    done, printed = ask_for_url()

    query = parse_qs(urlsplit(printed["url"]).query)
    assert done.exit_code == 0
    assert query["state"] == [printed["state"]]
    assert query["code_challenge"] == [challenge_of(printed["code verifier"])]


def test_an_app_with_a_secret_proves_itself_by_that():
    done, printed = ask_for_url(CLOVER_APP_SECRET="canary-app-secret")

    assert "code_challenge" not in printed["url"]
    assert "code verifier" not in printed
    assert "canary-app-secret" not in done.output


def test_without_an_app_the_setting_is_named():
    done, _ = ask_for_url(CLOVER_APP_ID="", CLOVER_PRIVATE_KEY="private")

    assert done.exit_code == 1
    assert "APP_ID" in done.output
