"""Surcharges: what the shopper pays on top of amount and tip."""

import pytest

from clover_simulator.traffic.client import fetch
from tests.clover_simulator.api.test_captures import capture
from tests.clover_simulator.api.test_platform import payment, platform
from tests.clover_simulator.api.test_refunds import read, refund
from tests.clover_simulator.conftest import open_checkout

__all__ = ["platform"]

DEBIT_CARD = "4000056655665556"


@pytest.fixture
def switch(clover_simulator):
    return clover_simulator.switch


def surcharges(fields):
    return [(row["type"], row["amount"]) for row in fields["elements"]]


def on_platform(client, platform, payment_id):
    shown = payment(client, platform, payment_id, expand="additionalCharges").json()
    return shown["additionalCharges"]["elements"]


@pytest.mark.parametrize(
    ("percent", "amount", "surcharge"),
    # 133 was seen in a shop; the others are the examples of Clover's pages, which
    # leave fractions of a cent away.
    [(2.4, 133, 3), (3.5, 3500, 122), (3.5, 2428, 84)],
)
def test_a_charge_says_what_was_paid_on_top(
    client, platform, switch, percent, amount, surcharge
):
    switch(surcharge_percent=percent)
    charge = client.charge(amount).json()

    assert (charge["amount"], charge["amount_captured"]) == (amount, amount)
    assert surcharges(charge["additional_charges"]) == [("CREDIT_SURCHARGE", surcharge)]
    assert read(client, charge["id"]) == charge
    [row] = on_platform(client, platform, charge["id"])
    assert (row["type"], row["amount"]) == ("CREDIT_SURCHARGE", surcharge)
    assert (row["rate"], row["payment"]) == (percent * 10_000, {"id": charge["id"]})


def test_the_surcharge_is_on_the_tip_too(client, switch):
    switch(surcharge_percent=3.5)

    charge = client.charge(2500, tip_amount=500).json()

    assert surcharges(charge["additional_charges"]) == [("CREDIT_SURCHARGE", 105)]


def test_a_debit_card_and_a_shop_without_surcharges_pay_nothing_on_top(
    client, platform, switch
):
    plain = client.charge().json()
    switch(surcharge_percent=3)
    debit = client.charge(source=client.simulator.token(DEBIT_CARD)).json()

    for charge in (plain, debit):
        assert "additional_charges" not in charge
        assert on_platform(client, platform, charge["id"]) == []


def test_a_hosted_payment_has_its_surcharge_and_the_page_says_so(
    client, platform, switch
):
    switch(surcharge_percent=3)
    href = open_checkout(client, {"name": "Mug", "price": 1000}).json()["href"]
    page = fetch("GET", href).text
    client.simulator.pay_hosted(href)

    charge = client.simulator.ledger.charges[0]
    assert "surcharge" in page
    assert "0.30" in page
    assert (charge.amount, charge.surcharge) == (1000, 30)
    assert on_platform(client, platform, charge.id)[0]["amount"] == 30


def test_a_partial_capture_pays_the_surcharge_of_its_part(client, switch):
    switch(surcharge_percent=3)
    charge = client.charge(1000, capture=False).json()["id"]

    shown = capture(client, charge, amount=500).json()

    assert surcharges(shown["additional_charges"]) == [("CREDIT_SURCHARGE", 15)]


def test_a_failed_charge_has_no_surcharge(client, switch):
    switch(surcharge_percent=3)

    charge = client.charge(metadata={"sim_status": "failed"}).json()

    assert "additional_charges" not in charge


@pytest.mark.parametrize(("gives", "amounts"), [(True, [52, 70]), (False, [])])
def test_a_refund_gives_its_part_of_the_surcharge_back_on_top(
    client, platform, switch, gives, amounts
):
    switch(surcharge_percent=3.5, refund_surcharge=gives)
    charge = client.charge(3500).json()["id"]
    part = refund(client, charge, amount=1500).json()
    rest = refund(client, charge).json()

    path = f"/v3/merchants/{client.merchant.id}/refunds/"
    shown = [
        row["amount"]
        for made in (part, rest)
        for row in platform(path + made["id"], expand="additionalCharges").json()[
            "additionalCharges"
        ]["elements"]
    ]
    assert (part["amount"], rest["amount"]) == (1500, 2000)
    assert shown == amounts
    assert read(client, charge)["amount_refunded"] == 3500
    # Clover gives the surcharge back to the cent: 52 and 70 are the 122 that were paid.
    assert client.simulator.ledger.charges[0].surcharge == 122


def test_a_voided_refund_gives_no_surcharge_back(client, switch):
    switch(surcharge_percent=3)
    charge = client.charge(1000).json()["id"]
    client.simulator.void_refund(refund(client, charge).json()["id"])
    refund(client, charge)

    assert [made.surcharge for made in client.simulator.ledger.refunds] == [30, 30]


def test_the_charge_can_hold_a_bare_list(client, switch):
    switch(surcharge_percent=3, additional_charges_form="list")

    [row] = client.charge(1000).json()["additional_charges"]

    assert (row["type"], row["amount"]) == ("CREDIT_SURCHARGE", 30)
