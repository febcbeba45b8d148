"""A charge after the shopper's answer: it goes on once, and never for another payment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clover_provider.api import calls
from clover_provider.wire.json_strict import Fields
from clover_provider.wire.message import Answer
from clover_simulator.shopper import (
    CHALLENGE_CARD,
    FRICTIONLESS_CARD,
    METHOD_AND_CHALLENGE_CARD,
    METHOD_CARD,
)
from payment_hooks import (
    Challenge,
    ConfirmRequest,
    DeclineCode,
    FindRequest,
    InvalidRequest,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentRequest,
    PaymentSource,
    ProviderUnavailable,
    RetrieveRequest,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from tests.clover_provider.api.authentication.test_asking import DETAILS

DUE = Money(2599, "USD")
PATH = "/v1/charges/finalize_payment"


@pytest.fixture
def provider(provide):
    return provide(THREE_D_SECURE=True)


@pytest.fixture
def request_of(clover_simulator):
    def build(number=CHALLENGE_CARD):
        return PaymentRequest(
            amount=DUE,
            source=PaymentSource(token=clover_simulator.token(number)),
            reference="100123",
            details=DETAILS,
        )

    return build


@pytest.fixture
def asked(request_of):
    return request_of()


@pytest.fixture
def challenge(provider, asked):
    return provider.payment_charge(asked)


def confirmation(asked, challenge, answer, **changes):
    fields = {
        "transaction_id": challenge.transaction_id,
        "kind": TransactionKind.CHARGE,
        "amount": asked.amount,
        "reference": asked.reference,
        "operation_id": asked.operation_id,
        "idempotency_key": asked.idempotency_key,
        "answer": answer,
    }
    return ConfirmRequest(**fields | changes)


def answer(simulator, challenge, *, confirm=True):
    return {"flow_status": simulator.authenticate(challenge.data, confirm=confirm)}


def look(provider, challenge):
    request = RetrieveRequest(transaction_id=challenge.transaction_id)
    return provider.payment_retrieve(request)


def test_a_frictionless_charge_is_a_transaction(provider, request_of):
    paid = provider.payment_charge(request_of(FRICTIONLESS_CARD))

    assert type(paid) is Transaction
    assert paid.raw["threeds"]["liability_protection_status"] == "PROTECTED"


def test_without_the_setting_nothing_asks_the_bank(provide, asked):
    assert type(provide().payment_charge(asked)) is Transaction


def test_a_charge_goes_on_after_the_answer(
    provider, asked, challenge, clover_simulator
):
    assert type(challenge) is Challenge
    given = answer(clover_simulator, challenge)

    paid = provider.payment_confirm(confirmation(asked, challenge, given))

    assert (paid.kind, paid.status) == (
        TransactionKind.CHARGE,
        TransactionStatus.SUCCEEDED,
    )
    assert paid.transaction_id == challenge.transaction_id
    assert paid.raw["threeds"]["liability_protection_status"] == "PROTECTED"


def test_an_authorization_goes_on_as_one(provider, asked, clover_simulator):
    challenge = provider.payment_authorize(asked)
    given = answer(clover_simulator, challenge)
    kind = TransactionKind.AUTHORIZATION

    held = provider.payment_confirm(confirmation(asked, challenge, given, kind=kind))

    assert (held.kind, held.status) == (kind, TransactionStatus.SUCCEEDED)


@pytest.mark.parametrize("number", [METHOD_CARD, METHOD_AND_CHALLENGE_CARD])
@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("thin", [True, False])
def test_every_step_is_answered_under_a_key_of_its_own(
    provider, request_of, clover_simulator, number, idempotent, thin
):
    """A bare browser answers each step with the same words."""
    clover_simulator.switch(idempotent_finalize=idempotent, thin_reads=thin)
    asked = request_of(number)
    result, seen = provider.payment_charge(asked), []
    while isinstance(result, Challenge):
        seen.append(result.data["flow"])
        given = answer(clover_simulator, result) | {"flow": result.data["flow"]}
        result = provider.payment_confirm(confirmation(asked, result, given))

    assert result.status is TransactionStatus.SUCCEEDED
    assert seen == ["method", "challenge"][: 1 + (number == METHOD_AND_CHALLENGE_CARD)]
    assert len(clover_simulator.ledger.charges) == 1


def test_a_shopper_who_refuses_at_the_bank_is_a_decline(
    provider, asked, challenge, clover_simulator
):
    given = answer(clover_simulator, challenge, confirm=False)

    with pytest.raises(PaymentDeclined):
        provider.payment_confirm(confirmation(asked, challenge, given))

    assert clover_simulator.ledger.charges == []


def test_an_early_answer_charges_nothing_and_it_waits_on(
    provider, asked, challenge, clover_simulator
):
    with pytest.raises(InvalidRequest):
        provider.payment_confirm(confirmation(asked, challenge, {"flow_status": "Y"}))

    row = look(provider, challenge).transaction
    assert row.status is TransactionStatus.PENDING


def test_an_answer_that_is_none_is_not_sent(
    provider, asked, challenge, clover_simulator
):
    answer(clover_simulator, challenge)

    with pytest.raises(InvalidRequest, match="flow_status"):
        provider.payment_confirm(confirmation(asked, challenge, {}))

    assert clover_simulator.count("POST", PATH) == 0


@pytest.mark.parametrize("thin", [True, False])
def test_another_operation_is_not_sent(
    provider, asked, challenge, clover_simulator, thin
):
    clover_simulator.switch(thin_reads=thin)
    given = answer(clover_simulator, challenge)
    other = confirmation(asked, challenge, given, operation_id="another")

    with pytest.raises(InvalidRequest, match="another operation"):
        provider.payment_confirm(other)

    assert clover_simulator.count("POST", PATH) == 0


@pytest.mark.parametrize("form", ["pending", "unpaid", "bare", "hidden"])
def test_it_goes_on_in_whatever_form_clover_shows_what_waits(
    provider, request_of, clover_simulator, form
):
    clover_simulator.switch(threeds_waiting=form)
    asked = request_of()
    challenge = provider.payment_charge(asked)
    given = answer(clover_simulator, challenge)

    paid = provider.payment_confirm(confirmation(asked, challenge, given))

    assert paid.status is TransactionStatus.SUCCEEDED


@pytest.mark.parametrize("form", ["pending", "unpaid", "bare"])
def test_what_waits_is_looked_up_and_listed_as_pending(
    provider, request_of, clover_simulator, form
):
    clover_simulator.switch(threeds_waiting=form)
    asked = request_of()
    challenge = provider.payment_charge(asked)
    since = clover_simulator.clock.now().replace(microsecond=0)

    by_id = look(provider, challenge)
    by_operation = provider.payment_find(
        FindRequest(
            operation_id=asked.operation_id,
            since=since,
            until=since + timedelta(minutes=5),
        )
    )

    for row in (by_id.transaction, by_operation.transaction):
        assert row.status is TransactionStatus.PENDING
        assert row.operation_id == asked.operation_id


@pytest.mark.parametrize("form", ["pending", "unpaid", "bare", "hidden"])
def test_turning_back_from_what_was_never_answered_is_a_decline(
    provider, request_of, clover_simulator, form
):
    """Nobody finalizes it any more, and nothing else moves its money."""
    clover_simulator.switch(threeds_waiting=form)
    asked = request_of()
    challenge = provider.payment_charge(asked)

    with pytest.raises(PaymentDeclined) as caught:
        provider.payment_confirm(confirmation(asked, challenge, {}, canceled=True))

    assert caught.value.decline_code is DeclineCode.AUTHENTICATION_FAILED
    assert clover_simulator.count("POST", PATH) == 0
    assert clover_simulator.count("POST", "/v1/refunds") == 0


@pytest.mark.parametrize("form", ["pending", "unpaid", "bare", "hidden"])
def test_turning_back_ends_nothing_while_an_answer_may_arrive(
    provider, request_of, clover_simulator, form
):
    clover_simulator.switch(threeds_waiting=form)
    asked = request_of()
    challenge = provider.payment_charge(asked)
    turned_back = confirmation(
        asked, challenge, {}, canceled=True, answered_before=True
    )

    with pytest.raises(OutcomeUnknown) as caught:
        provider.payment_confirm(turned_back)

    assert caught.value.code == "still_waiting"


def test_turning_back_from_what_ended_by_itself_is_a_decline(
    provider, asked, challenge, clover_simulator
):
    clover_simulator.switch(threeds_minutes=30)
    clover_simulator.clock.advance(minutes=31)

    with pytest.raises(PaymentDeclined) as caught:
        provider.payment_confirm(confirmation(asked, challenge, {}, canceled=True))

    assert caught.value.decline_code is DeclineCode.AUTHENTICATION_FAILED
    assert caught.value.transaction_id == challenge.transaction_id


def test_turning_back_from_what_is_paid_is_the_money(
    provider, asked, challenge, clover_simulator
):
    clover_simulator.set_charge_status(challenge.transaction_id, "succeeded")

    paid = provider.payment_confirm(confirmation(asked, challenge, {}, canceled=True))

    assert paid.status is TransactionStatus.SUCCEEDED


def test_a_lost_answer_is_an_unknown_outcome_and_repeated_as_the_money(
    provider, asked, challenge, clover_simulator
):
    given = answer(clover_simulator, challenge)
    clover_simulator.fail("POST", PATH, "reset_after")
    request = confirmation(asked, challenge, given)

    with pytest.raises(OutcomeUnknown):
        provider.payment_confirm(request)

    assert provider.payment_confirm(request).status is TransactionStatus.SUCCEEDED
    assert clover_simulator.count("POST", PATH) == 1


def test_what_was_not_sent_is_no_unknown_outcome(
    provider, asked, challenge, clover_simulator
):
    given = answer(clover_simulator, challenge)

    with clover_simulator.refusing_connections(), pytest.raises(ProviderUnavailable):
        provider.payment_confirm(confirmation(asked, challenge, given))


def test_an_answer_for_another_charge_is_an_unknown_outcome(
    provider, asked, challenge, clover_simulator
):
    body = {"id": "ABCDEFGHJKMN1", "status": "succeeded"}
    clover_simulator.fail("POST", PATH, "answer", status=200, body=body)

    with pytest.raises(OutcomeUnknown):
        provider.payment_confirm(confirmation(asked, challenge, {"flow_status": "Y"}))


def test_a_charge_that_failed_after_the_answer_is_a_decline(
    provider, asked, challenge, clover_simulator
):
    given = answer(clover_simulator, challenge)
    clover_simulator.switch(charge_status="failed")

    with pytest.raises(PaymentDeclined):
        provider.payment_confirm(confirmation(asked, challenge, given))


def test_a_charge_that_waits_for_the_bank_after_the_answer_is_pending(
    provider, asked, challenge, clover_simulator
):
    given = answer(clover_simulator, challenge)
    clover_simulator.switch(charge_status="pending")
    request = confirmation(asked, challenge, given)

    assert provider.payment_confirm(request).status is TransactionStatus.PENDING
    assert provider.payment_confirm(request).status is TransactionStatus.PENDING
    assert clover_simulator.count("POST", PATH) == 1


def test_another_currency_is_not_sent(provider, asked, challenge, clover_simulator):
    request = confirmation(
        replace(asked, amount=Money(2599, "CAD")), challenge, {"flow_status": "Y"}
    )

    with pytest.raises(InvalidRequest):
        provider.payment_confirm(request)

    assert clover_simulator.count("POST", PATH) == 0


def test_clover_s_own_words_in_an_answer_are_not_taken_for_a_secret(config):
    """The request says CLOVER, and so do addresses in its answer."""
    call = calls.charge(
        PaymentRequest(
            amount=DUE,
            source=PaymentSource(token="clv_1TSTS1"),
            reference="100123",
            details=DETAILS,
        ),
        replace(config, three_d_secure=True),
        capture=True,
        attempt=1,
    )
    data = {"method_notification_url": "https://checkout.clover.com/done"}
    said = Fields({"threeds": Fields({"source": "CLOVER", "data": Fields(data)})})

    answer = Answer(call=call, status=200, body=said, request_id="r")

    assert answer.fields["threeds"]["data"] == data
    assert answer.fields["threeds"]["source"] == "CLOVER"
