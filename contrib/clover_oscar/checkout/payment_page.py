"""The payment and preview pages: their conditions, contents and forms, by mode."""

import logging
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from clover_django.payments import get_payments
from clover_oscar import options
from clover_oscar.amounts import round_price
from clover_oscar.checkout import shown_total
from clover_oscar.checkout.card_form import CardEntryForm, read_shown_card
from clover_oscar.checkout.outcomes import describe, page_language
from clover_oscar.checkout.sessions import (
    CheckoutSessionMixin,
    remember_shown,
    submitted_ids,
    take_problem,
)
from clover_oscar.codes import NO_CARD_FIELDS
from clover_oscar.orders.notices import Notice, NoticeKind, find_notice
from clover_oscar.oscar_errors import FailedPreCondition, PassedSkipCondition
from clover_oscar.untyped import OscarObject, Response
from payment_hooks import (
    AmountChanged,
    CardFields,
    ConfigurationError,
    InvalidRequest,
    Mode,
    Money,
    PaymentError,
    PaymentSource,
    card_label,
)
from payment_hooks.storefront import card_locale

logger = logging.getLogger("oscar.checkout")

TOKEN = "clover_token"  # noqa: S105 - the name of a form field
CHOICE = "clover_mode"
ORDERED = "clover_ordered"
"""The order of the same goods that the page named: who sends it wants them once more."""
BRANDS = ("Visa", "Mastercard", "Amex", "Discover")
"""Written beside the form of api mode, as `<clover-card>` does it: no logos of others."""
BROWSER = "clover_browser"
"""What the shopper's bank wants to know of the browser, for 3-D Secure."""
_PAGES = {False: "clover_oscar/payment_details.html", True: "clover_oscar/preview.html"}


class CardFormRefused(Exception):
    """The typed card is invalid; the form says why, and holds no card."""

    def __init__(self, form: CardEntryForm) -> None:
        super().__init__("the card form is not valid")
        self.form = form


