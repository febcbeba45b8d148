"""A shop of sixty lines on `Payments`, and others that each get one thing wrong."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from payment_hooks import (
    AmountChanged,
    MemoryLedger,
    Mode,
    Money,
    Movement,
    OperationState,
    Outcome,
    PaymentDeclined,
    PaymentError,
    PaymentRequest,
    Payments,
    PaymentSource,
    PaymentState,
    Policy,
    ProviderHooks,
    StaffAction,
    check_shown,
    hookimpl,
    seal_shown,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.storefront import answer_webhook
from payment_hooks.testing import AdapterKit, FakeProvider
from payment_hooks.testing.shop_bench import DUE, TEN

KEY = "the shop's own secret"
STAFF = "the owner"
SHOWN = {
    Outcome.PAID: "paid",
    Outcome.CHECKING: "checking",
    Outcome.ACTION_REQUIRED: "checking",
    Outcome.REVERSED: "refunded",
    Outcome.NOT_PAID: "open",
}


class SmallShop:
    """Checkouts, orders, and the adapter between them and `Payments`.

    A checkout's goods are as many cents as they cost. What was agreed is written down with
    the payment, and that is what is ordered.
    """

    has_hosted_mode = True

    def __init__(self):
        self.provider = FakeProvider()
        self.offset = timedelta()
        self.numbers = count(1)
        self.due, self.pages, self.placed, self.failures = {}, {}, {}, 0
        self.given_up = set()
        self.payments = Payments(
            ProviderHooks.to(self.provider, self),
            MemoryLedger(),
            policy=Policy(wait_seconds=5),
            now=lambda: datetime.now(UTC) + self.offset,
        )

    @hookimpl
    def shop_amount_due(self, reference):
        return self.due.get(reference)

    @hookimpl
    def shop_allows(self, request):
        return request.caller == STAFF

    @hookimpl
    def shop_payment_changed(self, event):
        if event.payment.state is PaymentState.PAID and self.brought_money(event):
            goods = Money(event.payment.context["goods"], "USD")
            self.place(event.payment.reference, goods)

    def brought_money(self, event):
        return event.operation.funds_payment

    def place(self, checkout, goods):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the mail server is down")
        self.placed.setdefault(checkout, []).append(goods)

    def begin(self, amount):
        checkout = str(next(self.numbers))
        self.due[checkout] = amount
        return checkout

    def reprice(self, checkout, amount):
        self.due[checkout] = amount

    def add(self, checkout):
        self.due[checkout] += TEN

    def show(self, checkout):
        due = self.due[checkout]
        self.pages[checkout] = seal_shown(due, checkout, secret_key=KEY)
        return f"To pay: {due}"

    def submit(self, checkout, token):
        due, sent = self.due[checkout], self.pages.get(checkout, "")
        try:
            check_shown(sent, due, checkout, secret_key=KEY)
        except AmountChanged as changed:
            return f"{changed.shopper_message()} {self.show(checkout)}"
        return self.pay(checkout, due, token)

    def pay(self, checkout, due, token):
        try:
            payment = self.payments.open(
                checkout,
                mode=Mode.IFRAME,
                amount_due=due,
                context={"goods": due.minor_units},
            )
            self.payments.charge(payment.payment_id, PaymentSource(token=token))
            self.payments.notify(payment.payment_id)
        except PaymentError as error:
            return str(error)
        return "thank you"

    def open_page(self, checkout):
        due = self.due[checkout]
        payment = self.payments.open(
            checkout,
            mode=Mode.HOSTED,
            amount_due=due,
            context={"goods": due.minor_units},
        )
        return self.payments.start_checkout(payment.payment_id).session_id

    def give_up(self, checkout):
        self.given_up.add(checkout)
        return self.payments.close(self.payments.latest(checkout).payment_id)

    def state(self, checkout):
        is_back = checkout in self.given_up
        return SHOWN[self.payments.outcome_for(checkout, shopper_canceled=is_back)]

    def orders(self, checkout):
        return len(self.placed.get(checkout, []))

    def ordered(self, checkout):
        (goods,) = self.placed[checkout]
        return goods

    def refund(self, checkout, amount, form):
        return self.refund_by(STAFF, checkout, amount, form)

    def refund_by_stranger(self, checkout, amount, form):
        return self.refund_by("a stranger", checkout, amount, form)

    def refund_by(self, caller, checkout, amount, form):
        asked = Movement(action=StaffAction.REFUND, amount=amount, intent_id=form)
        try:
            payment = self.payments.latest(checkout)
            self.payments.move(payment.payment_id, asked, caller=caller)
        except PaymentError as error:
            return str(error)
        return "refunded"

    def deliver(self, message):
        return answer_webhook(self.payments, message.body, message.headers).status

    def break_next_order(self):
        self.failures += 1

    def later(self):
        self.offset += timedelta(minutes=10)
        Recovery(self.payments).run()


class PaysPastPayments(SmallShop):
    def submit(self, checkout, token):
        request = PaymentRequest(
            amount=self.due[checkout],
            source=PaymentSource(token=token),
            reference=checkout,
        )
        try:
            self.provider.payment_charge(request)
        except PaymentError as error:
            return str(error)
        self.place(checkout, self.due[checkout])
        return "thank you"


class CallsAnUnknownOutcomeADecline(SmallShop):
    def state(self, checkout):
        shown = super().state(checkout)
        return "open" if shown == "checking" else shown


class PlacesWithoutBeingNotified(SmallShop):
    def submit(self, checkout, token):
        shown = super().submit(checkout, token)
        if shown == "thank you":
            self.place(checkout, self.due[checkout])
        return shown


class ForgetsTheBackground(SmallShop):
    def later(self):
        self.offset += timedelta(minutes=10)


class NamesEachSubmitAnew(SmallShop):
    def pay(self, checkout, due, token):
        return super().pay(f"{checkout}-{next(self.numbers)}", due, token)


class RemembersTheFirstPrice(SmallShop):
    def reprice(self, checkout, amount):
        pass


class TakesWhatIsDueUnseen(SmallShop):
    def submit(self, checkout, token):
        return self.pay(checkout, self.due[checkout], token)


class TakesWhatTheFormSays(SmallShop):
    def submit(self, checkout, token):
        cents, currency, _ = self.pages[checkout].split(".")
        return self.pay(checkout, Money(int(cents), currency), token)


class ShowsAgainOnlyWhatGotCheaper(SmallShop):
    def submit(self, checkout, token):
        shown = int(self.pages[checkout].split(".")[0])
        if self.due[checkout].minor_units < shown:
            return super().submit(checkout, token)
        return self.pay(checkout, self.due[checkout], token)


class OrdersTheCart(SmallShop):
    def place(self, checkout, goods):
        super().place(checkout, self.due[checkout])


class OrdersTheCartInTheBackground(SmallShop):
    is_away = False

    def later(self):
        self.is_away = True
        super().later()

    def place(self, checkout, goods):
        super().place(checkout, self.due[checkout] if self.is_away else goods)


class RefundsUnderNewNames(SmallShop):
    def refund(self, checkout, amount, form):
        return super().refund(checkout, amount, f"{form}-{next(self.numbers)}")


class ForgetsWhichFormWasSent(SmallShop):
    """It keeps a form's name until its background ran."""

    def refund(self, checkout, amount, form):
        return super().refund(checkout, amount, f"{form}-{self.offset}")


