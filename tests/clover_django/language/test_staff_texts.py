"""What staff reads: remedies, refusals and sentences, each in the reader's language."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from clover_django.language.amounts import LocalizedRefusal
from clover_django.language.refusals import explain_refusal
from clover_django.language.remedies import REMEDIES, flag_remedy
from clover_django.language.sentences import describe_operation, describe_release
from clover_django.language.words import FLAGS, actor_name
from payment_hooks import (
    AuthenticationFailed,
    ErrorCode,
    Flag,
    InvalidRequest,
    Mode,
    Money,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    Payments,
    PaymentSource,
    ProviderUnavailable,
    WrongState,
)
from payment_hooks.testing import FakeProvider

NO_BREAK = "\N{NO-BREAK SPACE}"


def test_every_flag_has_a_name_and_a_remedy():
    assert [flag.value for flag in Flag if flag not in FLAGS] == []
    assert [flag.value for flag in Flag if flag not in REMEDIES] == []
    assert flag_remedy("somebody_elses") == ""


def test_a_remedy_is_in_the_readers_language():
    with override("es"):
        assert flag_remedy("double_capture") == "Reembolse el segundo pago."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OutcomeUnknown("x"), "may or may not be done"),
        (AuthenticationFailed("x"), "does not accept the shop's keys"),
        (ProviderUnavailable("x"), "cannot be reached"),
        (
            PaymentDeclined("no funds"),
            "Clover declined it. Nothing was moved: no funds",
        ),
        (LocalizedRefusal("as it is", code="x"), "as it is"),
        (InvalidRequest("why", code="other"), "Nothing was moved: why"),
        (
            InvalidRequest("x", code=ErrorCode.REFUND_TOO_LARGE),
            "more than is left to refund",
        ),
        (WrongState("x", code=ErrorCode.NOTHING_TO_VOID), "can be voided"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refusal_says_what_became_of_it(error, words):
    assert words in explain_refusal(error)


def test_a_refusal_is_in_the_readers_language():
    error = WrongState("x", code=ErrorCode.ALREADY_CAPTURED)

    with override("fr-ca"):
        assert "capturée" in explain_refusal(error)


@pytest.fixture
def charge():
    payments = Payments.using(FakeProvider())
    payment = payments.open("1", mode=Mode.IFRAME, amount_due=Money.of("9.00", "USD"))
    done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    return replace(done, details={})


@pytest.mark.parametrize("kind", OperationKind)
def test_every_kind_has_a_sentence_with_and_without_a_card(charge, kind):
    done = replace(charge, kind=kind)

    with_card = describe_operation(done, "Visa •••• 4242")
    without = describe_operation(done)

    assert f"9.00{NO_BREAK}USD" in without
    assert "Visa •••• 4242" in with_card
    assert "Visa" not in without


def test_what_did_not_succeed_says_its_state(charge):
    declined = replace(charge, state=OperationState.DECLINED)

    text = describe_operation(declined, show=lambda money: f"${money.to_decimal()}")

    assert text == "Charge of $9.00: Declined"


def test_a_card_of_the_operations_own_comes_first(charge):
    own = replace(charge, details={"brand": "MC", "last4": "5454"})

    assert "5454" in describe_operation(own, "Visa •••• 4242")


def test_what_a_capture_leaves_is_released():
    text = describe_release(Money.of("4.00", "USD"))

    assert text == f"4.00{NO_BREAK}USD was not captured, and is released."


@pytest.mark.parametrize("actor", ["clover_recover", "clover_django.recover"])
def test_tasks_have_names(actor):
    assert actor_name(actor) == "Recovery"
