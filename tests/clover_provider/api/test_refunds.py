"""Refunds and voids: what goes out, what comes back, what is refused unsent."""

import pytest

from clover_provider.api import charges, refunds
from clover_provider.api.references import external_reference
from payment_hooks import (
    InvalidRequest,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    RefundReason,
    RefundRequest,
    TransactionKind,
    TransactionStatus,
    VoidRequest,
)


def usd(cents):
    return Money(cents, "USD")


def refund_of(cents, **changes):
    fields = {
        "transaction_id": "ABCDEFGHJKMN1",
        "amount": usd(cents),
        "reference": "100123",
        "operation_id": "op-3",
    }
    return RefundRequest(**fields | changes)


def void_of(cents):
    return VoidRequest(
        transaction_id="ABCDEFGHJKMN1",
        amount=usd(cents),
        reference="100123",
        operation_id="op-4",
    )


@pytest.fixture
def charge(canned):
    def build(name="charge", **changes):
        return charges.read_charge(canned(name, **changes), merchant_id="TESTMERCH0001")

    return build


def test_a_refund_goes_out_with_our_reference():
    assert refunds.build_refund(refund_of(500, reason=RefundReason.DUPLICATE)) == {
        "charge": "ABCDEFGHJKMN1",
        "amount": 500,
        "reason": "duplicate",
        "external_reference_id": external_reference("op-3"),
        "metadata": {"reference": "100123", "operation": "op-3"},
    }


def test_a_void_is_a_refund_without_an_amount():
    body = refunds.build_void(void_of(2599))

    assert body["charge"] == "ABCDEFGHJKMN1"
    assert body["metadata"]["operation"] == "op-4"
    assert "amount" not in body


def test_a_refund_is_read(canned, charge):
    refund = refunds.read_refund(canned("refund"), charge(), request_id="req-1")

    assert refund.kind is TransactionKind.REFUND
    assert refund.status is TransactionStatus.SUCCEEDED
    assert (refund.transaction_id, refund.parent_id) == (
        "RFNDABCDEF123",
        "ABCDEFGHJKMN1",
    )
    assert refund.amount == usd(500)
    assert refund.provider_request_id == "req-1"
    assert refund.merchant_id == "TESTMERCH0001"


def test_a_refund_that_echoes_our_metadata_is_known_by_it(canned, charge):
    metadata = {"operation": "op-3", "reference": "100123", "refundType": "AUTH"}
    refund = refunds.read_refund(canned("refund", metadata=metadata), charge())

    assert (refund.operation_id, refund.reference) == ("op-3", "100123")


@pytest.mark.parametrize("name", ["charge", "authorization_thin"])
def test_a_release_before_capture_is_a_void(canned, charge, name):
    assert (
        refunds.read_refund(canned("void"), charge(name)).kind is TransactionKind.VOID
    )


def test_a_listed_refund_may_be_bare(charge):
    row = {"id": "RFNDABCDEF123", "amount": 500, "voided": False}

    assert refunds.read_refund(row, charge()).amount == usd(500)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"amount": None},
        {"amount": -1},
        {"status": "unheard of"},
        {"charge": "ANOTHERCHARGE"},
    ],
    ids=str,
)
def test_a_refund_that_cannot_be_read_is_an_unknown_outcome(canned, charge, changes):
    with pytest.raises(OutcomeUnknown):
        refunds.read_refund(canned("refund", **changes), charge())


def test_a_refund_that_failed_at_the_bank_moved_nothing(canned, charge):
    failed = refunds.read_refund(canned("refund", status="failed"), charge())

    with pytest.raises(PaymentDeclined, match="failed at the bank") as caught:
        refunds.check_refunded(refund_of(500), failed)
    assert caught.value.code == "refund_failed"


@pytest.mark.parametrize("status", ["canceled", "failed"])
def test_a_refund_that_was_not_made_is_a_decline(canned, charge, status):
    refund = refunds.read_refund(canned("refund", status=status), charge())

    assert refund.status == status
    with pytest.raises(PaymentDeclined, match=f"{status} at the bank"):
        refunds.check_refunded(refund_of(500), refund)


