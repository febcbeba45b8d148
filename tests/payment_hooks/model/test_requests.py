"""Requests are checked when they are made, before anything could be sent."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from payment_hooks import (
    CaptureRequest,
    CardForm,
    CheckoutRequest,
    FindRequest,
    InvalidRequest,
    LineItem,
    ListRequest,
    ListResult,
    Mode,
    Money,
    PaymentRequest,
    PaymentSource,
    RefundRequest,
    RetrieveRequest,
    RetrieveResult,
    Transaction,
    TransactionKind,
    VoidRequest,
    WebhookRequest,
)

AMOUNT = Money(2599, "USD")
MAKERS = {
    PaymentRequest: {"source": PaymentSource(token="tok")},
    CaptureRequest: {"transaction_id": "C1"},
    RefundRequest: {"transaction_id": "C1"},
    VoidRequest: {"transaction_id": "C1"},
    CheckoutRequest: {"mode": Mode.HOSTED},
}
every_request = pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
every_movement = pytest.mark.parametrize(
    "kind", [kind for kind in MAKERS if kind is not CheckoutRequest]
)
every_follow_up = pytest.mark.parametrize(
    "kind", [CaptureRequest, RefundRequest, VoidRequest]
)


def make(kind, **changes):
    return kind(**{"amount": AMOUNT, "reference": "100123"} | MAKERS[kind] | changes)


@every_request
@pytest.mark.parametrize("amount", [Money(0, "USD"), Money(-1, "USD")])
def test_an_amount_that_is_not_positive_is_refused(kind, amount):
    with pytest.raises(InvalidRequest) as caught:
        make(kind, amount=amount)

    assert caught.value.code == "amount_not_positive"


@every_request
@pytest.mark.parametrize("amount", [25.99, 2599, "25.99", None])
def test_an_amount_that_is_not_money_is_a_type_error(kind, amount):
    with pytest.raises(TypeError, match="the amount must be Money"):
        make(kind, amount=amount)


@every_request
@pytest.mark.parametrize("reference", ["", "1\n2", "a\x00"])
def test_a_reference_that_cannot_be_written_down_is_refused(kind, reference):
    with pytest.raises(InvalidRequest) as caught:
        make(kind, reference=reference)

    assert caught.value.code == "reference_invalid"


@every_follow_up
@pytest.mark.parametrize("transaction_id", ["", "../charges", "C 1", "C1\n", "C1?x=1"])
def test_a_transaction_id_that_is_none_is_refused(kind, transaction_id):
    with pytest.raises(InvalidRequest) as caught:
        make(kind, transaction_id=transaction_id)

    assert caught.value.code == "transaction_id_missing"


@every_movement
def test_each_new_request_has_a_key_of_its_own(kind):
    assert make(kind).idempotency_key != make(kind).idempotency_key


@every_movement
def test_the_same_request_repeats_its_key(kind):
    request = make(kind)

    assert replace(request).idempotency_key == request.idempotency_key
    assert request.operation_id == request.idempotency_key


@every_movement
def test_an_empty_key_is_refused(kind):
    with pytest.raises(InvalidRequest) as caught:
        make(kind, idempotency_key="")

    assert caught.value.code == "key_missing"


@every_request
def test_a_request_cannot_be_changed_after_it_was_checked(kind):
    with pytest.raises(FrozenInstanceError):
        make(kind).amount = Money(1, "USD")


@pytest.mark.parametrize("mode", ["page", "", None])
def test_an_unknown_mode_is_refused(mode):
    with pytest.raises(InvalidRequest, match="hosted, iframe, api") as caught:
        make(CheckoutRequest, mode=mode)

    assert caught.value.code == "mode_unknown"


@pytest.mark.parametrize("quantity", [0, -1, 1.5, True, "2"])
def test_a_line_needs_a_whole_quantity(quantity):
    with pytest.raises(InvalidRequest) as caught:
        LineItem(name="Book", unit_price=AMOUNT, quantity=quantity)

    assert caught.value.code == "quantity_invalid"


NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: RetrieveRequest(transaction_id=""), "transaction_id_missing"),
        (
            lambda: FindRequest(operation_id="", since=NOW, until=NOW),
            "operation_id_missing",
        ),
    ],
)
def test_a_look_up_of_nothing_is_refused(make, code):
    with pytest.raises(InvalidRequest) as caught:
        make()

    assert caught.value.code == code


def search(**times):
    return FindRequest(operation_id="ours-7", **times)


@pytest.mark.parametrize("make", [search, ListRequest])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since": datetime(2026, 11, 1)}, "time_naive"),
        ({"until": datetime(2026, 11, 1)}, "time_naive"),
        ({"until": NOW - timedelta(seconds=1)}, "window_empty"),
    ],
    ids=["since", "until", "order"],
)
def test_a_window_has_aware_times_in_their_order(make, changes, code):
    with pytest.raises(InvalidRequest) as caught:
        make(**{"since": NOW, "until": NOW} | changes)

    assert caught.value.code == code


def test_a_window_takes_any_aware_time():
    zone = timezone(timedelta(hours=-8))
    since = datetime(2026, 11, 1, tzinfo=zone)

    assert ListRequest(since=since, until=NOW).since.tzinfo is zone


AMOUNT_BACK = Money(100, "USD")


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetrieveResult(
            refunds=(
                Transaction(
                    kind=TransactionKind.REFUND,
                    transaction_id="R1",
                    amount=AMOUNT_BACK,
                ),
            )
        ),
        lambda: RetrieveResult(complete=True),
        lambda: ListResult(complete=True, too_long=True),
    ],
    ids=["refunds of nothing", "all refunds of nothing", "complete and too long"],
)
def test_what_makes_no_sense_is_no_result(make):
    with pytest.raises(ValueError, match=r"what is not there|too long"):
        make()


def test_what_a_provider_sent_is_not_printed():
    webhook = WebhookRequest(
        body=b"a-body", headers={"h": "a-header"}, received_at=datetime.now(UTC)
    )
    transaction = Transaction(
        kind=TransactionKind.CHARGE,
        transaction_id="C1",
        amount=AMOUNT,
        raw={"r": "a-raw"},
    )
    form = CardForm(public_key="pk", encryption_key="a-key")

    printed = repr(webhook) + repr(transaction) + repr(form)
    assert [
        word for word in ("a-body", "a-header", "a-raw", "a-key") if word in printed
    ] == []
