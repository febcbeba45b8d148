"""pretix, driven as shoppers, staff and time drive it: through its pages."""

import re
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models.signals import post_save
from django.test import Client
from django.utils.timezone import now
from pretix.base.models import Order, OrderPayment, OrderPosition, OrderRefund
from pretix.base.payment import PaymentException
from pretix.base.services.orders import OrderChangeManager

from clover_django.shop import get_payments, page_url
from clover_django.testing import let_time_pass
from payment_hooks import Money
from payment_hooks.recovery import Recovery


class Bench:
    """See `payment_hooks.testing.ShopBench`. A checkout is an order that is not paid."""

    has_hosted_mode = True

    def __init__(self, event, provider):
        self.event, self.provider = event, provider
        self.shopper, self.forms = Client(), {}

    @transaction.atomic
    def begin(self, amount):
        price = amount.to_decimal()
        order = Order.objects.create(
            event=self.event,
            email="ada@example.com",
            status=Order.STATUS_PENDING,
            datetime=now(),
            expires=now() + timedelta(days=10),
            total=price,
            locale="en",
            sales_channel=self.event.organizer.sales_channels.get(identifier="web"),
        )
        item = self.event.items.get()
        OrderPosition.objects.create(order=order, item=item, price=price, positionid=1)
        order.create_transactions()
        order.payments.create(
            provider="clover",
            state=OrderPayment.PAYMENT_STATE_CREATED,
            amount=price,
            process_initiated=False,
        )
        return order.code

    def order(self, checkout):
        return self.event.orders.get(code=checkout)

    def page_of(self, checkout):
        return f"/tea/tasting/order/{checkout}/{self.order(checkout).secret}/"

    def add(self, checkout):
        """Into the cart: the order that is being paid was made of it, and stays."""
        goods = {f"item_{self.event.items.get().pk}": "1"}
        self.shopper.post("/tea/tasting/cart/add", goods)

    def reprice(self, checkout, amount):
        manager = OrderChangeManager(self.order(checkout), notify=False)
        manager.change_price(self.order(checkout).positions.get(), amount.to_decimal())
        manager.commit()

    def show(self, checkout):
        """The page with the card form: of the payment there is, or of a new one."""
        payment, page = self.order(checkout).payments.last(), self.page_of(checkout)
        if payment.state in ("canceled", "failed"):
            answer = self.shopper.post(f"{page}pay/change", {"payment": "clover"})
            answer = self.shopper.post(answer.url, follow=True)
        else:
            answer = self.shopper.get(f"{page}pay/{payment.pk}/complete", follow=True)
        return self._keep_form(checkout, answer)

    def open_page(self, checkout):
        self.event.settings.payment_clover_mode = "hosted"
        payment = self.order(checkout).payments.last()
        page = f"{self.page_of(checkout)}pay/{payment.pk}/complete"
        return self.shopper.get(page).url.rpartition("/")[2]

    def made(self, checkout):
        """The ledger's payment for what is to be paid now."""
        payment = self.order(checkout).payments.last()
        return get_payments().latest(f"{checkout}-{payment.pk}")

    def give_up(self, checkout):
        return self.shopper.post(page_url("cancel", self.made(checkout)))

    def deliver(self, message):
        kind, headers = "application/json", dict(message.headers)
        page = "/_clover/webhook/"
        return Client().post(page, message.body, kind, headers=headers).status_code

    def submit(self, checkout, token):
        page, seal = self.forms[checkout]
        form = {"clover_shown": seal, "clover_token": token}
        return self._keep_form(checkout, self.shopper.post(page, form, follow=True))

    def _keep_form(self, checkout, answer):
        text = answer.content.decode()
        found = re.search('name="clover_shown" value="(.*?)"', text)
        if found:
            self.forms[checkout] = answer.request["PATH_INFO"], found[1]
        return text

    def state(self, checkout):
        text = self.shopper.get(self.page_of(checkout)).content.decode()
        if "do not pay again" in text:
            return "checking"
        return "paid" if self.order(checkout).status == Order.STATUS_PAID else "open"

    def orders(self, checkout):
        """How often it became an order with tickets."""
        log = self.order(checkout).all_logentries()
        return log.filter(action_type="pretix.event.order.paid").count()

    def ordered(self, checkout):
        prices = self.order(checkout).positions.values_list("price", flat=True)
        return Money.of(str(sum(prices)), "USD")

    def refund(self, checkout, amount, form):
        """As pretix's own view does, which has no form's id: its refund is the intent."""
        payment = self.order(checkout).payments.filter(state="confirmed").first()
        if payment is None:
            return "nothing can be refunded"
        refund, _ = payment.refunds.get_or_create(
            comment=form,
            defaults={
                "order": payment.order,
                "provider": "clover",
                "state": OrderRefund.REFUND_STATE_CREATED,
                "source": OrderRefund.REFUND_SOURCE_ADMIN,
                "amount": Decimal(amount.to_decimal()),
            },
        )
        try:
            refund.payment_provider.execute_refund(refund)
        except PaymentException as error:
            refund.state = OrderRefund.REFUND_STATE_FAILED
            refund.save()
            return str(error)
        return refund.state

    def refund_form(self, checkout, amount):
        """The address and the fields of pretix's own form."""
        order = self.order(checkout)
        payment, last = order.payments.last(), order.refunds.last()
        typed = str(amount.to_decimal())
        return f"/control/event/tea/tasting/orders/{checkout}/refund", {
            "last_known_refund_id": last.pk if last else 0,
            "start-mode": "partial",
            "start-partial_amount": typed,
            "start-action": "do_nothing",
            "perform": "on",
            f"refund-{payment.pk}": typed,
        }

    def refund_by_stranger(self, checkout, amount, form):
        return Client().post(*self.refund_form(checkout, amount))

    def break_next_order(self):
        def fail(sender, instance, **kwargs):
            if instance.status == Order.STATUS_PAID:
                post_save.disconnect(fail, sender=Order)
                raise ConnectionError("the mail server is down")

        post_save.connect(fail, sender=Order, weak=False)

    def later(self):
        let_time_pass(minutes=10)
        Recovery(get_payments()).run()
