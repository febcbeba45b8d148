"""What staff and apps may do, who else may not, and that nothing is believed."""

from dataclasses import replace

import pytest

from clover_graphql.request.ids import decode, encode
from payment_hooks import Ability, hookimpl
from tests.clover_graphql.documents import (
    ACTION,
    CAPTURE,
    CHECKOUT,
    COMPLETE,
    INITIALIZE,
    ORDER_PAYMENTS,
    REFUND,
    REPORT,
    TRANSACTION,
    VOID,
)
from tests.clover_graphql.shop import GATEWAY, Caller, Storefront


@pytest.fixture
def pay(clover_simulator):
    """Pays the checkout, and gives the transaction's ID and Clover's."""

    def run(storefront):
        gateway = {"id": GATEWAY, "data": {"token": clover_simulator.token()}}
        done = storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway)
        return done["transaction"]["id"], done["transactionEvent"]["pspReference"]

    return run


@pytest.fixture
def reserving(build_api):
    return build_api(captures_at_once=False)


def as_staff(api):
    return Storefront(api, Caller(name="boss", is_staff=True))


def payment_id(transaction_id):
    return encode("Payment", decode(transaction_id, "TransactionItem")[1])


def types(item):
    return [event["type"] for event in item["events"]]


def test_staff_captures_and_refunds(reserving, pay, clover_simulator):
    one, _ = pay(Storefront(reserving))
    staff = as_staff(reserving)
    captured = staff.run(ACTION, id=one, action="CHARGE", amount=20)["transaction"]
    part = staff.run(ACTION, id=one, action="REFUND", amount="5.50")["transaction"]
    rest = staff.run(ACTION, id=one, action="REFUND")["transaction"]

    assert captured["chargedAmount"]["amount"] == 20.0
    assert captured["authorizedAmount"]["amount"] == 0.0
    assert captured["actions"] == ["REFUND"]
    assert part["chargedAmount"]["amount"] == 14.5
    assert part["refundedAmount"]["amount"] == 5.5
    assert rest["refundedAmount"]["amount"] == 20.0
    assert types(rest) == [
        "AUTHORIZATION_SUCCESS",
        "CHARGE_SUCCESS",
        "REFUND_SUCCESS",
        "REFUND_SUCCESS",
    ]
    assert [row.amount for row in clover_simulator.ledger.refunds] == [550, 1450]


def test_staff_releases(reserving, pay):
    one, _ = pay(Storefront(reserving))
    released = as_staff(reserving).run(ACTION, id=one, action="CANCEL")["transaction"]

    assert released["canceledAmount"]["amount"] == 25.99
    assert released["actions"] == []
    assert types(released)[-1] == "CANCEL_SUCCESS"


class NothingIsVoided:
    """The provider's authorizations can only run out."""

    @hookimpl(wrapper=True)
    def payment_describe(self):
        info = yield
        return replace(info, abilities=info.abilities - {Ability.VOID})


def test_staff_is_offered_what_the_provider_can_do(
    reserving, pay, payments, clover_simulator
):
    payments.plugins.register(NothingIsVoided())
    one, _ = pay(Storefront(reserving))
    staff = as_staff(reserving)

    refused = staff.run(ACTION, id=one, action="CANCEL")

    assert staff.run(TRANSACTION, id=one)["actions"] == ["CHARGE"]
    assert len(refused["errors"]) == 1
    assert clover_simulator.ledger.refunds == []


@pytest.mark.parametrize("action", ["CHARGE", "REFUND", "CANCEL"])
def test_a_shopper_may_not(storefront, pay, action, clover_simulator):
    one, _ = pay(storefront)
    status, content = storefront.post(ACTION, id=one, action=action)

    (error,) = content["errors"]
    assert status == 200
    assert content["data"]["transactionRequestAction"] is None
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"
    assert clover_simulator.ledger.refunds == []


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (TRANSACTION, {}),
        (REPORT, {"psp": "X", "type": "CHARGE_SUCCESS"}),
    ],
)
def test_a_shopper_sees_and_reports_no_transaction(storefront, pay, query, variables):
    one, _ = pay(storefront)
    _, content = storefront.post(query, id=one, **variables)

    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_shopper_sees_no_payments_of_an_order(storefront, pay):
    pay(storefront)
    order = storefront.run(COMPLETE, id=CHECKOUT)["order"]["id"]
    _, content = storefront.post(ORDER_PAYMENTS, id=order)

    assert content["data"]["order"] is None
    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_staff_sees_what_happened(storefront, staff, pay):
    one, charge = pay(storefront)
    found = staff.run(TRANSACTION, id=one)

    assert found["pspReference"] == charge
    assert found["chargedAmount"]["amount"] == 25.99
    assert found["checkout"]["id"] == CHECKOUT
    assert found["name"] == "Clover Visa •••• 4242"
    assert types(found) == ["CHARGE_SUCCESS"]
    assert staff.run(TRANSACTION, token=found["token"])["id"] == one