class RefundsByAmount(SmallShop):
    def refund(self, checkout, amount, form):
        return super().refund(checkout, amount, str(amount))


class RefundsAllForNothing(SmallShop):
    def refund(self, checkout, amount, form):
        return super().refund(checkout, amount if amount.minor_units else None, form)


class LetsEverybodyRefund(SmallShop):
    def refund_by_stranger(self, checkout, amount, form):
        payment = self.payments.latest(checkout)
        self.payments.refund(payment.payment_id, amount, intent_id=form)
        return "refunded"


class ThanksForForgeries(SmallShop):
    def deliver(self, message):
        return super().deliver(message) and 200


class AsksForForgeriesAgain(SmallShop):
    def deliver(self, message):
        try:
            self.payments.receive_webhook(message)
        except PaymentError:
            return 503
        return 200


class ThanksForMessagesUnread(SmallShop):
    def deliver(self, message):
        return 200


class OpensAPageForEachClick(SmallShop):
    def open_page(self, checkout):
        self.reprice(checkout, self.due[checkout] + Money(1, "USD"))
        return super().open_page(checkout)


class ForgetsWhatWasGivenUp(SmallShop):
    def state(self, checkout):
        return "open" if checkout in self.given_up else super().state(checkout)


class PlacesWhatIsUnproven(SmallShop):
    def deliver(self, message):
        if super().deliver(message) == 400:
            self.place("1", DUE)
        return 400


class PlacesWhatWasGivenBack(SmallShop):
    @hookimpl
    def shop_payment_changed(self, event):
        if self.brought_money(event):
            self.place(event.payment.reference, event.payment.amount_due)


class SwallowsItsOwnFailure(SmallShop):
    def place(self, checkout, goods):
        try:
            super().place(checkout, goods)
        except ConnectionError:
            return


class ShowsTheToken(SmallShop):
    def submit(self, checkout, token):
        return f"{super().submit(checkout, token)} ({token})"


class NeverTriesAnotherCard(SmallShop):
    def submit(self, checkout, token):
        payment = self.payments.latest(checkout)
        known = self.payments.operations(payment.payment_id) if payment else ()
        if any(row.state is OperationState.DECLINED for row in known):
            return str(PaymentDeclined("declined before"))
        return super().submit(checkout, token)


class TestSmallShop(AdapterKit):
    @pytest.fixture
    def shop(self):
        return SmallShop()
