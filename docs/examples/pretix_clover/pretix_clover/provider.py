"""The payment provider of an event: pretix asks, `Payments` answers.

Each payment of pretix's is one at Clover, whose name is made from it: pretix may ask
twice, and one charge is made.
"""

from django import forms
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled
from pretix.base.models import OrderRefund
from pretix.base.payment import BasePaymentProvider, PaymentException
from pretix.base.signals import periodic_task, register_payment_providers
from pretix.multidomain.urlreverse import eventreverse

from clover_django.shop import (
    charge_card_form,
    check_shown,
    get_payments,
    mode_name,
    open_hosted_page,
)
from payment_hooks import Mode, Money, Outcome, OutcomeUnknown, PaymentError
from payment_hooks.recovery import Recovery

from . import shop

CHECKING = _("We are checking your payment. Please do not pay again.")


class Clover(BasePaymentProvider):
    """The account is the installation's, in `CLOVER`; the event chooses among its modes."""

    identifier = "clover"
    verbose_name = _("Credit card (Clover)")
    public_name = _("Credit card")

    @property
    def account(self):
        return get_payments().provider.info

    @property
    def modes(self):
        return sorted(self.account.modes & {Mode.HOSTED, Mode.IFRAME})

    @property
    def mode(self):
        return Mode(self.settings.get("mode") or self.modes[0])

    @property
    def settings_form_fields(self):
        offered = [(row.value, mode_name(row)) for row in self.modes]
        mode = forms.ChoiceField(label=_("Where cards are entered"), choices=offered)
        return super().settings_form_fields | {"mode": mode}

    @property
    def is_enabled(self):
        """Not in another currency, and no real money for tickets that are none."""
        is_real_for_tests = self.event.testmode and not self.account.is_test
        fits = self.account.takes(self.event.currency) and not is_real_for_tests
        return super().is_enabled and fits

    def payment_is_valid_session(self, request):
        return True

    def checkout_confirm_render(self, request, order=None, info_data=None):
        return _("You enter your card in the next step.")

    def execute_payment(self, request, payment):
        """Where the shopper enters the card; asked again, the same place."""
        self._refuse_while_unclear(payment)
        if self.mode is Mode.IFRAME:
            return self.card_page(payment)
        due = shop.due_of(payment)
        try:
            return open_hosted_page(request, shop.reference_of(payment), due)
        except PaymentError as error:
            raise PaymentException(error.shopper_message(get_language())) from error

    def card_page(self, payment):
        order = payment.order
        keys = {"order": order.code, "secret": order.secret, "payment": payment.pk}
        return eventreverse(self.event, "plugins:pretix_clover:card", kwargs=keys)

    def charge(self, request, payment):
        """Charges the card form that was sent; PaymentError where nothing was taken."""
        self._refuse_while_unclear(payment)
        due, name = shop.due_of(payment), shop.reference_of(payment)
        check_shown(request, due, name)
        shop.change_state(payment, shop.CREATED, shop.PENDING)  # money may move
        try:
            onward = charge_card_form(request, name, due)
        except PaymentError:
            shop.reopen(payment)
            raise
        shop.change_state(payment, shop.CREATED, shop.PENDING)
        return onward

    def _refuse_while_unclear(self, payment):
        """pretix begins another payment although the one before could not be canceled."""
        others = payment.order.payments.filter(provider=self.identifier)
        for other in others.exclude(pk=payment.pk):
            known = shop.outcome(other)
            if known.may_hold_money and known is not Outcome.PAID:
                raise PaymentException(CHECKING)

    def payment_pending_render(self, request, payment):
        values = {"payment": shop.latest_of(payment), "outcome": shop.outcome(payment)}
        if self.mode is Mode.IFRAME and payment.state in (shop.CREATED, shop.PENDING):
            values["card_page"] = self.card_page(payment)
        return render_to_string("pretix_clover/pending.html", values, request)

    def _payment_abort_pending_allowed(self, payment):
        return not shop.outcome(payment).may_hold_money

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