def test_staff_sees_the_payments_of_an_order_in_older_words(storefront, staff, pay):
    one, charge = pay(storefront)
    order = storefront.run(COMPLETE, id=CHECKOUT)["order"]["id"]
    (payment,) = staff.run(ORDER_PAYMENTS, id=order)["payments"]

    assert payment["id"] == payment_id(one)
    assert payment["chargeStatus"] == "FULLY_CHARGED"
    assert payment["actions"] == ["REFUND"]
    assert payment["creditCard"] == {"brand": "VISA", "lastDigits": "4242"}
    assert payment["pspReference"] == charge
    assert payment["transactions"][0]["kind"] == "CAPTURE"
    assert payment["transactions"][0]["isSuccess"] is True


def test_more_than_was_taken_is_refused(storefront, staff, pay, clover_simulator):
    one, _ = pay(storefront)
    refused = staff.run(ACTION, id=one, action="REFUND", amount=26)

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] == "INVALID"
    assert "25.99 USD" in refused["errors"][0]["message"]
    assert clover_simulator.ledger.refunds == []


@pytest.mark.parametrize(
    ("captures_at_once", "action", "amount"),
    [
        (True, "REFUND", 0),
        (True, "REFUND", "0.00"),
        (False, "CHARGE", 0),
        (False, "CANCEL", 0),
        (False, "CANCEL", 5),
    ],
)
def test_an_amount_of_nothing_or_of_a_part_does_not_move_the_whole(
    build_api, pay, clover_simulator, captures_at_once, action, amount
):
    api = build_api(captures_at_once=captures_at_once)
    one, _ = pay(Storefront(api))
    refused = as_staff(api).run(ACTION, id=one, action=action, amount=amount)

    assert refused["transaction"] is None
    assert refused["errors"][0]["field"] == "amount"
    assert refused["errors"][0]["code"] == "INVALID"
    (charge,) = clover_simulator.ledger.charges
    assert charge.captured is captures_at_once
    assert clover_simulator.ledger.refunds == []


@pytest.mark.parametrize("amount", ["5.501", 5.501, "9" * 25, "1e30"])
@pytest.mark.parametrize("query", [ACTION, REPORT])
def test_an_amount_that_is_no_money_is_the_callers_mistake(
    storefront, staff, pay, clover_simulator, query, amount
):
    one, charge = pay(storefront)
    kind = "REFUND" if query is ACTION else "CHARGE_SUCCESS"
    names = {"action": kind} if query is ACTION else {"type": kind, "psp": charge}
    refused = staff.run(query, id=one, amount=amount, **names)

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] == "INVALID"
    assert clover_simulator.ledger.refunds == []


@pytest.mark.parametrize(
    ("query", "captures_at_once"), [(CAPTURE, False), (REFUND, True)]
)
def test_the_older_words_move_nothing_for_an_amount_of_nothing(
    build_api, pay, clover_simulator, query, captures_at_once
):
    api = build_api(captures_at_once=captures_at_once)
    one = payment_id(pay(Storefront(api))[0])
    refused = as_staff(api).run(query, id=one, amount=0)

    assert refused["payment"] is None
    assert refused["errors"][0]["field"] == "amount"
    assert clover_simulator.ledger.refunds == []
    assert clover_simulator.ledger.charges[0].captured is captures_at_once


def test_a_lost_refund_is_pending_and_not_made_twice(
    storefront, staff, pay, clover_simulator
):
    one, _ = pay(storefront)
    clover_simulator.fail("POST", "/v1/refunds", "reset_after")
    clover_simulator.fail("GET", "*", "error_before", nth=2, times=None)
    clover_simulator.fail("POST", "/v1/refunds", "error_before", nth=2, times=None)
    pending = staff.run(ACTION, id=one, action="REFUND", amount=5)["transaction"]

    assert pending["refundPendingAmount"]["amount"] == 5.0
    assert pending["chargedAmount"]["amount"] == 20.99
    assert types(pending)[-1] == "REFUND_REQUEST"
    assert [row.amount for row in clover_simulator.ledger.refunds] == [500]


def test_one_key_of_the_header_is_one_refund(storefront, staff, pay, clover_simulator):
    one, _ = pay(storefront)
    for _ in range(2):
        staff.post(
            ACTION, {"idempotency-key": "r-1"}, id=one, action="REFUND", amount=5
        )

    assert [row.amount for row in clover_simulator.ledger.refunds] == [500]


def test_a_report_of_what_is_known_was_processed_already(storefront, staff, pay):
    one, charge = pay(storefront)
    said = staff.run(REPORT, id=one, psp=charge, type="CHARGE_SUCCESS", amount=25.99)

    assert said["alreadyProcessed"] is True
    assert said["transactionEvent"]["pspReference"] == charge
    assert said["errors"] == []