def test_a_voided_refund_gave_nothing_back(canned, charge):
    thin = charge("authorization_thin", captured=True)
    rows = [
        {"id": "RFND000000001", "amount": 500, "voided": True},
        {"id": "RFND000000002", "amount": 300, "voided": False},
        canned("refund", id="RFND000000003", amount=100, status="canceled"),
        canned("refund", id="RFND000000004", amount=200, status="pending"),
    ]
    returned = tuple(refunds.read_refund(row, thin) for row in rows)

    assert returned[0].status is TransactionStatus.VOIDED
    # What is under way may not be refunded a second time.
    assert refunds.with_refunds(thin, returned).refunded == usd(500)
    with pytest.raises(PaymentDeclined):
        refunds.check_refunded(refund_of(500), returned[0])


@pytest.mark.parametrize("changes", [{"status": "failed"}, {"voided": True}], ids=str)
def test_a_void_that_was_not_made_leaves_the_authorization(canned, charge, changes):
    authorized = charge("authorization_thin")
    void = refunds.read_refund(canned("void", **changes), authorized)

    assert (
        refunds.with_refunds(authorized, (void,)).status is TransactionStatus.SUCCEEDED
    )


def test_what_is_where_our_digest_would_be_is_the_mark(canned, charge):
    digest = external_reference("op-3")
    row = canned("refund", external_reference_id=digest)

    assert refunds.read_refund(row, charge()).mark == digest


@pytest.mark.parametrize(
    ("cents", "changes", "code"),
    [
        (2600, {}, "refund_too_large"),
        (2100, {"amount_refunded": 500}, "refund_too_large"),
        (2100, {"amount_captured": 2000}, "refund_too_large"),
        (1, {"amount_refunded": 2599}, "charge_already_refunded"),
        (1, {"refunded": True, "amount_refunded": None}, "charge_already_refunded"),
        (500, {"captured": False}, "charge_not_captured"),
        (2599, {"captured": False}, "charge_not_captured"),
        (2599, {"captured": False, "refunded": True}, "charge_already_refunded"),
        (500, {"status": "pending"}, "charge_not_captured"),
        (500, {"tax_amount": 199}, "partial_refund_with_tax"),
        (500, {"tip_amount": 300}, "partial_refund_with_tax"),
        (2599, {"tip_amount": 300}, "partial_refund_with_tax"),
    ],
)
def test_what_cannot_be_refunded_is_refused_with_the_reason(
    charge, cents, changes, code
):
    with pytest.raises(InvalidRequest, match="not sent") as caught:
        refunds.check_refund(refund_of(cents), charge(**changes))

    assert caught.value.code == code


def test_a_charge_in_another_currency_is_not_refunded(charge):
    with pytest.raises(InvalidRequest, match="not sent: it is in CAD") as caught:
        refunds.check_refund(refund_of(500), charge(currency="cad"))

    assert caught.value.code == "currency_mismatch"


@pytest.mark.parametrize(
    ("cents", "changes"),
    [
        (2599, {}),
        (1, {}),
        (2099, {"amount_refunded": 500}),
        (2599, {"tax_amount": 199}),
        (2899, {"tip_amount": 300}),
        (500, {"amount_refunded": None}),
    ],
)
def test_what_is_left_can_be_refunded(charge, cents, changes):
    refunds.check_refund(refund_of(cents), charge(**changes))


@pytest.mark.parametrize(
    ("cents", "changes", "code"),
    [
        (2599, {"captured": True}, "charge_already_captured"),
        (500, {}, "partial_void"),
        (2599, {"refunded": True}, "charge_already_refunded"),
    ],
)
def test_only_a_whole_open_authorization_is_voided(charge, cents, changes, code):
    with pytest.raises(InvalidRequest) as caught:
        refunds.check_void(void_of(cents), charge("authorization_thin", **changes))

    assert caught.value.code == code


def test_a_whole_open_authorization_can_be_voided(charge):
    refunds.check_void(void_of(2599), charge("authorization_thin"))


def test_a_list_of_refunds_completes_a_thin_charge(canned, charge):
    thin = charge("authorization_thin", captured=True)
    done = refunds.read_refund(canned("refund"), thin)
    failed = refunds.read_refund(canned("refund", status="failed"), thin)

    assert refunds.with_refunds(thin, (done, failed)).refunded == usd(500)


def test_a_listed_void_closes_an_authorization_that_does_not_say_so(canned, charge):
    authorized = charge("authorization_thin")
    void = refunds.read_refund(canned("void"), authorized)

    assert refunds.with_refunds(authorized, (void,)).status is TransactionStatus.VOIDED
