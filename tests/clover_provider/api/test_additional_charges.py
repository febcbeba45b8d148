"""Surcharges and fees: read in each form, and never mistaken for the amount."""

import json

import pytest

from clover_provider.api import additional_charges, charges, platform_payments, refunds
from clover_provider.api.fields import Reading
from clover_provider.wire.json_strict import read_json
from payment_hooks import InvalidRequest, Money, RefundRequest

SURCHARGE = {"id": "AGPT72N3N5TDM", "amount": 3, "rate": 24000}
FEE = {"amount": 300, "type": "CONVENIENCE_FEE"}


def usd(cents):
    return Money(cents, "USD")


def read(said, name="additional_charges"):
    return additional_charges.read(Reading(fields={name: said}, what="charge"), "USD")


@pytest.mark.parametrize("name", ["additional_charges", "additionalCharges"])
@pytest.mark.parametrize(
    "said",
    [
        [SURCHARGE],
        {"elements": [SURCHARGE]},
        {"data": [SURCHARGE]},
        SURCHARGE,
        json.dumps([SURCHARGE]),
    ],
    ids=["list", "elements", "data", "object", "text"],
)
def test_every_form_is_read(name, said):
    assert read(said, name).total == usd(3)


def test_all_kinds_are_added_up():
    assert read([SURCHARGE, FEE]).total == usd(303)


@pytest.mark.parametrize(
    "said", [None, {}, [], "", {"elements": []}, {"elements": None}, [{"amount": 0}]]
)
def test_nothing_is_nothing(said):
    found = read(said)

    assert (found.total, found.warning) == (None, "")


@pytest.mark.parametrize(
    "said",
    [
        "much",
        7,
        True,
        [7],
        [{"amount": "3"}],
        [{"amount": -3}],
        [{"amount": True}],
        [{"amount": 10**30}],
        {"CREDIT_SURCHARGE": 3},
        [SURCHARGE, {"type": "NEW"}],
    ],
    ids=str,
)
def test_a_form_that_is_not_known_is_a_warning_and_no_unknown_outcome(
    canned, caplog, said
):
    charge = charges.read_charge(
        canned("charge", additional_charges=said), merchant_id="TESTMERCH0001"
    )

    assert (charge.amount, charge.surcharge) == (usd(2599), None)
    assert "additional charges cannot be read" in charge.warning
    assert "additional charges cannot be read" in caplog.text


def test_a_charge_keeps_its_surcharge_apart(canned):
    charge = charges.read_charge(
        canned("charge", amount=133, tip_amount=20, additional_charges=[SURCHARGE]),
        merchant_id="TESTMERCH0001",
    )

    assert (charge.amount, charge.tip, charge.surcharge) == (usd(133), usd(20), usd(3))
    assert refunds.refundable(charge) == usd(156)


def platform(canned, **changes):
    fields = json.dumps(canned("platform_payment", **changes)).encode()
    return platform_payments.read_payment(
        read_json(fields),
        merchant_id="TESTMERCH0001",
        currency="USD",
    )


def test_a_platform_payment_keeps_its_surcharge_apart(canned):
    payment = platform(
        canned,
        additionalCharges={"elements": [SURCHARGE]},
        refunds={
            "elements": [
                {
                    "id": "RFNDABCDEF123",
                    "amount": 1500,
                    "additionalCharges": {"elements": [{"amount": 52}]},
                }
            ]
        },
    )

    assert (payment.amount, payment.surcharge) == (usd(2599), usd(3))
    assert payment.refunded == usd(1552)


def refund_of(cents):
    return RefundRequest(
        transaction_id="ABCDEFGHJKMN1", amount=usd(cents), reference="100123"
    )


def test_a_whole_refund_may_name_what_was_asked_or_what_was_paid(canned):
    charge = charges.read_charge(
        canned("charge", tax_amount=199, additional_charges=[SURCHARGE]),
        merchant_id="TESTMERCH0001",
    )

    for cents in (2599, 2602):
        refunds.check_refund(refund_of(cents), charge)
    with pytest.raises(InvalidRequest, match=r"only 26\.02 USD is left"):
        refunds.check_refund(refund_of(2603), charge)
    with pytest.raises(InvalidRequest, match=r"only whole, 25\.99 USD"):
        refunds.check_refund(refund_of(2598), charge)
