"""Cards on file at Clover, on canned answers and against the simulator."""

import logging
import traceback

import pytest

from clover_provider.api import charges
from clover_provider.api.cards import customers
from clover_provider.wire.json_strict import Fields
from payment_hooks import (
    AuthenticationFailed,
    DeclineCode,
    Initiator,
    InvalidRequest,
    PaymentDeclined,
    PaymentSource,
    ProviderUnavailable,
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
    Schedule,
)

MERCHANT = "TESTMERCH0001"
CUSTOMER = "SSHHCDEXTF550"
CARD = "ND2EFTHF8HM34"
SAVED = f"{CUSTOMER}.{CARD}"
TOKEN = "clv_1TSTSabcDEF123ghiJKL456mno"
AGAIN = {"sequence": "SUBSEQUENT", "is_scheduled": False, "initiator": "CARDHOLDER"}
MISSING = {"error": {"code": "resource_missing", "message": f"{CUSTOMER} not found."}}


def save_of(token=TOKEN, **changes):
    source = PaymentSource(token=token, brand="VISA", last4="4242", exp_year=2099)
    values = {"source": source, "email": "buyer@shop.example"}
    return SaveSourceRequest(**values | changes)


def removal(source_id=SAVED):
    return RemoveSourceRequest(source_id=source_id)


def on_file(source_id=SAVED):
    return SavedSource(source_id=source_id).as_source()


def answer_of(data):
    return {"id": CUSTOMER, "object": "customer", "sources": data}


def test_saving_sends_token_and_email(answering):
    provider, transport = answering((200, answer_of({"data": [CARD]})))

    saved = provider.payment_save_source(save_of(name="Ada Buyer", reference="7"))

    (call,) = transport.calls
    assert (call.method, call.path) == ("POST", "/v1/customers")
    assert call.url == "https://scl-sandbox.dev.clover.com/v1/customers"
    assert call.bearer.reveal() == "private-key-of-the-tests"
    assert not call.moves_money
    assert call.body == {
        "email": "buyer@shop.example",
        "source": TOKEN,
        "ecomind": "ecom",
        "name": "Ada Buyer",
    }
    assert (saved.source_id, saved.merchant_id) == (SAVED, MERCHANT)
    assert (saved.brand, saved.last4, saved.exp_year) == ("VISA", "4242", 2099)


@pytest.mark.parametrize(
    "sources",
    [
        {"object": "list", "data": [CARD]},
        {"data": {"elements": [CARD]}},
        {"elements": ["OLDER", CARD]},
        [CARD],
    ],
)
def test_the_card_is_read_in_every_envelope(sources):
    saved = customers.read(answer_of(sources), save_of(), merchant_id=MERCHANT)

    assert saved.source_id == SAVED


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": CUSTOMER},
        answer_of({"data": []}),
        answer_of({"data": [{"id": CARD}]}),
        answer_of({"data": ["a.b"]}),
        {"sources": {"data": [CARD]}},
    ],
)
def test_an_answer_without_a_card_may_be_tried_again(fields):
    with pytest.raises(ProviderUnavailable) as caught:
        customers.read(Fields(fields), save_of(), merchant_id=MERCHANT)

    assert caught.value.code == "saved_source_missing"


@pytest.mark.parametrize(
    ("status", "code", "decline"),
    [
        (400, "invalid_cvc", DeclineCode.INCORRECT_CVC),
        (400, "token_already_used", DeclineCode.SOURCE_ALREADY_USED),
        (402, "card_declined", DeclineCode.CARD_DECLINED),
    ],
)
def test_a_card_that_fails_its_checks_is_declined(answering, status, code, decline):
    provider, _ = answering((status, {"error": {"code": code, "message": "no"}}))

    with pytest.raises(PaymentDeclined) as caught:
        provider.payment_save_source(save_of())

    assert caught.value.decline_code is decline


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (409, InvalidRequest, "source_already_saved"),
        (400, InvalidRequest, "email_invalid"),
        (401, AuthenticationFailed, "email_invalid"),
        (500, ProviderUnavailable, "email_invalid"),
    ],
)
def test_what_else_clover_refuses_is_kept_apart(answering, status, error, code):
    body = {"error": {"code": "email_invalid", "message": "Please"}}
    provider, _ = answering((status, body))

    with pytest.raises(error) as caught:
        provider.payment_save_source(save_of())

    assert caught.value.code == code


