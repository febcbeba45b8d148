"""A checkout paid with Saleor's own dummy gateway: the harness itself works."""

DUMMY = "mirumee.payments.dummy"
ASK = """
from clover_saleor.installation import internals
print([internals.untested(), *internals.moved()])
"""


def test_this_release_is_one_that_the_doctor_calls_tested(saleor):
    printed = saleor.manage("shell", "-c", ASK)

    assert printed.splitlines()[-1] == "['']"


def test_a_checkout_becomes_a_paid_order(saleor, shopper, staff):
    staff.plugin_update(DUMMY, saleor.seeds["channels"]["us"], active=True)
    checkout = shopper.new_checkout(saleor.seeds["variant"], 2599)
    assert DUMMY in shopper.gateways(checkout)

    shopper.payment_create(checkout, DUMMY, token="fully-charged", amount="25.99")
    answer = shopper.complete(checkout)

    assert answer["errors"] == []
    order = staff.order(answer["order"]["id"])
    assert order["isPaid"] is True
    assert order["chargeStatus"] == "FULL"
    assert order["totalCharged"] == {"amount": 25.99, "currency": "USD"}
    assert [payment["gateway"] for payment in order["payments"]] == [DUMMY]


def test_the_canadian_channel_sells_in_its_own_currency(saleor, shopper):
    checkout = shopper.new_checkout(saleor.seeds["variant"], 1, channel="ca")

    total = shopper.checkout(checkout)["totalPrice"]["gross"]
    assert total == {"amount": 0.01, "currency": "CAD"}
