"""How often one request reads the ledger, and that it shows what is there."""

import pytest

from clover_graphql import OfferedGateway, PaymentsApi
from payment_hooks import MemoryLedger, Payments
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.documents import CHECKOUT, INITIALIZE, ORDER
from tests.clover_graphql.shop import DUE, GATEWAY, Storefront

TWICE = """
mutation Both($id: ID!, $input: PaymentInput!) {
  before: checkoutPaymentCreate(id: $id, input: $input) {
    checkout { chargeStatus totalBalance { amount } }
  }
  after: checkoutComplete(id: $id) {
    order { chargeStatus totalBalance { amount } paymentStatus }
  }
}
"""
SEVERAL = """
query Several($id: ID!) {
  one: checkout(id: $id) { created chargeStatus authorizeStatus totalBalance { amount } }
  two: checkout(id: $id) { created chargeStatus authorizeStatus totalBalance { amount } }
}
"""


class CountingLedger(MemoryLedger):
    """Counts how often payments are looked for."""

    def __init__(self):
        super().__init__()
        self.searches = 0

    def find_payments(self, **named):
        self.searches += 1
        return super().find_payments(**named)


@pytest.fixture
def ledger():
    return CountingLedger()


@pytest.fixture
def storefront(shop, ledger):
    payments = Payments.using(FakeProvider(), shop, ledger=ledger)
    offer = OfferedGateway(payments, gateway_id=GATEWAY)
    return Storefront(PaymentsApi(offer, secret_key="a key of the tests"))


def test_a_request_reads_the_payments_of_a_purchase_once(storefront, ledger):
    storefront.run(
        INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY, "data": {"token": "tok-1"}}
    )
    ledger.searches = 0

    _, content = storefront.post(SEVERAL, id=CHECKOUT)

    assert content["data"]["one"] == content["data"]["two"]
    assert content["data"]["one"]["chargeStatus"] == "FULL"
    assert ledger.searches == 1


def test_the_next_request_reads_them_again(storefront, ledger):
    storefront.post(SEVERAL, id=CHECKOUT)
    storefront.run(
        INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY, "data": {"token": "tok-1"}}
    )

    _, content = storefront.post(SEVERAL, id=CHECKOUT)

    assert content["data"]["one"]["chargeStatus"] == "FULL"


def test_a_mutation_shows_what_it_did_after_another_showed_what_was(storefront):
    sent = {"gateway": GATEWAY, "token": "tok-1"}

    _, content = storefront.post(TWICE, id=CHECKOUT, input=sent)

    before, after = (content["data"][name] for name in ("before", "after"))
    due = float(DUE.to_decimal())
    assert before["checkout"] == {
        "chargeStatus": "NONE",
        "totalBalance": {"amount": -due},
    }
    assert after["order"]["chargeStatus"] == "FULL"
    assert after["order"]["paymentStatus"] == "FULLY_CHARGED"


def test_an_order_with_all_of_its_sums_is_one_search(storefront, ledger):
    storefront.run(
        INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY, "data": {"token": "tok-1"}}
    )
    _, content = storefront.post(
        "mutation($id: ID!) { checkoutComplete(id: $id) { order { id } } }", id=CHECKOUT
    )
    ledger.searches = 0

    storefront.run(ORDER, id=content["data"]["checkoutComplete"]["order"]["id"])

    assert ledger.searches == 1
