"""The page with the card form, at the order that it pays."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.generic import TemplateView
from pretix.base.middleware import add_to_response_csp_via_request
from pretix.base.payment import PaymentException
from pretix.presale.views import EventViewMixin
from pretix.presale.views.order import OrderDetailMixin

from clover_card import csp_directives
from clover_django.shop import open_card_page, page_url
from payment_hooks import PaymentError

from .shop import due_of, latest_of, outcome, reference_of


class CardPage(EventViewMixin, OrderDetailMixin, TemplateView):
    template_name = "pretix_clover/card.html"

    def dispatch(self, request, *args, **kwargs):
        """For whom pretix shows the order; what cannot be paid leads back to it."""
        refused = self.verify_order_access()
        if refused:
            return refused
        keys = {"provider": "clover", "pk": kwargs["payment"]}
        self.payment = get_object_or_404(self.order.payments, **keys)
        made = latest_of(self.payment)
        if made and outcome(self.payment).may_hold_money:
            return redirect(page_url("status", made))
        back = request.path if request.method == "POST" else self.get_order_url()
        try:
            return super().dispatch(request, *args, **kwargs)
        except PaymentException as error:
            messages.error(request, str(error))
        except PaymentError as error:
            messages.error(request, error.shopper_message(get_language()))
        return redirect(back)

    def post(self, request, *args, **kwargs):
        provider = self.payment.payment_provider
        return redirect(provider.charge(request, self.payment))

    def get_context_data(self, **kwargs):
        card = open_card_page(reference_of(self.payment), due_of(self.payment))
        sources = csp_directives(card.fields.script_url).items()
        policy = {name: [*allowed] for name, allowed in sources}  # Clover's frames
        add_to_response_csp_via_request(self.request, policy)
        kwargs |= {"order": self.order, "payment": self.payment, "card": card}
        return super().get_context_data(**kwargs)
