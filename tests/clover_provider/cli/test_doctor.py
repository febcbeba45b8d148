"""The doctor finds mistakes, names the remedy, and shows no key."""

import json

import pytest
from click.testing import CliRunner

from clover_provider.cli import command_line

CANARY = "canary-private-key"
GOOD = {
    "CLOVER_ENVIRONMENT": "sandbox",
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_PRIVATE_KEY": CANARY,
}


def examine(*arguments, **changes):
    environment = {**GOOD, **changes}
    return CliRunner().invoke(
        command_line.build(), ["doctor", *arguments], env=environment
    )


def local(simulator, **changes):
    return {
        "CLOVER_ENVIRONMENT": "local",
        "CLOVER_BASE_URL": simulator.url,
        "CLOVER_PRIVATE_KEY": simulator.merchant.private_key,
        **changes,
    }


def test_a_good_configuration_is_well():
    done = examine()

    assert done.exit_code == 0
    assert "TESTMERCH0001" in done.output
    assert CANARY not in done.output


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLOVER_MERCHANT_ID": "12345678901234"}, "MERCHANT_ID"),
        ({"CLOVER_ENVIRONMENT": "moon"}, "ENVIRONMENT"),
        ({"CLOVER_MODE": "api"}, "PCI_ATTESTATION"),
        ({"CLOVER_MODE": "hosted"}, "HOSTED_PRIVATE_KEY"),
        ({"CLOVER_PUBLIC_KEY": CANARY}, "PUBLIC_KEY"),
        ({"CLOVER_PRIVATE_KEY": ""}, "PRIVATE_KEY"),
    ],
)
def test_a_mistake_is_named_and_ends_with_1(changes, named):
    done = examine("--json", **changes)

    [finding] = json.loads(done.output)
    assert done.exit_code == 1
    assert named in finding["text"]
    assert CANARY not in done.output


def test_it_says_what_cannot_be_known_of_hosted_payments():
    hosted = {
        "CLOVER_MODE": "hosted",
        "CLOVER_HOSTED_PRIVATE_KEY": "hosted",
        "CLOVER_WEBHOOK_SECRETS": "secret",
    }

    unsure = examine("--json", **hosted).output
    certain = examine("--json", **hosted, CLOVER_PLATFORM_TOKEN="platform").output

    assert "set PLATFORM_TOKEN" in unsure
    assert "set PLATFORM_TOKEN" not in certain


def verdicts(done):
    return {row["subject"]: row["verdict"] for row in json.loads(done.output)}


def test_what_cannot_be_known_is_not_called_wrong():
    done = examine(
        "--json",
        CLOVER_MODE="hosted",
        CLOVER_HOSTED_PRIVATE_KEY="hosted",
        CLOVER_WEBHOOK_SECRETS="one,two",
    )

    assert done.exit_code == 0
    assert verdicts(done) == {
        "settings": "ok",
        "hosted payments": "unknown",
        "hosted key": "unknown",
        "webhook": "unknown",
        "webhook secrets": "ok",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CLOVER_ACCESS_TOKEN": "canary-token"}, "lives for minutes"),
        ({"CLOVER_APP_ID": "TESTAPP000001"}, "comes with the consent"),
    ],
)
def test_keys_that_come_and_go_are_named(changes, said):
    done = examine("--json", **{"CLOVER_PRIVATE_KEY": "", **changes})

    assert done.exit_code == 0
    assert verdicts(done)["private key"] == "unknown"
    assert said in done.output
    assert "canary-token" not in done.output


def test_cards_that_may_go_out_unencrypted_are_named():
    done = examine(
        "--json",
        CLOVER_MODE="api",
        CLOVER_PCI_ATTESTATION="SAQ D of the tests",
        CLOVER_REQUIRE_ENCRYPTION="no",
    )

    assert verdicts(done)["card encryption"] == "unknown"


