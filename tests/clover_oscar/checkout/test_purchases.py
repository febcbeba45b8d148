"""Oscar's baskets paid by a storefront that was written for Saleor."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from oscar.apps.checkout.utils import CheckoutSessionData
from oscar.core.loading import default_class_loader, get_model
from oscar.test.factories import create_order

from clover_django.payments import get_payments
from clover_graphql.request.ids import encode
from clover_oscar import graphql_urls
from payment_hooks import Mode, Money, OutcomeUnknown
from tests.clover_graphql.documents import (
    ACTION,
    COMPLETE,
    GATEWAY,
    GATEWAYS,
    INITIALIZE,
    ORDER,
    PROCESS,
    REPORT,
    TRANSACTION,
)
from tests.clover_oscar.shopper import Shopper, baskets, make_product, orders, records

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture(autouse=True)
def _in_place(clover):
    """A provider in memory in Clover's place."""


class Front:
    """The storefront in the browser of a shopper."""

    def __init__(self, client):
        self.client = client

    def post(self, query, **variables):
        answer = self.client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
        )
        return answer.status_code, answer.json()

    def run(self, query, **variables):
        status, content = self.post(query, **variables)
        assert "errors" not in content, content
        assert status == 200
        (field,) = content["data"].values()
        return field

    def pay(self, checkout, token="tok-1", **options):
        gateway = {"id": "clover.payments", "data": {"token": token}}
        return self.run(INITIALIZE, id=checkout, gateway=gateway, **options)


@pytest.fixture
def ready(product):
    """A guest who has said where to, and the id of the checkout."""
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=False)
    shopper = Shopper(browser)
    shopper.reach_payment(product)
    (basket,) = get_model("basket", "Basket").objects.all()
    return Front(browser), encode("Checkout", str(basket.pk))


def test_no_token_against_forgery_is_needed_for_json_and_no_form_is_taken(ready):
    front, checkout = ready
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.cookies = front.client.cookies
    found = Front(strict).run(GATEWAYS, id=checkout)
    form = strict.post("/graphql/", {"query": "{ __typename }"})

    assert found["totalPrice"]["gross"] == {"amount": 10.0, "currency": "USD"}
    assert form.status_code == 415


def test_a_basket_in_no_known_currency_is_refused_in_the_answer(ready, clover):
    front, checkout = ready
    get_model("basket", "Line").objects.update(price_currency="XXX")

    refused = front.pay(checkout)

    assert [row["field"] for row in refused["errors"]] == ["id"]
    assert "ISO 4217" in refused["errors"][0]["message"]
    assert "payment_charge" not in clover.calls


def test_a_basket_is_paid_and_becomes_an_order(ready, clover):
    front, checkout = ready
    paid = front.pay(checkout, amount=10)
    done = front.run(COMPLETE, id=checkout)

    (order,) = orders()
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert done["errors"] == []
    assert done["order"]["number"] == order.number
    assert done["order"]["isPaid"] is True
    assert records(order)[0] == ("10.00", "10.00", "0.00")
    assert order.guest_email == "guest@example.com"
    assert list(baskets().values()) == ["Submitted"]
    assert clover.calls.count("payment_charge") == 1


def test_the_thank_you_page_is_shown_afterwards(ready):
    front, checkout = ready
    front.pay(checkout)
    front.run(COMPLETE, id=checkout)

    assert front.client.get("/checkout/thank-you/").status_code == 200


def test_completing_twice_and_asking_for_the_order(ready):
    front, checkout = ready
    front.pay(checkout)
    first, second = (front.run(COMPLETE, id=checkout)["order"]["id"] for _ in range(2))
    order = front.run(ORDER, id=first)

    assert first == second
    assert order["userEmail"] == "guest@example.com"
    assert order["totalCharged"]["amount"] == 10.0


def test_the_order_is_there_when_the_shopper_does_not_complete(ready):
    front, checkout = ready
    front.pay(checkout)

    assert len(orders()) == 1


def test_a_second_submit_gets_the_first_ones_payment(ready, clover):
    front, checkout = ready
    first, second = front.pay(checkout), front.pay(checkout, "tok-2")

    assert second["transactionEvent"] == first["transactionEvent"]
    assert clover.calls.count("payment_charge") == 1


