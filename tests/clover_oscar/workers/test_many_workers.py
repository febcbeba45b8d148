"""Real Oscar, four gunicorn workers, PostgreSQL: one charge, one order, no open basket.

What is true is read from the simulator's records and by SQL from the shop's tables.
"""

from dataclasses import dataclass

import psycopg
import pytest

from clover_simulator.shopper import DECLINED_CARD
from clover_simulator.simulator import Simulator
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_oscar.shopper import Shopper
from tests.clover_oscar.workers import sabotage
from tests.clover_oscar.workers.many_workers import (
    DIED,
    WORKERS,
    Browser,
    Shop,
    at_once,
    wait_for,
)

pytestmark = pytest.mark.slow
CHARGES = ("POST", "/v1/charges")
THANK_YOU = "/checkout/thank-you/"


@pytest.fixture(scope="module")
def clover():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def shop(postgres, clover, tmp_path_factory):  # noqa: F811 - the fixture
    database = {**postgres.settings(), "NAME": "many_workers"}
    with psycopg.connect(
        f"host={database['HOST']} user=postgres dbname=postgres", autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE IF EXISTS many_workers")
        connection.execute("CREATE DATABASE many_workers")
    shop = Shop(tmp_path_factory.mktemp("shop"), database, settings_of(clover))
    shop.start()
    yield shop
    shop.stop()


def settings_of(clover):
    merchant = clover.merchant
    return {
        "ENVIRONMENT": "local",
        "BASE_URL": clover.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "PUBLIC_KEY": merchant.public_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": [merchant.webhook_secret],
        "MODES": ["iframe", "hosted"],
    }


@dataclass
class Purchase:
    """One basket at the payment step, and what became of it."""

    shop: Shop
    clover: Simulator
    card: str

    def __post_init__(self):
        self.shopper = self.shop.shopper()
        self.token = self.clover.token(self.card)
        self.shopper.enter_card(self.token)
        (row,) = self.shop.query(
            "SELECT basket_id FROM basket_line WHERE product_id = %s",
            self.shopper.product.pk,
        )
        self.basket = row[0]
        self.sent_before = self.clover.count(*CHARGES)

    def place_order(self, number=0):
        tab = Shopper(self.shopper.client.another_tab(), self.shopper.shown)
        return tab.place_order(clover_token=self.token)

    def end_of(self, answer):
        """Where the browser ends that got this answer; our own pages lead on."""
        is_ours = answer.url.startswith("/clover/")
        return self.shopper.client.get(answer.url).url if is_ours else answer.url

    @property
    def calls(self):
        return self.clover.count(*CHARGES) - self.sent_before

    @property
    def charges(self):
        """What Clover took for it, through the card fields or on its own page."""
        number, found = self.number, self.clover.ledger.charges
        sessions = [
            row
            for (row,) in self.shop.query(
                "SELECT session_id FROM clover_django_operation o"
                " JOIN clover_django_payment p USING (payment_id)"
                " WHERE p.reference = %s AND session_id <> ''",
                number,
            )
        ]
        return [
            row
            for row in found
            if row.metadata.get("reference") == number or row.session_id in sessions
        ]

    @property
    def number(self):
        (row,) = self.shop.query(
            "SELECT number FROM clover_oscar_ordernumber WHERE basket_id = %s",
            self.basket,
        )
        return row[0]

    @property
    def status(self):
        ((status,),) = self.shop.query(
            "SELECT status FROM basket_basket WHERE id = %s", self.basket
        )
        return status

    @property
    def orders(self):
        return self.shop.query(
            "SELECT number FROM order_order WHERE basket_id = %s", self.basket
        )

    @property
    def payments(self):
        return self.shop.query(
            "SELECT state, flags FROM clover_django_payment WHERE reference = %s",
            self.number,
        )

    def take_stock_away(self):
        self.set_stock(0)

    def set_stock(self, count):
        self.shop.query(
            "UPDATE partner_stockrecord SET num_in_stock = %s WHERE product_id = %s",
            count,
            self.shopper.product.pk,
        )

    def holds(self):
        """Paid once, ordered once, and the basket is done with."""
        assert len(self.charges) == 1
        assert self.orders == [(self.number,)]
        assert self.status == "Submitted"
        assert self.payments == [("paid", [])]


@pytest.fixture
def purchase(shop, clover):
    return Purchase(shop, clover, "4242424242424242")


@pytest.fixture
def slow_bank(clover):
    """The charge is made, and its answer takes a while."""
    clover.fail(*CHARGES, "delay_after", seconds=1.5)


def test_four_posts_at_once_are_one_call_and_one_order(purchase, slow_bank):
    answers = at_once(WORKERS, purchase.place_order)

    assert [purchase.end_of(answer) for answer in answers] == [THANK_YOU] * WORKERS
    assert len({answer.worker for answer in answers}) > 1
    assert purchase.calls == 1
    purchase.holds()
    assert purchase.shop.mails(purchase.number) == 1


def test_four_posts_at_once_of_a_declined_card_are_one_decline(shop, clover):
    purchase = Purchase(shop, clover, DECLINED_CARD)

    answers = at_once(WORKERS, purchase.place_order)

    assert THANK_YOU not in [purchase.end_of(answer) for answer in answers]
    assert (purchase.calls, purchase.charges, purchase.orders) == (1, [], [])
    assert purchase.status == "Open"


def test_a_mail_server_that_is_down_opens_no_basket(shop, purchase, slow_bank):
    shop.break_with(sabotage.MAIL_IS_DOWN)

    answers = at_once(WORKERS, purchase.place_order)

    shop.mend(sabotage.MAIL_IS_DOWN)
    assert [purchase.end_of(answer) for answer in answers] == [THANK_YOU] * WORKERS
    purchase.holds()
    assert shop.mails(purchase.number) == 0


def test_an_order_that_breaks_opens_no_basket_and_is_placed_later(
    shop, purchase, slow_bank
):
    shop.break_with(sabotage.PLACING_RAISES)

    answers = at_once(WORKERS, purchase.place_order)

    shop.mend(sabotage.PLACING_RAISES)
    assert THANK_YOU not in [answer.url for answer in answers]
    assert (len(purchase.charges), purchase.orders) == (1, [])
    assert purchase.status == "Frozen"
    notify_again(shop, purchase)
    purchase.holds()


def test_stock_that_is_gone_meanwhile_opens_no_basket(purchase, slow_bank):
    """Oscar's own checkout looks at the stock before the payment, and not after it."""
    at_once(
        WORKERS + 1,
        lambda n: purchase.place_order() if n else take_stock_away_when_paid(purchase),
    )

    purchase.holds()


def test_a_worker_killed_before_the_record_opens_no_basket(shop, purchase, slow_bank):
    answers = at_once(
        2, lambda n: kill_when_paid(purchase) if n else purchase.place_order()
    )

    assert DIED in answers
    assert (len(purchase.charges), purchase.orders) == (1, [])
    assert purchase.status == "Frozen"
    let_leases_run_out(shop, purchase)
    assert shop.command("clover_recover").returncode == 0
    purchase.holds()


def test_a_worker_killed_before_the_order_opens_no_basket(shop, purchase):
    shop.break_with(sabotage.DIE_BEFORE_THE_ORDER)

    answer = purchase.place_order()

    assert answer == DIED
    assert (len(purchase.charges), purchase.orders) == (1, [])
    assert purchase.status == "Frozen"
    assert shop.command("clover_recover").returncode == 0
    purchase.holds()


def test_who_submits_again_after_a_killed_worker_pays_once(shop, purchase):
    shop.break_with(sabotage.DIE_BEFORE_THE_ORDER)
    purchase.place_order()

    again = purchase.shopper.client.get("/checkout/preview/")
    shown = purchase.shopper.client.get(again.url)

    assert again.url.startswith("/clover/status/")
    assert shown.url == THANK_YOU
    purchase.holds()


def test_a_number_that_is_taken_meanwhile_opens_no_basket(shop, purchase, slow_bank):
    answers = at_once(
        WORKERS + 1,
        lambda n: purchase.place_order() if n else take_number_when_paid(purchase),
    )

    assert THANK_YOU not in [answer.url for answer in answers if answer]
    assert (len(purchase.charges), purchase.orders) == (1, [])
    assert purchase.status == "Frozen"
    assert purchase.payments == [("paid", ["paid_without_order"])]


def test_webhooks_and_returns_at_once_are_one_order(at_the_page, clover):
    purchase, back = at_the_page

    answers = at_once(
        2 * WORKERS,
        lambda n: (
            purchase.shopper.client.another_tab().get(back)
            if n % 2
            else deliver(purchase.shop, clover)
        ),
    )

    assert {answer.status_code for answer in answers} <= {200, 302, 503}
    purchase.holds()
    assert purchase.shop.mails(purchase.number) == 1


def test_stock_that_is_gone_before_the_webhook_opens_no_basket(at_the_page, clover):
    purchase, back = at_the_page
    purchase.take_stock_away()

    said = deliver(purchase.shop, clover)

    assert said.status_code == 200
    assert (len(purchase.charges), purchase.orders) == (1, [])
    assert purchase.status == "Frozen"
    assert purchase.payments == [("paid", ["paid_without_order"])]
    assert "We have your payment" in purchase.shopper.client.get(back).text


@pytest.mark.parametrize("first", ["place", "reverse"])
def test_two_desks_give_the_money_back_or_place_the_order(
    at_the_page, clover, desk, first
):
    """Never both, whoever presses a moment before the other."""
    purchase, _ = at_the_page
    purchase.take_stock_away()
    deliver(purchase.shop, clover)
    second = {"place": "reverse", "reverse": "place"}[first]

    at_once(
        2 * WORKERS, lambda n: decide(desk, purchase, (first, second)[n >= WORKERS])
    )

    (charge,) = purchase.charges
    placed, refunded = bool(purchase.orders), bool(charge.amount_refunded)
    assert placed != refunded
    state = "refunded" if refunded else "paid"
    assert purchase.payments == [(state, [])]


@pytest.fixture(scope="module")
def desk(shop):
    """Staff who may do all."""
    shop.environ["DJANGO_SUPERUSER_PASSWORD"] = "secret-1234"
    named = ("--username=owner", "--email=o@shop.example")
    assert shop.command("createsuperuser", "--noinput", *named).returncode == 0
    browser = Browser(shop.base)
    browser.get("/dashboard/login/")
    browser.post(
        "/dashboard/login/", {"username": "o@shop.example", "password": "secret-1234"}
    )
    return browser


def decide(desk, purchase, action):
    ((payment_id,),) = purchase.shop.query(
        "SELECT payment_id FROM clover_django_payment WHERE reference = %s",
        purchase.number,
    )
    fields = {"payment_id": payment_id, "action": action, "confirmed": "1"}
    page = Browser(desk.base, desk.http.cookies)
    return page.post("/dashboard/orders/clover-payments/", fields | {"amount": "10.00"})


@pytest.mark.parametrize("method", ["click again", "go back"])
def test_who_clicks_again_during_the_payment_ends_on_its_thank_you(
    purchase, slow_bank, method
):
    answers = at_once(
        2, lambda n: come_again(purchase, method) if n else purchase.place_order()
    )

    led, placed = sorted(answers, key=lambda answer: answer.url == THANK_YOU)
    assert placed.url == THANK_YOU
    assert led.url.startswith("/clover/status/")
    assert purchase.shopper.client.get(led.url).url == THANK_YOU
    purchase.holds()


def come_again(purchase, method):
    wait_for(lambda: purchase.calls and purchase.charges)
    if method == "click again":
        return purchase.place_order()
    return purchase.shopper.client.get("/checkout/preview/")


@pytest.fixture
def at_the_page(shop, clover):
    """A shopper who has paid on Clover's page, and the address to come back to."""
    clover.send_webhooks_to("http://127.0.0.1:9/")
    purchase = Purchase(shop, clover, "4242424242424242")
    purchase.shopper.look("/checkout/payment-details/?clover_mode=hosted")
    page = purchase.shopper.place_order()
    left = clover.pay_hosted(page.url)
    clover.wait_until(lambda: clover.deliveries[-1].signature)
    return purchase, left.location.removeprefix(shop.base)


def deliver(shop, clover):
    """Bring the simulator's last webhook to the shop."""
    sent = clover.deliveries[-1]
    return Browser(shop.base).deliver(sent.body, sent.signature)


def take_number_when_paid(purchase):
    """Another order gets the number: a copy of the last one under it."""
    wait_for(lambda: purchase.calls and purchase.charges)
    columns = purchase.shop.query(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'order_order' AND column_name NOT IN"
        " ('id', 'number', 'basket_id')"
    )
    names = ", ".join(f'"{name}"' for (name,) in columns)
    purchase.shop.query(
        f"INSERT INTO order_order (number, {names})"
        f" SELECT %s, {names} FROM order_order LIMIT 1",
        purchase.number,
    )


def take_stock_away_when_paid(purchase):
    wait_for(lambda: purchase.calls and purchase.charges)
    purchase.take_stock_away()


def kill_when_paid(purchase):
    wait_for(lambda: purchase.calls and purchase.charges)
    purchase.shop.kill_who_works()


def let_leases_run_out(shop, purchase):
    shop.query(
        "UPDATE clover_django_operation SET lease_until = now() - interval '1 second',"
        " due = now() - interval '1 second' WHERE payment_id IN"
        " (SELECT payment_id FROM clover_django_payment WHERE reference = %s)",
        purchase.number,
    )


def notify_again(shop, purchase):
    let_leases_run_out(shop, purchase)
    shop.command("clover_recover")