def test_a_source_of_another_merchant_is_not_sent(answering):
    provider, transport = answering()
    source = PaymentSource(token=TOKEN, merchant_id="ANOTHERMERCH1")

    with pytest.raises(InvalidRequest) as caught:
        provider.payment_save_source(save_of(source=source))

    assert caught.value.code == "source_of_another_merchant"
    assert transport.calls == []


def test_a_card_on_file_is_charged_through_its_customer(answering, canned, ask_for):
    provider, transport = answering((200, canned("charge")))

    provider.payment_charge(ask_for(source=on_file()))

    body = transport.calls[0].body
    assert (body["source"], body["stored_credentials"]) == (CUSTOMER, AGAIN)


def test_a_fresh_token_is_charged_without_stored_credentials(ask_for):
    body = charges.build_charge(ask_for(), capture=True)

    assert body["source"] == TOKEN
    assert "stored_credentials" not in body


SHOPPER, MERCHANTS = Initiator.SHOPPER, Initiator.MERCHANT


@pytest.mark.parametrize(
    ("is_saved", "initiator", "schedule", "told"),
    [
        (False, SHOPPER, Schedule.NONE, None),
        (False, SHOPPER, Schedule.RECURRING, ("FIRST", "CARDHOLDER", "Recurring")),
        (False, SHOPPER, Schedule.INSTALMENT, ("FIRST", "CARDHOLDER", "Installment")),
        (True, SHOPPER, Schedule.NONE, ("SUBSEQUENT", "CARDHOLDER", None)),
        (True, SHOPPER, Schedule.RECURRING, ("SUBSEQUENT", "CARDHOLDER", None)),
        (True, MERCHANTS, Schedule.NONE, ("SUBSEQUENT", "MERCHANT", None)),
        (True, MERCHANTS, Schedule.RECURRING, ("SUBSEQUENT", "MERCHANT", "Recurring")),
        (
            True,
            MERCHANTS,
            Schedule.INSTALMENT,
            ("SUBSEQUENT", "MERCHANT", "Installment"),
        ),
    ],
)
def test_whose_act_a_charge_is_follows_from_initiator_and_schedule(
    clover_simulator, provide, ask_for, is_saved, initiator, schedule, told
):
    """What is sent is taken by a Clover that is strict about it."""
    provider = provide()
    source = PaymentSource(token=clover_simulator.token())
    if is_saved:
        source = provider.payment_save_source(save_of(source.token)).as_source()
    request = ask_for(source=source, initiator=initiator, schedule=schedule)

    charge = provider.payment_charge(request)

    sent = charges.build_charge(request, capture=True).get("stored_credentials")
    assert sent == _expected(told)
    assert charge.captured
    assert charge.warning == ""


def _expected(told):
    if told is None:
        return None
    sequence, initiator, plan = told
    info = {"installment_info": {"bill_pay_indicator": plan}} if plan else {}
    return {
        "sequence": sequence,
        "is_scheduled": plan is not None,
        "initiator": initiator,
    } | info


def test_no_payment_that_the_merchant_makes_is_the_shoppers_own_act(ask_for):
    for schedule in Schedule:
        request = ask_for(source=on_file(), initiator=MERCHANTS, schedule=schedule)
        told = charges.build_charge(request, capture=True)["stored_credentials"]

        assert told["initiator"] == "MERCHANT"
        assert told["is_scheduled"] is (schedule is not Schedule.NONE)