@pytest.fixture
def settings_file(tmp_path):
    """Writes a settings file and gives its path."""

    def write(text):
        path = tmp_path / "shop.toml"
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ({}, "Fraud Tools"),
        (
            {
                "CLOVER_MODE": "hosted",
                "CLOVER_HOSTED_PRIVATE_KEY": "hosted-key",
                "CLOVER_WEBHOOK_SECRETS": "webhook-secret",
            },
            "changes nothing",
        ),
    ],
)
def test_3d_secure_is_more_than_a_setting(mode, said):
    done = examine("--json", CLOVER_THREE_D_SECURE="true", **mode)

    (text,) = (
        row["text"] for row in json.loads(done.output) if row["subject"] == "3-D Secure"
    )
    assert said in text
    assert "3-D Secure" not in examine("--json", **mode).output


def test_a_settings_file_stands_in_for_the_environment(settings_file):
    path = settings_file(
        '[CLOVER]\nENVIRONMENT = "sandbox"\nMERCHANT_ID = "FILEMERCH0001"\n'
        f'PRIVATE_KEY = "{CANARY}-2"\nMODES = ["iframe"]\n'
    )

    done = examine("--settings", path)

    assert done.exit_code == 0, done.output
    assert "FILEMERCH0001" in done.output
    assert CANARY not in done.output


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[CLOVER]\nENVIRONMENT = "sandbox"', "CLOVER['MERCHANT_ID'] is missing"),
        (f'PRIVATE_KEY = "{CANARY}"', "no table [CLOVER]"),
        (f'CLOVER = "{CANARY}"', "no table [CLOVER]"),
        (f"PRIVATE_KEY = {CANARY}", "is no TOML file"),
    ],
)
def test_a_settings_file_that_is_wrong_is_refused_without_quoting_it(
    settings_file, text, named
):
    done = examine("--json", "--settings", settings_file(text))

    [finding] = json.loads(done.output)
    assert done.exit_code == 1
    assert named in finding["text"]
    assert CANARY not in done.output


def test_online_it_asks_clover(clover_simulator):
    done = examine("--online", "--json", **local(clover_simulator))

    assert done.exit_code == 0, done.output
    assert "answers" in done.output


def test_online_a_wrong_key_is_found(clover_simulator):
    wrong = local(clover_simulator, CLOVER_PRIVATE_KEY="no-such-key")

    done = examine("--online", "--json", **wrong)

    assert done.exit_code == 1
    assert "no-such-key" not in done.output


def all_modes(simulator, **changes):
    merchant = simulator.merchant
    return local(
        simulator,
        CLOVER_MODES="iframe,hosted,api",
        CLOVER_HOSTED_PRIVATE_KEY=merchant.hosted_private_key,
        CLOVER_WEBHOOK_SECRETS=merchant.webhook_secret,
        CLOVER_PLATFORM_TOKEN=merchant.platform_token,
        CLOVER_PCI_ATTESTATION="SAQ D of the tests",
        **changes,
    )


def test_online_it_only_reads(clover_simulator):
    done = examine("--online", "--json", **all_modes(clover_simulator))

    found = verdicts(done)
    asked = {name: found[name] for name in ("charges", "mode iframe", "mode api")}
    assert done.exit_code == 0, done.output
    assert set(asked.values()) == {"ok"}
    assert found["platform"] == "ok"
    assert {row.method for row in clover_simulator.requests} == {"GET"}
    assert not clover_simulator.ledger.sessions


def test_online_a_wrong_platform_token_is_found(clover_simulator):
    wrong = all_modes(clover_simulator) | {"CLOVER_PLATFORM_TOKEN": "no-such-token"}

    done = examine("--online", "--json", **wrong)

    assert done.exit_code == 1
    assert verdicts(done)["platform"] == "wrong"
    assert "no-such-token" not in done.output