def test_a_declined_basket_can_be_changed_and_paid(ready, product, clover):
    front, checkout = ready
    refused = front.pay(checkout, "decline-1")
    status = list(baskets().values())
    Shopper(front.client).add(product)
    paid = front.pay(checkout, "tok-2")

    assert refused["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert status == ["Open"]
    assert paid["transactionEvent"]["amount"]["amount"] == 20.0
    assert [str(row.amount) for row in clover.ledger.values()] == ["20.00 USD"]


def test_while_a_payment_has_an_unknown_outcome_the_basket_is_frozen(ready, clover):
    front, checkout = ready
    clover.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    clover.fail("payment_retry", OutcomeUnknown("lost"))
    unknown = front.pay(checkout)
    status = list(baskets().values())
    clover.mend()
    done = front.run(PROCESS, id=unknown["transaction"]["id"])

    assert unknown["data"]["status"] == "checking"
    assert status == ["Frozen"]
    assert done["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert len(orders()) == 1


def test_recovery_places_the_order_of_a_shopper_who_left(ready, clover):
    from clover_django.models import Operation

    front, checkout = ready
    clover.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    clover.fail("payment_retry", OutcomeUnknown("lost"))
    front.pay(checkout)
    clover.mend()
    then = timezone.now() - timedelta(minutes=10)
    rows = Operation.objects.using("clover_ledger")
    rows.filter(due__isnull=False).update(due=then, lease_until=None)
    call_command("clover_recover")

    assert len(orders()) == 1
    assert len(clover.ledger) == 1


def test_the_pages_and_the_api_are_one_payment(ready, clover):
    front, checkout = ready
    Shopper(front.client).pay("tok-1")
    answer = front.pay(checkout, "tok-2")

    assert answer["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert clover.calls.count("payment_charge") == 1
    assert len(orders()) == 1


def test_another_customers_basket_is_not_there(ready, clover):
    _, checkout = ready
    stranger = Front(Client(SERVER_NAME="localhost"))
    refused = stranger.pay(checkout)

    assert refused["errors"][0]["code"] == "NOT_FOUND"
    assert "payment_charge" not in clover.calls


def test_another_customers_order_is_not_there(ready):
    front, checkout = ready
    front.pay(checkout)
    order = front.run(COMPLETE, id=checkout)["order"]["id"]
    _, content = Front(Client(SERVER_NAME="localhost")).post(ORDER, id=order)

    assert content["data"]["order"] is None


@pytest.mark.parametrize("mode", Mode)
def test_an_order_that_was_paid_in_another_way_is_not_charged(
    ready, clover, clover_settings, mode
):
    """Cash on delivery, an invoice, another provider: Oscar's order has its payment."""
    front, _ = ready
    clover_settings(MODE=mode, PCI_ATTESTATION="a test")
    user = get_user_model().objects.create_user("ada", "ada@example.com", "secret")
    order = create_order(user=user)
    front.client.force_login(user)
    clover.calls.clear()
    gateway = {
        "id": "clover.payments",
        "data": {"returnUrl": "http://localhost/"}
        if mode is Mode.HOSTED
        else {"token": "tok-1"},
    }

    done = front.run(
        INITIALIZE, id=encode("Order", order.number), gateway=gateway, amount=None
    )

    stated = (done["errors"] or [done["transactionEvent"]])[0]["message"]
    assert stated.startswith("This was paid already"), done
    assert clover.calls == []


def test_what_is_missing_is_said_before_anything_is_asked(product, clover):
    client = Client(SERVER_NAME="localhost")
    Shopper(client).add(product)
    (basket,) = get_model("basket", "Basket").objects.all()
    refused = Front(client).run(COMPLETE, id=encode("Checkout", str(basket.pk)))

    assert refused["errors"][0]["code"] == "EMAIL_NOT_SET"
    assert clover.calls == []


def test_modes_of_the_settings_are_offered(ready, clover_settings, clover):
    clover_settings(MODES=["iframe", "hosted"])
    front, checkout = ready
    data = {"mode": "hosted", "returnUrl": "http://localhost/back"}
    asked = [{"id": "clover.payments", "data": {"mode": "hosted"}}]
    config = front.run(GATEWAY, id=checkout, gateways=asked)["gatewayConfigs"][0]
    begun = front.run(
        INITIALIZE, id=checkout, gateway={"id": "clover.payments", "data": data}
    )

    assert config["data"] == {"mode": "hosted"}
    assert begun["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert begun["data"]["redirectUrl"]
    (payment,) = get_payments().ledger.find_payments(session_id=next(iter(_sessions())))
    assert payment.mode is Mode.HOSTED


def _sessions():
    from clover_django.models import Operation

    rows = Operation.objects.using("clover_ledger")
    return rows.exclude(session_id="").values_list("session_id", flat=True)


def test_staff_refunds_with_the_dashboards_permission(ready, clover):
    front, checkout = ready
    one = front.pay(checkout)["transaction"]["id"]
    client = Client(SERVER_NAME="localhost")
    user = get_user_model().objects.create_user("boss", is_staff=True)
    client.force_login(user)
    _, refused = Front(client).post(ACTION, id=one, action="REFUND")
    user.user_permissions.add(Permission.objects.get(codename="refund_payment"))
    done = Front(client).run(ACTION, id=one, action="REFUND", amount=4)

    code = refused["errors"][0]["extensions"]["exception"]["code"]
    assert code == "PermissionDenied"
    assert done["errors"] == []
    assert done["transaction"]["refundedAmount"]["amount"] == 4.0
    assert records(orders()[0])[0] == ("10.00", "10.00", "4.00")


def member_of_staff(*permissions):
    client = Client(SERVER_NAME="localhost")
    user = get_user_model().objects.create_user("clerk", is_staff=True)
    for codename in permissions:
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    return Front(client)


def code_of(content):
    return content["errors"][0]["extensions"]["exception"]["code"]


@pytest.mark.parametrize(
    ("permissions", "sees", "reports"),
    [
        ((), False, False),
        (("view_order",), True, False),
        (("resolve_payment",), False, True),
    ],
)
def test_being_staff_alone_opens_no_order_and_reports_nothing(
    ready, permissions, sees, reports
):
    front, checkout = ready
    begun = front.pay(checkout)
    one, order = begun["transaction"]["id"], front.run(COMPLETE, id=checkout)["order"]
    clerk = member_of_staff(*permissions)
    stated = {
        "psp": begun["transactionEvent"]["pspReference"],
        "type": "CHARGE_SUCCESS",
    }

    found = clerk.post(ORDER, id=order["id"])[1]["data"]["order"]
    shown = clerk.post(TRANSACTION, id=one)[1]
    reported = clerk.post(REPORT, id=one, **stated)[1]

    assert (found and found["userEmail"]) == ("guest@example.com" if sees else None)
    assert ("errors" not in shown) is sees
    assert sees or code_of(shown) == "PermissionDenied"
    assert ("errors" not in reported) is reports
    assert reports or code_of(reported) == "PermissionDenied"


def test_another_sale_of_the_same_amount_pays_no_page(ready, clover, clover_settings):
    clover_settings(MODES=["iframe", "hosted"])
    clover.shows_marks = True
    front, checkout = ready
    data = {"mode": "hosted", "returnUrl": "http://localhost/back"}
    begun = front.run(
        INITIALIZE, id=checkout, gateway={"id": "clover.payments", "data": data}
    )
    one = begun["transaction"]["id"]
    sale = clover.pay_session(Money(1000, "USD")).transaction_id

    stated = member_of_staff("resolve_payment").run(
        REPORT, id=one, psp=sale, type="CHARGE_SUCCESS"
    )
    completed = front.run(COMPLETE, id=checkout)

    assert stated["errors"][0]["code"] == "INVALID"
    assert completed["errors"][0]["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert list(orders()) == []


def test_a_shopper_may_not_refund(ready):
    front, checkout = ready
    one = front.pay(checkout)["transaction"]["id"]
    _, refused = front.post(ACTION, id=one, action="REFUND")

    code = refused["errors"][0]["extensions"]["exception"]["code"]
    assert code == "PermissionDenied"


def test_a_product_that_is_gone_is_said(ready):
    front, checkout = ready
    get_model("partner", "StockRecord").objects.update(num_in_stock=0)
    refused = front.run(COMPLETE, id=checkout)

    assert refused["errors"][0]["code"] in ("INSUFFICIENT_STOCK", "NO_LINES")


def test_another_product_after_the_order_is_another_checkout(ready):
    front, checkout = ready
    front.pay(checkout)
    front.run(COMPLETE, id=checkout)
    Shopper(front.client).reach_payment(make_product("7.00"))
    fresh = [key for key, status in baskets().items() if status == "Open"]
    paid = front.pay(encode("Checkout", str(fresh[0])), "tok-9")

    assert paid["transactionEvent"]["amount"]["amount"] == 7.0
    assert len(orders()) == 2


def test_the_schema_is_built_once_for_all_hosts_and_threads(rf, settings):
    """A host is whatever a caller writes, and a schema takes a while to build."""
    graphql_urls._build.cache_clear()
    requests = [rf.get("/", headers={"host": f"host{n}.example"}) for n in range(20)]

    with ThreadPoolExecutor(8) as threads:
        apis = list(threads.map(graphql_urls.find_api, requests))

    assert len({id(api.schema) for api in apis}) == 1
    assert [api.return_hosts for api in apis] == [
        (f"host{n}.example",) for n in range(20)
    ]


def test_settings_that_are_read_anew_make_another_api(rf, clover_settings):
    first = graphql_urls.find_api(rf.get("/"))
    clover_settings(GRAPHQL={"CORS_ORIGINS": ["https://shop.example"]})

    second = graphql_urls.find_api(rf.get("/"))

    assert first.cors_origins == frozenset()
    assert second.cors_origins == {"https://shop.example"}


def test_a_host_of_one_request_is_none_of_the_next(rf, clover_settings):
    clover_settings(GRAPHQL={"RETURN_HOSTS": ["shop.example"]})

    first, second = (
        graphql_urls.find_api(rf.get("/", headers={"host": host})).return_hosts
        for host in ("one.example", "two.example")
    )

    assert first == ("one.example", "shop.example")
    assert second == ("two.example", "shop.example")


class ForkedSession(CheckoutSessionData):
    """A shop's own, which keeps its data elsewhere."""

    SESSION_KEY = "the_shops_own"


def forked_loader(module_label, classnames, module_prefix):
    if module_label == "checkout.utils":
        return [ForkedSession]
    return default_class_loader(module_label, classnames, module_prefix)


def test_the_shops_own_class_of_the_checkouts_session_is_asked(ready, clover_settings):
    front, checkout = ready
    clover_settings(NEXT_LOADER=f"{__name__}.forked_loader")
    session = front.client.session
    session["the_shops_own"] = session.pop("checkout_data")
    session.save()

    front.pay(checkout)
    front.run(COMPLETE, id=checkout)

    assert front.client.session["the_shops_own"] == {}
    assert len(orders()) == 1