class PaymentPageMixin(CheckoutSessionMixin):
    """The part of the payment view that shows pages and reads forms."""

    request: HttpRequest
    checkout_session: Any
    preview: bool
    source: PaymentSource | None = None
    """What the shopper pays with, once read from this request."""

    def pays_with_clover(self) -> bool:
        """Whether this checkout is paid through Clover; for shops with other methods."""
        return options.is_ours(self.checkout_session.payment_method())

    def clover_mode(self) -> Mode:
        """How this checkout's card reaches Clover.

        `?clover_mode=…` on its pages, and the same field of their forms, choose among the
        merchant's modes.
        """
        for chosen in (self.request.POST.get(CHOICE), self.request.GET.get(CHOICE)):
            if chosen in options.modes():
                return Mode(chosen)
        return options.mode_for(self.checkout_session.payment_method())

    def get_skip_conditions(self, request: HttpRequest) -> list[str]:
        """Oscar's, and in hosted mode there is no payment page to show."""
        parent: Any = super()
        conditions = [*parent.get_skip_conditions(request)]
        return conditions if self.preview else [*conditions, "skip_when_hosted"]

    def skip_when_hosted(self, request: HttpRequest) -> None:
        """Go on to the preview when the card is entered on Clover's page.

        The choice goes along in the address, for looking at a page writes nothing.
        """
        if not self.pays_with_clover() or self.clover_mode() is not Mode.HOSTED:
            return
        chosen = f"?{CHOICE}={Mode.HOSTED}" if CHOICE in request.GET else ""
        raise PassedSkipCondition(url=reverse("checkout:preview") + chosen)

    def check_payment_data_is_captured(self, request: HttpRequest) -> None:
        """A reloaded preview has lost the token: the card is asked for again."""
        parent: Any = super()
        parent.check_payment_data_is_captured(request)
        if request.method not in ("GET", "HEAD") or not self.needs_card():
            return
        if self._total().excl_tax:  # else the payment page would lead back here
            raise FailedPreCondition(url=reverse("checkout:payment-details"))

    def needs_card(self) -> bool:
        """Whether this submission needs a card from the shop's own pages."""
        if not self.pays_with_clover() or self.clover_mode() is Mode.HOSTED:
            return False
        total = self._total()
        return total is not None and bool(total.incl_tax)

    @sensitive_variables()
    def handle_payment_details_submission(self, request: HttpRequest) -> Response:
        """The preview with the token in it, or the payment page with what is wrong."""
        parent: Any = super()
        self._keep_choice()
        if not self.needs_card():
            return parent.handle_payment_details_submission(request)
        return self._read_card(request) or self._render_preview(request)

    @sensitive_variables()
    def handle_place_order_submission(self, request: HttpRequest) -> Response:
        """Oscar's submission, once there is something to pay with."""
        parent: Any = super()
        self._keep_choice()
        refusal = self.refuse_unseen(self._total())
        if refusal is None and self.needs_card():
            refusal = self._read_card(request)
        return refusal or parent.handle_place_order_submission(request)

    def refuse_unseen(self, total: OscarObject) -> Response | None:
        """The page again, where it showed another total; None where it showed this one."""
        basket: Any = self.request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
        try:
            due = shown_total.due_of(total) if self.pays_with_clover() else None
            if due is None:
                return None
            shown_total.check(self.request, due, basket)
        except (AmountChanged, InvalidRequest) as error:
            return self.show_again(describe(error, self.clover_mode()))
        except shown_total.GoodsChanged:
            text = _("Your cart has just changed. Please look at it again.")
            return self.show_again(text)
        if _ordered(self._find_notice()) != self.request.POST.get(ORDERED, ""):
            return self.show_again(_("You have already bought this"))
        return None

    @sensitive_variables()
    def show_again(self, message: str) -> Response:
        """The page that the form came from, with what is due now; nothing was sent."""
        if not self.needs_card():
            view: Any = self
            return view.render_preview(self.request, error=message)
        if not (options.has_preview() and self.request.POST.get(TOKEN)):
            return self.render_payment_details(self.request, error=message)
        return self._read_card(self.request) or self._render_preview(
            self.request, error=message
        )

    def render_payment_details(
        self, request: HttpRequest, **kwargs: OscarObject
    ) -> Response:
        """The payment page; in hosted mode the preview, which says what went wrong."""
        parent: Any = super()
        is_hosted = self.pays_with_clover() and self.clover_mode() is Mode.HOSTED
        render = parent.render_preview if is_hosted else parent.render_payment_details
        return render(request, **kwargs)

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Oscar's context with the total that is charged, and what the mode needs."""
        parent: Any = super()
        context: dict[str, Any] = parent.get_context_data(**kwargs)
        if not self.pays_with_clover():
            return context
        mode = self.clover_mode()
        due = self._round_total(context)
        notice = self._find_notice()
        if notice is None or notice.kind is NoticeKind.ORDERED:
            remember_shown(self.checkout_session, context["basket"])
        context |= {
            "clover_shown": shown_total.seal(due, context["basket"]) if due else "",
            "clover_extends": parent.get_template_names()[0],
            "clover_mode": mode.value,
            "clover_modes": [row.value for row in options.modes()],
            "clover_has_preview": options.has_preview(),
            "clover_browser": self.request.POST.get(BROWSER, ""),
            "clover_notice": notice,
            "clover_ordered": _ordered(notice),
            "clover_brands": BRANDS,
        }
        problem = "" if self.preview else take_problem(self.checkout_session)
        if problem:
            context.setdefault("error", problem)
        if mode is Mode.API:
            context.setdefault("clover_form", CardEntryForm.kept(self.request.POST))
        elif mode is Mode.IFRAME and not self.preview:
            self._add_card_fields(context)
        return context

    def get_template_names(self) -> list[str]:
        """Our pages, which extend those of the shop."""
        parent: Any = super()
        if not self.pays_with_clover():
            return list(parent.get_template_names())
        return [_PAGES[self.preview]]

    def _keep_choice(self) -> None:
        """Remember the mode that a form chose, for the pages after this one."""
        if not self.pays_with_clover():
            return
        mode = self.clover_mode()
        if mode is not options.mode_for(self.checkout_session.payment_method()):
            self.checkout_session.pay_by(options.method_for(mode))

    def _total(self) -> OscarObject:
        submission: dict[str, Any] = self.build_submission()  # type: ignore[attr-defined]  # Oscar's view has it
        return submission["order_total"]

    def _render_preview(self, request: HttpRequest, **kwargs: OscarObject) -> Response:
        view: Any = self
        source = self.source
        brand, last4 = read_shown_card(request.POST)
        if source is not None and source.last4:
            brand, last4 = source.brand, source.last4
        shown = {
            "clover_source": source,
            "clover_brand": brand,
            "clover_last4": last4,
            "clover_card": card_label(brand, last4) if last4 else "",
        }
        return view.render_preview(request, **shown, **kwargs)

    def _find_notice(self) -> Notice | None:
        return find_notice(self.request, *submitted_ids(self.checkout_session))

    @sensitive_variables()
    def _read_card(self, request: HttpRequest) -> Response | None:
        """The page that says what is wrong with the card; None when `source` is set."""
        try:
            self.source = read_source(request, self.clover_mode())
        except CardFormRefused as refused:
            text = _(
                "Please check what is marked below. For your security, enter the card "
                "number and the security code again."
            )
            problem: dict[str, Any] = {"clover_form": refused.form, "error": text}
        except (PaymentError, ConfigurationError) as error:
            problem = {"error": describe(error)}
        else:
            return None
        return self.render_payment_details(request, **problem)

    def _round_total(self, context: dict[str, Any]) -> Money | None:
        """What is due, and the page's total rounded to it; None where nothing can be."""
        total = context["order_total"]
        try:
            if total is not None:
                context["order_total"] = round_price(total)
            return shown_total.due_of(context["order_total"])
        except InvalidRequest as error:
            logger.error("this checkout cannot be paid by card: %s", error)
            context.setdefault("error", describe(error, self.clover_mode()))
            return None

    def _add_card_fields(self, context: dict[str, Any]) -> None:
        try:
            fields = _card_fields(context["order_total"].currency)
            context["clover_fields"] = fields
            context["clover_locale"] = card_locale(fields.locale, page_language())
        except (PaymentError, ConfigurationError) as error:
            context.setdefault("error", describe(error))


def _ordered(notice: Notice | None) -> str:
    """The number of the order that the shopper has of the same goods; empty without one."""
    is_ordered = notice is not None and notice.kind is NoticeKind.ORDERED
    return str(notice.order.number) if notice and is_ordered else ""


def _card_fields(currency: str) -> CardFields:
    """What `<clover-card>` needs, in the page's language; nothing is paid yet."""
    step = get_payments().card_entry(currency, Mode.IFRAME, locale=page_language())
    if not isinstance(step, CardFields):
        raise InvalidRequest("the provider has no card fields", code=NO_CARD_FIELDS)
    return step


@sensitive_variables()
def read_source(request: HttpRequest, mode: Mode) -> PaymentSource:
    """What the shopper pays with: the posted token, or a token for the typed card.

    Raises:
        CardFormRefused: in api mode, the typed card cannot be one.
        PaymentError: no token, a card where a token belongs, or no token to be had.
    """
    token = request.POST.get(TOKEN, "")
    if token or mode is not Mode.API:
        return PaymentSource(token=token)
    form = CardEntryForm(request.POST)
    if not form.is_valid() or form.card is None:
        raise CardFormRefused(form)
    return get_payments().tokenize(form.card)
