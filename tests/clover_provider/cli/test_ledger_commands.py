"""`clover recover` and `clover reconcile` on a shop of one file."""

import json

import pytest
from click.testing import CliRunner

from clover_provider.cli.command_line import build

SHOP = """
from payment_hooks import *
from payment_hooks.testing import FakeProvider

provider = FakeProvider()
payments = Payments.using(provider)
paid = payments.open("100123", mode=Mode.IFRAME, amount_due=Money.of("5.00", "USD"))
payments.charge(paid.payment_id, PaymentSource(token="tok-1"), notify=False)
provider._add(TransactionKind.CHARGE, Money.of("7.00", "USD"))
number = 7
clean = Payments.using(FakeProvider())

def make():
    return payments

def with_message():
    payments.ledger.add_event(WebhookEvent(
        event_id="stray", kind=EventKind.PAYMENT, provider="fake",
        merchant_id=provider.merchant_id, transaction_id="T9",
        occurred_at=paid.created_at))
    return payments

def broken():
    raise ConfigurationError("MERCHANT_ID is missing")
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in the shop's folder; the shop is loaded anew each time."""
    monkeypatch.chdir(tmp_path)
    name = f"shop_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(SHOP)

    def call(command, *options, payments="payments"):
        place = f"{name}:{payments}" if payments else "nonsense"
        return CliRunner().invoke(build(), [command, "--payments", place, *options])

    return call


@pytest.mark.parametrize("name", ["payments", "make"])
def test_recovery_notifies_what_was_not_notified(run, name):
    done = run("recover", payments=name)

    assert done.exit_code == 0, done.output
    assert "100123" in done.output
    assert "1 looked at, 0 still unknown, 0 for a person" in done.output


def test_a_message_that_fits_nothing_is_named_until_it_is_dismissed(run):
    left = run("recover", payments="with_message")
    said = json.loads(run("recover", "--json", payments="with_message").output)

    assert left.exit_code == 1
    assert "message stray of T9 fits no payment" in left.output
    assert said["messages"][0]["event_id"] == "stray"
    done = run("recover", "--dismiss", "stray", payments="with_message")
    assert (done.exit_code, "stray" in done.output) == (0, False)


@pytest.mark.parametrize("command", ["recover", "reconcile"])
def test_quiet_prints_nothing_while_all_is_well(run, command):
    done = run(command, "--quiet", payments="clean")

    assert (done.exit_code, done.output) == (0, "")


def test_quiet_names_what_a_person_must_look_at(run):
    left = run("recover", "--quiet", payments="with_message")
    found = run("reconcile", "--quiet", "--until", "2099-01-01")

    assert (left.exit_code, "message stray of T9" in left.output) == (1, True)
    assert (found.exit_code, "unknown_charge" in found.output) == (1, True)


def test_recovery_in_json(run):
    said = json.loads(run("recover", "--json").output)

    assert said["clean"]
    assert [row["state"] for row in said["payments"]] == ["paid"]


def test_reconciliation_flags_and_ends_with_1(run):
    done = run("reconcile", "--until", "2099-01-01")

    assert done.exit_code == 1
    assert "unknown_charge" in done.output
    assert "dry run" in done.output


def test_reconciliation_in_json_says_whether_it_repaired(run):
    done = run("reconcile", "--until", "2099-01-01", "--repair", "--json")

    assert json.loads(done.output)["repaired"]


@pytest.mark.parametrize(
    ("payments", "text"),
    [
        ("nobody", "cannot be found"),
        ("number", "is int, and no Payments"),
        ("broken", "MERCHANT_ID is missing"),
        ("", "not of the form module:name"),
    ],
)
def test_a_place_without_payments_is_reported_in_a_sentence(run, payments, text):
    done = run("recover", payments=payments)

    assert done.exit_code != 0
    assert text in done.output


@pytest.mark.parametrize("since", ["soon", "2099-01-01"])
def test_a_time_that_makes_no_sense_is_reported_in_a_sentence(run, since):
    done = run("reconcile", "--since", since)

    assert done.exit_code == 1
    assert "Error: " in done.output


def test_the_place_may_be_in_the_environment(run, monkeypatch):
    monkeypatch.setenv("CLOVER_PAYMENTS", "nowhere:payments")

    done = CliRunner().invoke(build(), ["recover"])

    assert "nowhere:payments cannot be found" in done.output


def test_without_a_place_the_option_is_asked_for(monkeypatch):
    monkeypatch.delenv("CLOVER_PAYMENTS", raising=False)

    done = CliRunner().invoke(build(), ["recover"])

    assert (done.exit_code, "--payments" in done.output) == (2, True)
