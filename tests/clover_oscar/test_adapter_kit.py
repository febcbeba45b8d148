"""The kit of adapters on Oscar's own pages; the card is entered on the payment page."""

import pytest
from django.test import Client
from oscar.apps.order.signals import order_placed
from oscar.core.loading import get_class, get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_oscar.baskets.payments import find_payments
from payment_hooks import Money, Outcome, PaymentState
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.testing import AdapterKit
from tests.clover_oscar.dashboard.test_order_detail import act, make_staff
from tests.clover_oscar.shopper import Shopper, make_product

PAYMENTS = "/dashboard/orders/clover-payments/"
STATES = {
    Outcome.PAID: "paid",
    Outcome.CHECKING: "checking",
    Outcome.ACTION_REQUIRED: "checking",
    Outcome.REVERSED: "refunded",
    Outcome.NOT_PAID: "open",
}


def reverse(staff, payment):
    form = {"payment_id": payment.payment_id, "action": "reverse"}
    return staff.post(PAYMENTS, form | {"confirmed": "1"})


class OscarBench:
    has_hosted_mode = True

    def __init__(self, provider, change_settings):
        self.provider, self.change_settings = provider, change_settings
        self.shoppers, self.waits_at = {}, ""
        self.staff = make_staff("owner", is_superuser=True)

    def begin(self, amount):
        self.product = make_product(str(amount.to_decimal()))
        shopper = Shopper()
        shopper.reach_payment(self.product)
        basket = get_model("basket", "Basket").objects.order_by("pk").last()
        self.shoppers[str(basket.pk)] = shopper
        return str(basket.pk)

    def reprice(self, checkout, amount):
        self.product.stockrecords.update(price=amount.to_decimal())

    def add(self, checkout):
        """As a request that loaded the basket before it froze."""
        basket = get_model("basket", "Basket").objects.get(pk=checkout)
        basket.status = "Open"
        basket.strategy = get_class("partner.strategy", "Selector")().strategy()
        basket.add_product(make_product("10.00"))

    def show(self, checkout):
        return self.shoppers[checkout].look().content.decode()

    def submit(self, checkout, token):
        answer = self.shoppers[checkout].place_order(clover_token=token)
        self.waits_at = getattr(answer, "url", "")
        return answer.content.decode() or answer.url

    def open_page(self, checkout):
        """By the button of the page that was shown last; a second time, by going back."""
        shopper = self.shoppers[checkout]
        if shopper.mode != "hosted":
            self.change_settings(MODE="hosted")
            shopper.look()
        led_to = shopper.place_order().url
        return led_to.rpartition("/")[2] if "://" in led_to else ""

    def give_up(self, checkout):
        payment = find_payments(int(checkout))[-1]
        return self.shoppers[checkout].client.post(
            f"/clover/cancel/{payment.payment_id}/"
        )

    def state(self, checkout):
        """As the shopper reads it, whose browser looks again by itself where it waits."""
        if self.waits_at.startswith("/clover/"):
            self.shoppers[checkout].look(self.waits_at)
        known = find_payments(int(checkout))
        if not known:
            return "open"
        is_back = known[-1].state is PaymentState.CLOSED
        reference = known[-1].reference
        return STATES[get_payments().outcome_for(reference, shopper_canceled=is_back)]

    def _orders(self, checkout):
        return get_model("order", "Order").objects.filter(basket_id=checkout)

    def orders(self, checkout):
        return self._orders(checkout).count()

    def ordered(self, checkout):
        lines = self._orders(checkout).get().lines.all()
        return Money.of(sum(line.line_price_incl_tax for line in lines), "USD")

    def refund(self, checkout, amount, form):
        typed = str(amount.to_decimal())
        order = self._orders(checkout).first()
        if order is None:  # staff has only the page of payments without an order
            payment = find_payments(int(checkout))[-1]
            return reverse(self.staff, payment)
        return act(self.staff, order, "refund", amount=typed, token=form)

    def refund_by_stranger(self, checkout, amount, form):
        clerk = make_staff("clerk", "order.view_order")
        order = self._orders(checkout).get()
        typed = str(amount.to_decimal())
        return act(clerk, order, "refund", amount=typed, token=form)

    def deliver(self, message):
        kind, headers = "application/json", dict(message.headers)
        address = "/clover/webhook/"
        return Client().post(address, message.body, kind, headers=headers).status_code

    def break_next_order(self):
        def fail(sender, **_):
            order_placed.disconnect(fail)
            raise ConnectionError("the shop's own code broke")

        order_placed.connect(fail, weak=False)

    def later(self):
        let_time_pass(minutes=10)
        Recovery(get_payments()).run()


class TestOscar(AdapterKit):
    @pytest.fixture
    def shop(self, transactional_db, clover, clover_settings):
        return OscarBench(clover, clover_settings)

    # Threads meet on a database file and on PostgreSQL: in test_concurrency and
    # test_many_workers.
    test_many_submits_at_once_are_one_payment = None
