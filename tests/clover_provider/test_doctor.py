"""The doctor finds mistakes, names the remedy, and shows no key."""

import json

import pytest
from click.testing import CliRunner

from clover_provider import cli

CANARY = "canary-private-key"
GOOD = {
    "CLOVER_ENVIRONMENT": "sandbox",
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_PRIVATE_KEY": CANARY,
}


def examine(*arguments, **changes):
    environment = {**GOOD, **changes}
    return CliRunner().invoke(cli.build(), ["doctor", *arguments], env=environment)


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


def test_online_it_asks_clover(clover_simulator):
    done = examine("--online", "--json", **local(clover_simulator))

    assert done.exit_code == 0, done.output
    assert "answers" in done.output


def test_online_a_wrong_key_is_found(clover_simulator):
    wrong = local(clover_simulator, CLOVER_PRIVATE_KEY="no-such-key")

    done = examine("--online", "--json", **wrong)

    assert done.exit_code == 1
    assert "no-such-key" not in done.output
