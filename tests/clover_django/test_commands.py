"""`clover_recover` and `clover_reconcile`."""

import json
import re
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from clover_django import models
from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import (
    Money,
    OutcomeUnknown,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    hookimpl,
)
from tests.clover_django.paying import at_the_page, keep_message, paid, unknown_outcome

SOON = "2099-01-01"


class FailingShop:
    @hookimpl
    def shop_payment_changed(self, event):
        raise RuntimeError("the mail server is down")


def test_a_lost_answer_is_resolved(fake, capsys):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_recover")

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID
    printed = capsys.readouterr().out
    assert f"{payment.payment_id}  5.00 USD  paid" in printed
    assert "1 looked at, 0 still unknown, 0 for a person" in printed


def test_quiet_prints_nothing_while_all_is_well(fake, capsys):
    unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_recover", "--quiet")
    call_command("clover_reconcile", "--quiet", "--until", SOON)

    assert capsys.readouterr().out == ""


def test_quiet_names_what_a_person_must_look_at(fake, capsys):
    unknown_outcome(fake)
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit) as ended:
        call_command("clover_recover", "--quiet")

    assert ended.value.code == 1
    assert "1 looked at, 1 still unknown" in capsys.readouterr().out


def test_what_stays_unknown_ends_with_1(fake, capsys):
    unknown_outcome(fake)
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit) as ended:
        call_command("clover_recover")

    assert ended.value.code == 1
    assert "1 looked at, 1 still unknown" in capsys.readouterr().out


def test_a_shop_that_cannot_be_notified_ends_with_1(fake, capsys):
    shop = FailingShop()
    get_payments().plugins.register(shop)
    paid()
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit):
        call_command("clover_recover")

    assert "the shop could not be notified of charge" in capsys.readouterr().out


def test_one_payment_that_fails_stops_no_other(fake, capsys):
    unknown_outcome(fake, after=True)
    second = unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)
    fake.fail("payment_find", OutcomeUnknown("half an answer"))

    with pytest.raises(SystemExit):
        call_command("clover_recover")

    assert get_payments().get(second.payment_id).state is PaymentState.PAID
    assert "half an answer" in capsys.readouterr().out


def test_a_message_that_fits_nothing_is_dismissed_by_its_name(fake, capsys):
    payment, session = at_the_page()
    paid = fake.pay_session(payment.amount_due)
    keep_message(replace(session, session_id=""), paid)
    with pytest.raises(SystemExit):
        call_command("clover_recover")
    event = re.search(r"message (about \S+) of", capsys.readouterr().out)[1]

    call_command("clover_recover", "--dismiss", event)

    assert "fits no payment" not in capsys.readouterr().out


def test_a_message_without_effect_is_brought_in(fake):
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(payment.amount_due))
    let_time_pass(minutes=2)

    call_command("clover_recover")

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_pages_no_one_paid_on_are_no_unknown_outcome(fake, capsys):
    at_the_page()
    let_time_pass(hours=2)

    call_command("clover_recover")

    assert "1 looked at, 0 still unknown" in capsys.readouterr().out


def test_nothing_due_is_nothing_done(fake, capsys):
    paid()

    call_command("clover_recover")

    assert "0 looked at, 0 still unknown" in capsys.readouterr().out


def test_history_names_the_command(fake):
    unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_recover")

    last = models.PaymentEvent.objects.filter(operation=None).last()
    assert (last.after, last.actor) == ("paid", "clover_recover")


def test_a_broken_setting_is_reported_in_a_sentence(settings):
    settings.CLOVER = ["x"]

    with pytest.raises(CommandError, match="CLOVER must be a dict"):
        call_command("clover_recover")


def test_recovery_is_reported_in_json(fake, capsys):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_recover", json=True)

    said = json.loads(capsys.readouterr().out)
    assert said["clean"]
    assert said["payments"][0] == {
        "reference": payment.reference,
        "payment_id": payment.payment_id,
        "amount_due": "5.00 USD",
        "state": "paid",
        "flags": [],
        "problem": "",
    }


def test_a_payment_for_a_person_ends_with_1(fake, capsys):
    payment = unknown_outcome(fake, after=True)
    get_payments().flag(payment.payment_id, "look_here")
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit):
        call_command("clover_recover")

    assert "look: look_here" in capsys.readouterr().out


def refunded_elsewhere(fake):
    """A payment of which the merchant gave a part back, past the shop."""
    payment = paid()
    charge = get_payments().operations(payment.payment_id)[0].transaction_id
    fake._add(TransactionKind.REFUND, Money(200, "USD"), parent_id=charge)
    return payment


def test_reconciling_is_a_dry_run_unless_asked_to(fake, capsys):
    payment = refunded_elsewhere(fake)

    call_command("clover_reconcile", until=SOON)

    printed = capsys.readouterr().out
    assert "recorded" in printed
    assert "2.00 USD" in printed
    assert "dry run: nothing was changed; say --repair" in printed
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_repairing_records_and_names_the_command(fake, capsys):
    payment = refunded_elsewhere(fake)

    call_command("clover_reconcile", until=SOON, repair=True)

    assert "0 recovered, 1 recorded, 0 flagged" in capsys.readouterr().out
    state = get_payments().get(payment.payment_id).state
    assert state is PaymentState.PARTLY_REFUNDED
    history = models.PaymentEvent.objects.filter(after="partly_refunded")
    assert history.last().actor == "clover_reconcile"


def test_what_is_flagged_ends_with_1_and_is_reported_in_json(fake, capsys):
    fake._add(TransactionKind.CHARGE, Money(700, "USD"))

    with pytest.raises(SystemExit):
        call_command("clover_reconcile", until=SOON, json=True)

    said = json.loads(capsys.readouterr().out)
    [finding] = said["findings"]
    assert (finding["flag"], finding["found"]) == ("unknown_charge", "7.00 USD")
    assert not said["clean"]


@pytest.mark.parametrize("since", ["yesterday", "7x", ""])
def test_a_time_that_cannot_be_read_is_reported_in_a_sentence(fake, since):
    with pytest.raises(CommandError, match="is no time: say 36h"):
        call_command("clover_reconcile", since=since)


def test_a_list_that_cannot_be_had_is_reported_in_a_sentence(fake):
    fake.fail("payment_list", ProviderUnavailable("Clover is down"))

    with pytest.raises(CommandError, match="Clover is down"):
        call_command("clover_reconcile")