def test_online_the_keys_of_two_merchants_are_found(clover_simulator):
    mixed = local(clover_simulator, CLOVER_MERCHANT_ID="TESTMERCH0002")

    done = examine("--online", "--json", **mixed)

    assert done.exit_code == 1
    assert "belong together" in done.output.replace("\n", " ")


def test_online_without_a_key_no_one_is_asked(clover_simulator):
    merchant = clover_simulator.merchant
    app = local(clover_simulator, CLOVER_PRIVATE_KEY="", CLOVER_APP_ID=merchant.app_id)

    done = examine("--online", "--json", **app)

    assert verdicts(done)["Clover"] == "unknown"
    assert not clover_simulator.requests


def test_online_a_clover_that_does_not_answer_is_wrong(clover_simulator):
    with clover_simulator.refusing_connections():
        done = examine("--online", "--json", **local(clover_simulator))

    assert done.exit_code == 1
    assert verdicts(done)["charges"] == "wrong"


def hosted_key_everywhere(**changes):
    return {
        "CLOVER_MODES": "iframe,hosted",
        "CLOVER_HOSTED_PRIVATE_KEY": CANARY,
        "CLOVER_WEBHOOK_SECRETS": "secret",
    } | changes


@pytest.mark.parametrize("private_key", [CANARY, ""])
def test_the_hosted_key_is_no_key_for_cards(private_key):
    done = examine("--json", **hosted_key_everywhere(CLOVER_PRIVATE_KEY=private_key))

    assert done.exit_code == 1
    assert verdicts(done)["private key"] == "wrong"
    assert "made for the integration type iframe or API" in done.output
    assert CANARY not in done.output


def test_where_all_is_hosted_one_key_may_stand_in_both_places():
    changes = hosted_key_everywhere(CLOVER_MODE="hosted", CLOVER_MODES="hosted")

    assert "private key" not in verdicts(examine("--json", **changes))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLOVER_APP_ID": "TESTMERCH0001"}, "APP_ID"),
        ({"CLOVER_APP_ID": CANARY}, "APP_ID"),
        ({"CLOVER_PAGE_CONFIG_ID": CANARY}, "PAGE_CONFIG_ID"),
        ({"CLOVER_APP_SECRET": CANARY}, "APP_SECRET"),
        ({"CLOVER_WEBHOOK_SECRETS": CANARY}, "WEBHOOK_SECRETS"),
    ],
)
def test_what_is_in_two_places_is_named(changes, named):
    done = examine("--json", **changes)

    [finding] = json.loads(done.output)
    assert done.exit_code == 1
    assert f"{named}" in finding["text"]
    assert "is the same as" in finding["text"]
    assert CANARY not in done.output


@pytest.mark.parametrize("public_key", ["", "a-public-key"])
def test_online_a_key_of_the_wrong_type_leaves_a_trace(clover_simulator, public_key):
    clover_simulator.switch(strict_key_types=True)
    hosted_key = clover_simulator.merchant.hosted_private_key
    wrong = local(
        clover_simulator, CLOVER_PRIVATE_KEY=hosted_key, CLOVER_PUBLIC_KEY=public_key
    )

    done = examine("--online", "--json", **wrong)

    subject, verdict = (
        ("key pair", "unknown") if public_key else ("mode iframe", "wrong")
    )
    assert verdicts(done)[subject] == verdict
    assert "pair made for Hosted Checkout" in done.output
    assert hosted_key not in done.output


@pytest.mark.parametrize("is_pair", [True, False])
def test_online_the_public_key_is_held_against_the_private_one(
    clover_simulator, is_pair
):
    known = clover_simulator.merchant.pakms_key
    settings = local(
        clover_simulator, CLOVER_PUBLIC_KEY=known if is_pair else "another-public-key"
    )

    done = examine("--online", "--json", **settings)

    assert verdicts(done)["key pair"] == ("ok" if is_pair else "unknown")
    assert done.exit_code == 0
