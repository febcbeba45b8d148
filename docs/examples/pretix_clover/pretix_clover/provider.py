"""The payment provider of an event: pretix asks, `Payments` answers.

Each payment of pretix's is one at Clover, whose name is made from it: pretix may ask
twice, and one charge is made.
"""

from django import forms
from django.conf import settings
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled
from pretix.base.models import OrderPayment, OrderRefund
from pretix.base.payment import BasePaymentProvider, PaymentException
from pretix.base.signals import periodic_task, register_payment_providers
from pretix.multidomain.urlreverse import eventreverse

from clover_django.shop import get_payments, return_urls, shopper_address
from payment_hooks import (
    CheckoutRequest,
    Mode,
    Money,
    Outcome,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    check_shown,
)
from payment_hooks.recovery import Recovery

from . import shop

CHECKING = _("We are checking your payment. Please do not pay again.")
MODES = {
    "hosted": _("On Clover's page"),
    "iframe": _("With Clover's card form, on a page of the event"),
}


class Clover(BasePaymentProvider):
    """The account is the installation's, in `CLOVER`; the event chooses among its modes."""

    identifier = "clover"
    verbose_name = _("Credit card (Clover)")
    public_name = _("Credit card")

    @property
    def mode(self):
        return Mode(self.settings.get("mode") or settings.CLOVER["MODES"][0])

    @property
    def settings_form_fields(self):
        offered = [(mode, MODES[mode]) for mode in settings.CLOVER["MODES"]]
        mode = forms.ChoiceField(label=_("Where cards are entered"), choices=offered)
        return super().settings_form_fields | {"mode": mode}

    @property
    def is_enabled(self):
        """Not in another currency, and no real money for tickets that are none."""
        is_real = settings.CLOVER["ENVIRONMENT"] == "production"
        is_ours = self.event.currency == settings.CLOVER.get("CURRENCY", "USD")
        return super().is_enabled and is_ours and not (is_real and self.event.testmode)

    def payment_is_valid_session(self, request):
        return True

    def checkout_confirm_render(self, request, order=None, info_data=None):
        return _("You enter your card in the next step.")

    def execute_payment(self, request, payment):
        """Where the shopper enters the card; asked again, the same place."""
        self._refuse_while_unclear(payment)
        if self.mode is Mode.IFRAME:
            return self.card_page(payment)
        try:
            due, name = shop.due_of(payment), shop.reference_of(payment)
            made = get_payments().open(name, mode=Mode.HOSTED, amount_due=due)
            back = return_urls(request, made)
            asked = CheckoutRequest(
                amount=due, reference=name, mode=made.mode, return_urls=back
            )
            return get_payments().start_checkout(made.payment_id, asked).url
        except PaymentError as error:
            known = shop.latest_of(payment)
            if known is None or shop.outcome(payment) is Outcome.NOT_PAID:
                raise PaymentException(error.shopper_message(get_language())) from error
            return reverse("clover:status", args=[known.payment_id])

    def card_page(self, payment):
        order = payment.order
        keys = {"order": order.code, "secret": order.secret, "payment": payment.pk}
        return eventreverse(self.event, "plugins:pretix_clover:card", kwargs=keys)

    def charge(self, request, payment):
        """Charges the card form that was sent; PaymentError where nothing was taken."""
        self._refuse_while_unclear(payment)
        due, name = shop.due_of(payment), shop.reference_of(payment)
        shown, key = request.POST.get("shown", ""), settings.SECRET_KEY
        check_shown(shown, due, name, secret_key=key)
        made = get_payments().open(name, mode=Mode.IFRAME, amount_due=due)
        source = PaymentSource(token=request.POST.get("clover_token", ""))
        address = shopper_address(request)
        rows = OrderPayment.objects.filter(pk=payment.pk, state=shop.CREATED)
        rows.update(state=shop.PENDING)  # from now on money may move
        try:
            get_payments().charge(made.payment_id, source, shopper_ip=address)
        except OutcomeUnknown:
            rows.update(state=shop.PENDING)
        return made

    def _refuse_while_unclear(self, payment):
        """pretix begins another payment although the one before could not be canceled."""
        others = payment.order.payments.filter(provider=self.identifier)
        for other in others.exclude(pk=payment.pk):
            if shop.outcome(other) is Outcome.CHECKING:
                raise PaymentException(CHECKING)

    def payment_pending_render(self, request, payment):
        values = {"payment": shop.latest_of(payment), "outcome": shop.outcome(payment)}
        if self.mode is Mode.IFRAME and payment.state in (shop.CREATED, shop.PENDING):
            values["card_page"] = self.card_page(payment)
        return render_to_string("pretix_clover/pending.html", values, request)

    def _payment_abort_pending_allowed(self, payment):
        return shop.outcome(payment) in (Outcome.NOT_PAID, Outcome.REVERSED)

    def cancel_payment(self, payment):
        """Closes it in the ledger, too; refused while money may be moving, or is here."""
        known = shop.latest_of(payment)
        try:
            is_paid = known and get_payments().close(known.payment_id).is_paid
        except PaymentError as error:
            raise PaymentException(CHECKING) from error
        if is_paid:
            raise PaymentException(CHECKING)
        super().cancel_payment(payment)

    def payment_control_render(self, request, payment):
        known = shop.latest_of(payment)
        rows = get_payments().operations(known.payment_id) if known else ()
        values = {"payment": known, "operations": rows}
        return render_to_string("pretix_clover/control.html", values, request)

    def payment_refund_supported(self, payment):
        return shop.outcome(payment) is Outcome.PAID

    payment_partial_refund_supported = payment_refund_supported

    def execute_refund(self, refund):
        """pretix's refund is the intent: asked for twice, it is made once."""
        known, intent = shop.latest_of(refund.payment), shop.refund_intent(refund)
        amount = Money.of(str(refund.amount), self.event.currency)
        try:
            get_payments().refund(known.payment_id, amount, intent_id=intent)
        except OutcomeUnknown:
            refund.state = OrderRefund.REFUND_STATE_TRANSIT
            refund.save(update_fields=["state"])
        except PaymentError as error:
            raise PaymentException(str(error)) from error
        else:
            refund.refresh_from_db()  # `Tickets` was notified, unless a transaction is open
            if refund.state != OrderRefund.REFUND_STATE_DONE:
                refund.done()


@receiver(register_payment_providers, dispatch_uid="pretix_clover_provider")
def register_provider(sender, **kwargs):
    return Clover


@receiver(periodic_task, dispatch_uid="pretix_clover_recovery")
@scopes_disabled()
def recover(sender, **kwargs):
    Recovery(get_payments()).run()  # what no message and no shopper brought
