"""What goes out for a charge, and what is believed of what comes back."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clover_provider.api import calls, charges
from clover_provider.api.references import external_reference
from clover_provider.wire.json_strict import read_json
from payment_hooks import (
    CaptureRequest,
    CheckResult,
    EnteredBy,
    InvalidRequest,
    Money,
    OutcomeUnknown,
    PaymentError,
    TransactionKind,
    TransactionStatus,
)
from tests.clover_provider.conftest import ANSWERS

KEY = "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10"
MERCHANT = "TESTMERCH0001"


def read(fields):
    return charges.read_charge(fields, merchant_id=MERCHANT, request_id="req-1")


def test_a_charge_goes_out_with_amount_source_and_our_reference(ask_for):
    request = ask_for(
        description="Mugs",
        shopper_email="buyer@example.test",
        metadata={"channel": "web"},
    )

    assert charges.build_charge(request, capture=True) == {
        "amount": 2599,
        "currency": "usd",
        "source": "clv_1TSTSabcDEF123ghiJKL456mno",
        "capture": True,
        "ecomind": "ecom",
        "external_reference_id": "H2E5WTTOQGC5",
        "metadata": {"reference": "100123", "operation": KEY, "channel": "web"},
        "description": "Mugs",
        "receipt_email": "buyer@example.test",
    }


def test_an_authorization_is_not_captured_and_a_merchants_entry_is_moto(ask_for):
    body = charges.build_charge(ask_for(entered_by=EnteredBy.MERCHANT), capture=False)

    assert (body["capture"], body["ecomind"]) == (False, "moto")
    assert "description" not in body
    assert "receipt_email" not in body


@given(st.text())
def test_the_external_reference_is_twelve_letters_and_digits(operation_id):
    reference = external_reference(operation_id)

    assert len(reference) == 12
    assert reference.isalnum()
    assert reference.isascii()


def test_more_than_clover_takes_in_one_charge_is_refused(ask_for):
    with pytest.raises(InvalidRequest) as caught:
        charges.build_charge(ask_for(100_000_000), capture=True)

    assert caught.value.code == "amount_too_large"
    assert charges.build_charge(ask_for(99_999_999), capture=True)["amount"]


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"operation": "x"}, "metadata_invalid"),
        ({"reference": "x"}, "metadata_invalid"),
        ({"note": "4242 4242 4242 4242"}, "card_number_in_text"),
        ({"note": "x" * 500}, "metadata_too_long"),
    ],
)
def test_metadata_that_clover_or_we_cannot_take_is_refused(ask_for, metadata, code):
    with pytest.raises(InvalidRequest) as caught:
        charges.build_charge(ask_for(metadata=metadata), capture=True)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("given_ip", "headers"),
    [
        ("203.0.113.7:51234", {"x-forwarded-for": "203.0.113.7"}),
        ("198.51.100.9, 203.0.113.7", {"x-forwarded-for": "203.0.113.7"}),
        ("[2001:db8::1]:443", {"x-forwarded-for": "2001:db8::1"}),
        ("unknown", {}),
        ("203.0.113.7\r\nX-A: b", {}),
        ("", {}),
    ],
)
def test_charge_and_capture_send_the_shoppers_bare_address(
    config, ask_for, given_ip, headers
):
    charge = ask_for(shopper_ip=given_ip)
    capture = capture_request(shopper_ip=given_ip)

    assert calls.charge(charge, config, capture=True, attempt=1).headers == headers
    assert calls.capture(capture, config).headers == headers


def test_a_charge_is_read(canned):
    charge = read(canned("charge", metadata={"reference": "100123", "operation": KEY}))

    assert charge.kind is TransactionKind.CHARGE
    assert charge.status is TransactionStatus.SUCCEEDED
    assert charge.transaction_id == "ABCDEFGHJKMN1"
    assert charge.amount == charge.captured == Money(2599, "USD")
    assert charge.refunded == Money(0, "USD")
    assert (charge.reference, charge.operation_id) == ("100123", KEY)
    assert (charge.provider, charge.merchant_id) == ("clover", MERCHANT)
    assert charge.created_at == datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)
    assert charge.provider_request_id == "req-1"
    assert charge.address_check is CheckResult.UNAVAILABLE
    source = charge.source
    assert (source.brand, source.last4, source.exp_month, source.exp_year) == (
        "VISA",
        "4242",
        12,
        2099,
    )
    assert not source.token.startswith("clv_")


def test_what_is_not_captured_is_an_authorization(canned):
    authorized = read(canned("authorization_thin"))

    assert authorized.kind is TransactionKind.AUTHORIZATION
    assert authorized.captured is None
    assert authorized.refunded is None


def test_a_returned_authorization_is_voided(canned):
    authorized = read(canned("authorization_thin", refunded=True))

    assert authorized.status is TransactionStatus.VOIDED


def test_sums_are_read_where_clover_says_them(canned):
    charge = read(
        canned("charge", amount_captured=2000, amount_refunded=500, tip_amount=300)
        | {
            "tax_amount": 199,
            "partial_auth": True,
            "warning_message": "Level 2 ignored",
        }
    )

    assert charge.captured == Money(2000, "USD")
    assert charge.refunded == Money(500, "USD")
    assert (charge.tip, charge.tax) == (Money(300, "USD"), Money(199, "USD"))
    assert charge.partial_approval
    assert charge.warning == "Level 2 ignored"


def test_a_fully_refunded_thin_charge_is_known_to_be_empty(canned):
    charge = read(canned("authorization_thin", captured=True, refunded=True))

    assert charge.refunded == charge.amount


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("pass", CheckResult.PASSED),
        ("passed", CheckResult.PASSED),
        ("fail", CheckResult.FAILED),
        ("failed", CheckResult.FAILED),
        ("unavailable", CheckResult.UNAVAILABLE),
        ("unchecked", CheckResult.UNCHECKED),
        ("a new word", CheckResult.UNCHECKED),
    ],
)
def test_both_spellings_of_a_check_are_read(canned, word, result):
    source = {"cvc_check": word, "address_zip_check": word, "address_line1_check": word}
    charge = read(canned("charge", source=source))

    assert charge.cvc_check is result
    assert charge.postal_code_check is result
    assert charge.address_check is result


def test_metadata_may_come_as_a_text(canned):
    charge = read(canned("charge", metadata=json.dumps({"operation": KEY})))

    assert charge.operation_id == KEY


@pytest.mark.parametrize(
    "created",
    [
        1767225600123,
        1767225600,
        1767225600.123,
        "1767225600123",
        "1767225600",
        "2026-01-01T00:00:00.000+0000",
        "2026-01-01T00:00:00Z",
        "2026-01-01T000000",
        "2026-01-01 00:00:00",
        "2026-01-01",
    ],
)
def test_times_are_read_in_all_their_forms(canned, created):
    moment = read(canned("charge", created=created)).created_at

    assert moment.replace(microsecond=0) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("created", ["yesterday", 10**30, True, [], -(10**30)])
def test_an_odd_time_is_no_time(canned, created):
    assert read(canned("charge") | {"created": created}).created_at is None


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ({"last4": "0042", "exp_month": "12", "exp_year": "2099"}, ("0042", 12, 2099)),
        ({"last4": 42, "exp_month": 12, "exp_year": 2099}, ("0042", 12, 2099)),
        ({"last4": 4242, "exp_month": "09", "exp_year": "99"}, ("4242", 9, 2099)),
        ({"last4": "4242", "exp_month": 9, "exp_year": 99}, ("4242", 9, 2099)),
        ({"last4": True, "exp_month": "x", "exp_year": None}, ("", None, None)),
        ({"last4": -1, "exp_month": "", "exp_year": 12345}, ("", None, None)),
    ],
    ids=str,
)
def test_a_card_is_shown_whether_its_details_are_texts_or_numbers(
    canned, said, read_as
):
    source = read(canned("charge", source=said)).source

    assert (source.last4, source.exp_month, source.exp_year) == read_as


@pytest.mark.parametrize("status", ["failed", "canceled"])
@pytest.mark.parametrize("captured", [None, False, True])
def test_a_charge_that_took_nothing_is_read_without_being_captured(
    canned, status, captured
):
    charge = read(canned("charge", status=status, captured=captured, paid=False))

    assert charge.status == status


GIFT_CARD = {"payment_method_details": "giftCard", "currency": None, "created": None}


def test_a_gift_card_is_charged_in_the_merchants_currency(canned):
    charge = charges.read_charge(
        canned("charge", **GIFT_CARD), merchant_id=MERCHANT, merchant_currency="CAD"
    )

    assert (charge.amount, charge.created_at) == (Money(2599, "CAD"), None)


@pytest.mark.parametrize(
    ("changes", "currency"),
    [
        (GIFT_CARD, ""),
        (GIFT_CARD | {"currency": "doubloon"}, "CAD"),
        (GIFT_CARD | {"payment_method_details": "card"}, "CAD"),
    ],
)
def test_no_other_charge_is_read_without_a_currency(canned, changes, currency):
    with pytest.raises(OutcomeUnknown):
        charges.read_charge(
            canned("charge", **changes),
            merchant_id=MERCHANT,
            merchant_currency=currency,
        )


def test_what_is_where_our_digest_would_be_is_the_mark(canned):
    digest = external_reference(KEY)

    assert read(canned("charge", external_reference_id=digest)).mark == digest
    assert read(canned("charge", external_reference_id=None)).mark == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "../refunds"},
        {"id": 7},
        {"amount": None},
        {"amount": 0},
        {"amount": -1},
        {"amount": "2599"},
        {"amount": 25.99},
        {"amount": True},
        {"amount": 10**30},
        {"currency": None},
        {"currency": "doubloon"},
        {"captured": None},
        {"captured": "true"},
        {"status": None},
        {"status": "approved"},
        {"paid": False},
        {"amount_refunded": -5},
        {"tip_amount": "3.00"},
    ],
    ids=str,
)
def test_a_charge_that_cannot_be_read_is_an_unknown_outcome(canned, changes):
    with pytest.raises(OutcomeUnknown) as caught:
        read(canned("charge", **changes))

    assert caught.value.code == "answer_unreadable"
    assert caught.value.provider_request_id == "req-1"


CHARGE = json.loads((ANSWERS / "charge.json").read_text())["body"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
DECISIVE = ("id", "amount", "currency", "captured", "status")


@given(st.sampled_from(sorted(CHARGE)), JUNK)
def test_no_mutation_of_a_charge_escapes_as_anything_but_an_unknown_outcome(
    name, value
):
    try:
        charge = read(CHARGE | {name: value})
    except OutcomeUnknown:
        return

    changed = value != CHARGE[name]
    assert not (changed and name in DECISIVE) or charge != read(CHARGE)
    assert charge.amount.minor_units > 0


@given(st.integers(min_value=0, max_value=len(json.dumps(CHARGE)) - 1))
def test_no_cut_of_a_charge_is_a_success(length):
    cut = read_json(json.dumps(CHARGE).encode()[:length])

    with pytest.raises(PaymentError):
        read(cut if isinstance(cut, dict) else {})


def capture_request(**changes):
    fields = {
        "transaction_id": "ABCDEFGHJKMN1",
        "amount": Money(2000, "USD"),
        "reference": "100123",
        "operation_id": "op-2",
    }
    return CaptureRequest(**fields | changes)


def read_capture(fields, **changes):
    request = capture_request(**changes)
    return charges.read_capture(fields, request, merchant_id=MERCHANT)


def test_a_capture_names_its_amount_only():
    assert charges.build_capture(capture_request()) == {"amount": 2000}


def test_a_capture_is_read(canned):
    capture = read_capture(canned("charge", amount_captured=2000))

    assert capture.kind is TransactionKind.CAPTURE
    assert capture.amount == capture.captured == Money(2000, "USD")
    assert capture.transaction_id == capture.parent_id == "ABCDEFGHJKMN1"
    assert capture.operation_id == "op-2"


def test_a_thin_answer_to_a_capture_is_taken_at_its_word(canned):
    capture = read_capture(canned("authorization_thin", captured=True))

    assert capture.amount == Money(2000, "USD")


@pytest.mark.parametrize(
    "changes", [{"captured": False}, {"id": "ANOTHERCHARGE"}, {"id": None}], ids=str
)
def test_an_answer_that_is_not_this_capture_is_an_unknown_outcome(canned, changes):
    with pytest.raises(OutcomeUnknown):
        read_capture(canned("charge", **changes))
