"""The platform's lists: what is expanded, how far they reach, whose payments they hold."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.clover_simulator.api.test_platform import platform
from tests.clover_simulator.conftest import open_checkout

__all__ = ["platform"]

RESULTS = [
    "SUCCESS",
    "AUTH",
    "AUTH_COMPLETED",
    "INITIATED",
    "VOIDING",
    "VOID_FAILED",
    "PENDING",
    "VOIDED",
    "FAIL",
]


@pytest.fixture
def ask(client, platform):
    """The answer below `/v3/merchants/{mId}`."""

    def get(path, **query):
        return platform(f"/v3/merchants/{client.merchant.id}{path}", **query)

    return get


def elements(page):
    assert page.status == 200, page.text
    return page.json()["elements"]


@pytest.fixture
def paid(client):
    """A hosted payment of one line, of which 4.00 were refunded."""
    line = {"name": "Mug", "price": 1000, "note": "Ref ABCDEFGHIJKL"}
    client.simulator.pay_hosted(open_checkout(client, line).json()["href"])
    charge = client.simulator.ledger.charges[0]
    client.post("/v1/refunds", {"charge": charge.id, "amount": 400})
    return charge


EXPANDABLE = {"cardTransaction", "refunds", "additionalCharges"}


@pytest.mark.parametrize("expand", ["", *sorted(EXPANDABLE), ",".join(EXPANDABLE)])
def test_a_payment_shows_what_is_expanded_and_no_more(ask, paid, expand):
    wanted = set(expand.split(",")) - {""}

    single = ask(f"/payments/{paid.id}", expand=expand).json()
    [listed] = elements(ask("/payments", expand=expand))

    assert single == listed
    assert single.keys() & EXPANDABLE == wanted


def test_expand_may_come_several_times(client, ask, paid):
    path = f"/payments/{paid.id}?expand=refunds&expand=cardTransaction"

    assert ask(path).json().keys() >= {"refunds", "cardTransaction"}


@pytest.mark.parametrize("word", ["payment", "payments"])
def test_the_payments_of_an_order_show_what_is_expanded(ask, paid, word):
    [bare] = elements(ask("/orders", expand="payments"))
    expand = f"payments,{word}.cardTransaction,{word}.additionalCharges"
    [full] = elements(ask("/orders", expand=expand))

    [plain] = bare["payments"]["elements"]
    [payment] = full["payments"]["elements"]
    assert plain.keys().isdisjoint(EXPANDABLE)
    assert payment.keys() & EXPANDABLE == {"cardTransaction", "additionalCharges"}
    assert payment["cardTransaction"]["last4"] == "4242"


def test_one_order_is_read_with_its_lines(ask, paid):
    order = ask(f"/orders/{paid.order_id}", expand="lineItems,payments").json()

    [line] = order["lineItems"]["elements"]
    assert (order["id"], line["note"]) == (paid.order_id, "Ref ABCDEFGHIJKL")
    assert [row["id"] for row in order["payments"]["elements"]] == [paid.id]
    assert ask("/orders/ABCDEFGHJKMN1").status == 404


def test_refunds_are_read_and_listed(client, ask, paid):
    [listed] = elements(ask("/refunds"))

    assert ask(f"/refunds/{listed['id']}").json() == listed
    assert (listed["amount"], listed["payment"]["id"]) == (400, paid.id)
    assert (listed["voided"], listed["orderRef"]) == (False, {"id": paid.order_id})
    client.simulator.void_refund(listed["id"])
    assert elements(ask("/refunds"))[0]["voided"] is True
    assert ask("/refunds/ABCDEFGHJKMN1").status == 404


@pytest.mark.parametrize("result", RESULTS)
def test_a_counter_payment_stands_beside_ours(client, ask, paid, result):
    counter = client.simulator.add_counter_payment(result, 0, card=False)

    newest, ours = elements(ask("/payments", expand="cardTransaction,refunds"))
    [order, _] = elements(ask("/orders", expand="payments,payment.cardTransaction"))

    assert (newest["id"], newest["result"], newest["amount"]) == (counter, result, 0)
    assert "cardTransaction" not in newest
    assert ours["id"] == paid.id
    assert [row["id"] for row in order["payments"]["elements"]] == [counter]
    assert ask(f"/payments/{counter}").json()["result"] == result
    assert len(client.get("/v1/charges").json()["data"]) == 1


def test_a_counter_payment_may_have_a_card_and_a_tip(client, ask):
    counter = client.simulator.add_counter_payment("AUTH", 1500, tip_cents=300)

    payment = ask(f"/payments/{counter}", expand="cardTransaction").json()

    assert (payment["amount"], payment["tipAmount"]) == (1500, 300)
    card = payment["cardTransaction"]
    assert (card["type"], card["state"]) == ("PREAUTH", "PENDING")


def test_counter_payments_are_added_by_the_control_api(client, ask):
    given = {"merchant": client.merchant.id, "result": "VOIDED", "amount": 700}

    made = client.control("POST", "/counter/payments", given).json()

    assert ask(f"/payments/{made['id']}").json()["result"] == "VOIDED"
    wrong = given | {"result": "PERHAPS"}
    assert client.control("POST", "/counter/payments", wrong).status == 400
    assert client.control("POST", "/counter/payments", {"merchant": "X"}).status == 404
    ledger = client.control("GET", "/ledger").json()
    assert [row["result"] for row in ledger["counter_payments"]] == ["VOIDED"]


def test_a_pending_or_failed_payment_says_so(client, ask, paid):
    pending = client.charge(metadata={"sim_status": "pending"}).json()["id"]
    failed = client.charge(metadata={"sim_status": "failed"}).json()["id"]

    results = {row["id"]: row["result"] for row in elements(ask("/payments"))}

    assert (results[pending], results[failed]) == ("PENDING", "FAIL")


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def monthly(client):
    """Six payments, 30 days apart, the last one made now: ages 150 to 0 days."""
    client.simulator.clock.freeze(START)
    made = []
    for month in range(6):
        client.simulator.clock.set(START + timedelta(days=30 * month))
        made.append(client.charge().json()["id"])
    return made


def since(days_ago, until_days_ago=0):
    now = START + timedelta(days=150)
    limits = [(">=", days_ago), ("<=", until_days_ago)]
    return "&".join(
        f"filter=createdTime{sign}"
        f"{int((now - timedelta(days=days)).timestamp() * 1000)}"
        for sign, days in limits
    )


def ages(client, monthly, ask, query):
    rows = elements(ask(f"/payments?{query}"))
    return [150 - 30 * monthly.index(row["id"]) for row in rows]


def test_a_range_is_narrowed_to_its_newest_90_days_without_a_word(client, monthly, ask):
    assert ages(client, monthly, ask, since(150)) == [0, 30, 60, 90]
    assert ages(client, monthly, ask, since(150, 60)) == [60, 90, 120, 150]
    assert ages(client, monthly, ask, since(150, 100)) == [120, 150]
    assert ages(client, monthly, ask, "limit=100") == [0, 30, 60, 90]
    assert len(elements(ask(f"/orders?{since(150)}"))) == 4


@pytest.mark.parametrize(
    ("window", "query", "found"),
    [
        ("recent", since(150, 60), [60, 90]),
        ("recent", since(150, 100), []),
        ("refused", since(90), [0, 30, 60, 90]),
        ("unlimited", since(150), [0, 30, 60, 90, 120, 150]),
        ("unlimited", "limit=100", [0, 30, 60, 90, 120, 150]),
    ],
)
def test_the_90_days_have_other_readings(client, monthly, ask, window, query, found):
    client.simulator.switch(platform_window=window)

    assert ages(client, monthly, ask, query) == found


@pytest.mark.parametrize("path", ["/payments", "/orders", "/refunds"])
def test_a_filter_that_reaches_too_far_back_can_be_refused(client, monthly, ask, path):
    client.simulator.switch(platform_window="refused")

    assert ask(f"{path}?{since(91, 30)}").status == 400


def test_a_nested_list_ends_after_a_hundred(client, ask, paid):
    for _ in range(100):
        client.post("/v1/refunds", {"charge": paid.id, "amount": 1})

    payment = ask(f"/payments/{paid.id}", expand="refunds").json()

    assert len(payment["refunds"]["elements"]) == 100
    assert len(elements(ask("/refunds", limit=1000))) == 101


def test_orders_come_in_other_orders_too(client, ask):
    made = []
    for _ in range(5):
        client.charge()
        client.simulator.clock.advance(seconds=1)
    made = [charge.order_id for charge in client.simulator.ledger.charges]
    client.simulator.switch(list_order="oldest_first")
    oldest = [order["id"] for order in elements(ask("/orders"))]
    client.simulator.switch(list_order="shuffled")
    shuffled = [order["id"] for order in elements(ask("/orders"))]

    assert oldest == made
    assert sorted(shuffled) == sorted(made)
    assert shuffled not in (made, made[::-1])