def test_the_original_transaction_is_not_sent(ask_for):
    request = ask_for(source=on_file(), original_transaction_id="ABCDEFGHJKMN1")

    assert "ABCDEFGHJKMN1" not in str(charges.build_charge(request, capture=True))


@pytest.mark.parametrize(
    "source",
    [
        PaymentSource(token=SAVED),
        PaymentSource(token=CUSTOMER),
        PaymentSource(token=TOKEN, is_saved=True),
        PaymentSource(token=CUSTOMER, is_saved=True),
    ],
    ids=["id as token", "customer as token", "token as id", "customer as id"],
)
def test_what_a_browser_could_have_made_up_is_not_sent(answering, ask_for, source):
    provider, transport = answering()

    with pytest.raises(InvalidRequest) as caught:
        provider.payment_charge(ask_for(source=source))

    assert caught.value.code == "source_not_saved"
    assert transport.calls == []


def test_a_customer_cannot_be_saved_as_a_card(answering):
    provider, transport = answering()

    with pytest.raises(InvalidRequest) as caught:
        provider.payment_save_source(save_of(CUSTOMER))

    assert caught.value.code == "source_not_saved"
    assert transport.calls == []


def test_a_removal_names_customer_and_card(answering):
    gone = {"deleted": True, "id": CARD, "object": "deletedcard"}
    provider, transport = answering((200, gone))

    assert provider.payment_remove_source(removal()) is True
    (call,) = transport.calls
    assert call.method == "DELETE"
    assert call.url.endswith(f"/v1/customers/{CUSTOMER}/sources/{CARD}")
    assert call.path == "/v1/customers/{id}/sources/{id}"
    assert (call.body, call.moves_money) == (None, False)


RECORDED = {
    "message": "404 Not Found",
    "error": {
        "type": "invalid_request_error",
        "code": "invalid_request",
        "message": f"Card with id {CARD} not found.",
    },
}
NO_CUSTOMER = {"error": {"message": f"Customer with id {CUSTOMER} not found."}}


@pytest.mark.parametrize(
    "body",
    [RECORDED, MISSING, NO_CUSTOMER, {"error": {"code": "a_new_code"}}],
    ids=["recorded", "documented", "no customer", "new"],
)
def test_what_is_gone_already_is_gone(answering, body):
    provider, _ = answering((404, body))

    assert provider.payment_remove_source(removal()) is True


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b"404 Not Found", ProviderUnavailable),
        (404, b"<html>", ProviderUnavailable),
        (404, {}, ProviderUnavailable),
        (404, {"message": "no Route matched with those values"}, ProviderUnavailable),
        (
            404,
            {"status": 404, "error": "Not Found", "path": "/v1"},
            ProviderUnavailable,
        ),
        (200, {"deleted": False}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (502, b"", ProviderUnavailable),
        (401, {"message": "401 Unauthorized"}, AuthenticationFailed),
    ],
)
def test_what_does_not_say_that_it_is_gone_is_no_removal(
    answering, status, body, error
):
    provider, _ = answering((status, body))

    with pytest.raises(error):
        provider.payment_remove_source(removal())


@pytest.mark.parametrize("source_id", [TOKEN, CUSTOMER, "a.b.c", "../x.y", "a/b.c"])
def test_what_is_no_id_of_ours_is_not_sent(answering, source_id):
    provider, transport = answering()

    with pytest.raises(InvalidRequest) as caught:
        provider.payment_remove_source(removal(source_id))

    assert caught.value.code == "source_id_invalid"
    assert transport.calls == []