def test_a_report_of_another_amount_is_refused(storefront, staff, pay):
    one, charge = pay(storefront)
    said = staff.run(REPORT, id=one, psp=charge, type="CHARGE_SUCCESS", amount=1)

    assert said["errors"][0]["code"] == "INCORRECT_DETAILS"


def test_a_report_is_not_believed(storefront, staff, pay, clover_simulator):
    begun = storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY})
    one = begun["transaction"]["id"]
    said = staff.run(
        REPORT, id=one, psp="MADEUP1234567", type="CHARGE_SUCCESS", amount=25.99
    )

    assert said["errors"][0]["code"] == "INVALID"
    assert staff.run(TRANSACTION, id=one)["events"] == []


@pytest.mark.parametrize(
    "reference",
    ["", "../orders", "a b", "x" * 256, "4111111111111111", "\ud800", "\u0661"],
)
def test_a_report_of_what_can_be_no_id_is_refused(
    storefront, staff, clover_simulator, reference
):
    begun = storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY})
    said = staff.run(
        REPORT, id=begun["transaction"]["id"], psp=reference, type="CHARGE_SUCCESS"
    )

    assert said["errors"][0]["code"] == "INVALID"
    assert clover_simulator.count("GET", "/v1/charges") == 0


def test_a_report_of_a_paid_page_is_found(storefront, staff, clover_simulator):
    data = {"mode": "hosted", "returnUrl": "https://shop.example/done"}
    begun = storefront.run(
        INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY, "data": data}
    )
    clover_simulator.pay_hosted(begun["data"]["redirectUrl"])
    charge = clover_simulator.ledger.charges[0].id
    said = staff.run(
        REPORT,
        id=begun["transaction"]["id"],
        psp=charge,
        type="CHARGE_SUCCESS",
        amount=25.99,
    )

    assert said["errors"] == []
    assert said["alreadyProcessed"] is False
    assert said["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_a_report_of_another_pages_money_pays_nothing(
    storefront, staff, shop, clover_simulator
):
    """The same amount, at the same merchant, a moment later; and a sale by card."""
    data = {"mode": "hosted", "returnUrl": "https://shop.example/done"}
    gateway = {"id": GATEWAY, "data": data}
    mine = storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway)["transaction"]["id"]
    for name, sent in (
        ("c-2", gateway),
        ("c-3", {"id": GATEWAY, "data": {"token": clover_simulator.token()}}),
    ):
        shop.add(name)
        other = storefront.run(INITIALIZE, id=encode("Checkout", name), gateway=sent)
        if sent is gateway:
            clover_simulator.pay_hosted(other["data"]["redirectUrl"])
    sales = [charge.id for charge in clover_simulator.ledger.charges]

    said = [
        staff.run(REPORT, id=mine, psp=sale, type="CHARGE_SUCCESS", amount=25.99)
        for sale in sales
    ]

    assert len(sales) == 2
    assert [row["errors"][0]["code"] for row in said] == ["INVALID", "INVALID"]
    refused = storefront.run(COMPLETE, id=CHECKOUT)["errors"][0]
    assert refused["code"] == "CHECKOUT_NOT_FULLY_PAID"


def test_the_older_words_capture_refund_and_void(reserving, pay, shop):
    staff = as_staff(reserving)
    one = payment_id(pay(Storefront(reserving))[0])
    captured = staff.run(CAPTURE, id=one, amount=25.99)
    refunded = staff.run(REFUND, id=one)
    again = staff.run(VOID, id=one)

    assert captured["payment"]["chargeStatus"] == "FULLY_CHARGED"
    assert captured["errors"] == []
    assert refunded["payment"]["chargeStatus"] == "FULLY_REFUNDED"
    assert again["payment"] is None
    assert again["errors"][0]["code"] == "INVALID"
    assert shop.notified[-1] == ("ref-c-1", "refunded")


def test_the_older_void_releases(reserving, pay):
    one = payment_id(pay(Storefront(reserving))[0])
    released = as_staff(reserving).run(VOID, id=one)

    assert released["payment"]["chargeStatus"] == "CANCELLED"
    assert released["payment"]["isActive"] is False


@pytest.mark.parametrize("query", [CAPTURE, REFUND, VOID])
def test_the_older_words_are_for_staff(reserving, pay, query):
    shopper = Storefront(reserving)
    one = payment_id(pay(shopper)[0])
    _, content = shopper.post(query, id=one)

    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_an_app_may_choose_the_action_and_a_shopper_not(
    storefront, staff, clover_simulator
):
    gateway = {"id": GATEWAY, "data": {"token": clover_simulator.token()}}
    _, content = storefront.post(
        INITIALIZE, id=CHECKOUT, gateway=gateway, action="AUTHORIZATION"
    )
    own = storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway, action="CHARGE")

    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert own["transactionEvent"]["type"] == "CHARGE_SUCCESS"
