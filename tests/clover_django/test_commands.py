"""`clover_check` and `clover_settle`."""

import pytest
from django.core.management import CommandError, call_command

from clover_django import models
from clover_django.road import get_payments
from payment_hooks import OutcomeUnknown, PaymentState, hookimpl
from tests.clover_django.paying import (
    at_the_page,
    in_doubt,
    keep_message,
    let_time_pass,
    paid,
)


class FailingShop:
    @hookimpl
    def shop_payment_changed(self, event):
        raise RuntimeError("the mail server is down")


def test_the_verdict_names_merchant_mode_and_webhook(capsys):
    call_command("clover_check")

    printed = capsys.readouterr().out
    assert "local, merchant TESTMERCH0001, mode iframe" in printed
    assert "webhook path: /clover/webhook/" in printed


@pytest.mark.parametrize("value", [None, ["x"], {"ENVIRONMENT": "mars"}])
def test_a_broken_setting_ends_with_1_and_a_sentence(settings, capsys, value):
    settings.CLOVER = value

    with pytest.raises(SystemExit) as ended:
        call_command("clover_check")

    assert ended.value.code == 1
    assert "clover_django.E001: CLOVER" in capsys.readouterr().err


def test_a_lost_answer_is_settled(fake, capsys):
    payment = in_doubt(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_settle")

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID
    printed = capsys.readouterr().out
    assert f"{payment.payment_id}   paid" in printed
    assert "1 due, 0 still in doubt" in printed


def test_what_stays_unknown_ends_with_1(fake, capsys):
    in_doubt(fake)
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit) as ended:
        call_command("clover_settle")

    assert ended.value.code == 1
    assert "1 due, 1 still in doubt" in capsys.readouterr().out


def test_a_shop_that_cannot_be_told_ends_with_1(fake, capsys):
    shop = FailingShop()
    get_payments().gateway.registry.register(shop)
    paid()
    let_time_pass(minutes=2)

    with pytest.raises(SystemExit):
        call_command("clover_settle")

    assert "not told: the shop's handler fails" in capsys.readouterr().out


def test_one_payment_that_fails_stops_no_other(fake, capsys):
    in_doubt(fake, after=True)
    second = in_doubt(fake, after=True)
    let_time_pass(minutes=2)
    fake.fail("payment_look_up", OutcomeUnknown("half an answer"))

    with pytest.raises(SystemExit):
        call_command("clover_settle")

    assert get_payments().get(second.payment_id).state is PaymentState.PAID
    assert "half an answer" in capsys.readouterr().out


def test_a_message_without_effect_is_brought_in(fake):
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(payment.amount_due))
    let_time_pass(minutes=2)

    call_command("clover_settle")

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_pages_nobody_paid_on_are_no_doubt(fake, capsys):
    at_the_page()
    let_time_pass(hours=2)

    call_command("clover_settle")

    assert "1 due, 0 still in doubt" in capsys.readouterr().out


def test_nothing_due_is_nothing_done(fake, capsys):
    paid()

    call_command("clover_settle")

    assert "0 due, 0 still in doubt" in capsys.readouterr().out


def test_history_names_the_command(fake):
    in_doubt(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_settle")

    last = models.PaymentEvent.objects.filter(operation=None).last()
    assert (last.after, last.actor) == ("paid", "clover_settle")


def test_a_broken_setting_is_told_in_a_sentence(settings):
    settings.CLOVER = ["x"]

    with pytest.raises(CommandError, match="CLOVER must be a dict"):
        call_command("clover_settle")