def said(error):
    """All that an error page could show of it, local variables of ours included."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "/clover_provider/" in frame.filename]
    ours = [frame for frame in ours if "/tests/" not in frame.filename]
    return f"{error} {vars(error)} {[frame.locals for frame in ours]}"


@pytest.mark.parametrize("status", [400, 402, 500])
def test_no_refusal_repeats_the_id(answering, ask_for, status):
    words = {"code": "x", "message": f"Customer {CUSTOMER}, card {CARD}: {SAVED}"}
    provider, _ = answering((status, {"error": words}), (status, {"error": words}))

    with pytest.raises(Exception, match="refused with") as charging:
        provider.payment_charge(ask_for(source=on_file()))
    with pytest.raises(Exception, match="refused with") as removing:
        provider.payment_remove_source(removal())

    shown = said(charging.value) + said(removing.value)
    assert CUSTOMER not in shown
    assert CARD not in said(removing.value)


def test_a_failed_charge_does_not_repeat_the_id(answering, canned, ask_for):
    body = canned(
        "charge", status="failed", paid=False, failure_message=f"no {CUSTOMER}"
    )
    provider, _ = answering((200, body))

    with pytest.raises(PaymentDeclined) as caught:
        provider.payment_charge(ask_for(source=on_file()))

    assert CUSTOMER not in said(caught.value)


def test_a_card_lives_from_saving_to_removal(
    provide, clover_simulator, ask_for, caplog
):
    caplog.set_level(logging.DEBUG)
    provider = provide()

    saved = provider.payment_save_source(save_of(clover_simulator.token()))
    for key in ("key-1", "key-2"):
        source = saved.as_source()
        paid = provider.payment_charge(ask_for(source=source, idempotency_key=key))
        assert (paid.source.brand, paid.source.last4) == ("VISA", "4242")
    assert provider.payment_remove_source(removal(saved.source_id))
    assert provider.payment_remove_source(removal(saved.source_id))
    with pytest.raises(InvalidRequest) as caught:
        provider.payment_charge(ask_for(source=source, idempotency_key="key-3"))

    assert caught.value.code == "card_on_file_missing"
    assert len(clover_simulator.ledger.charges) == 2
    logged = str([vars(row) for row in caplog.records if "clover_p" in row.name])
    customer_id, _, card_id = saved.source_id.partition(".")
    shown = f"{logged} {paid!r} {dict(paid.raw)}"
    assert "/v1/customers/{id}/sources/{id}" in logged
    assert not [part for part in (customer_id, card_id) if part in shown]


def test_each_card_is_a_customer_of_its_own(provide, clover_simulator, ask_for):
    provider = provide()
    amex = clover_simulator.token("378282246310005")
    visa = provider.payment_save_source(save_of(clover_simulator.token()))
    provider.payment_save_source(save_of(amex))

    paid = provider.payment_charge(ask_for(source=visa.as_source()))

    assert paid.source.brand == "VISA"
    assert len(clover_simulator.ledger.customers) == 2


def test_a_wrong_code_shows_when_the_card_is_saved(provide, clover_simulator):
    clover_simulator.switch(cvc_check="fail")

    with pytest.raises(PaymentDeclined) as caught:
        provide().payment_save_source(save_of(clover_simulator.token()))

    assert caught.value.decline_code is DeclineCode.INCORRECT_CVC
    assert not clover_simulator.ledger.customers


@pytest.mark.parametrize("fault", ["reset_after", "reset_before"])
def test_a_lost_answer_is_no_unknown_outcome_and_may_be_repeated(
    provide, clover_simulator, fault
):
    provider, request = provide(), save_of(clover_simulator.token())
    clover_simulator.fail("POST", "/v1/customers", fault)

    with pytest.raises(ProviderUnavailable):
        provider.payment_save_source(request)

    assert provider.payment_save_source(request).last4 == "4242"


def test_a_lost_answer_to_a_removal_is_asked_again(provide, clover_simulator):
    provider = provide()
    saved = provider.payment_save_source(save_of(clover_simulator.token()))
    clover_simulator.fail("DELETE", "/v1/customers/*/sources/*", "reset_after")

    with pytest.raises(ProviderUnavailable):
        provider.payment_remove_source(removal(saved.source_id))

    assert provider.payment_remove_source(removal(saved.source_id))
