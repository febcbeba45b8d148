"""The views for webhook, return, cancel, confirm and status.

None of them believes the request: each asks `Payments`, and shows what the ledger knows
afterwards. All stay outside of ATOMIC_REQUESTS, since the ledger
commits by itself.

Only a button closes a payment. Its address reaches mail scanners, messengers and browsers
that fetch ahead, so opening it closes nothing, whoever's session it is; the price is one
click for a shopper who comes back from the provider's page without having paid.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from clover_django.ledger.actors import acting_as
from clover_django.payments import (
    NOT_NOW,
    each_merchant,
    find_payment,
    get_ledger,
    payments_of,
)
from clover_django.web.addresses import Page, page_url
from clover_django.web.guests import open_to_guests
from clover_django.web.money_views import money_view
from clover_django.web.pages import get_pages, render_page
from clover_django.web.reloads import next_look
from clover_django.web.speculation import answer_speculation, is_speculative
from clover_django.web.strict_cookies import with_own_cookies
from clover_django.web.webhooks import receive
from payment_hooks import (
    Challenge,
    ConfigurationError,
    HostedPage,
    InvalidRequest,
    Operation,
    Outcome,
    Payment,
    PaymentError,
    PaymentState,
)
from payment_hooks.ledger import (
    decline_of,
    find_challenged,
    has_open_page,
    last_decline,
    outcome_of,
)
from payment_hooks.storefront import read_answer

logger = logging.getLogger(__name__)

_POLL_SECONDS = 3

View = Callable[..., HttpResponse]


def _page(view: View) -> View:
    """One of the shopper's pages: never cached, and its address goes to no other site.

    A request whose answer no shopper sees gets no page, and Clover is not asked.
    """

    @wraps(view)
    def shown(request: HttpRequest, payment_id: str) -> HttpResponse:
        with acting_as("shopper"):
            if is_speculative(request):
                _find(payment_id)
                response = answer_speculation(request)
            else:
                response = view(request, payment_id)
        response["Referrer-Policy"] = "same-origin"
        return response

    return money_view(never_cache(shown))


@open_to_guests
@money_view
@csrf_exempt
@require_POST
@never_cache
def webhook(request: HttpRequest) -> HttpResponse:
    """Receive a webhook: 200 once it took effect or is stored for later."""
    return receive(request, each_merchant)


@open_to_guests
@require_safe
@_page
@with_own_cookies
def returned(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The shopper comes back from the provider's page, having paid as that page says."""
    return _show(request, _look(_find(payment_id)), page="return")


@open_to_guests
@require_safe
@_page
@with_own_cookies
def status(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The page which waits until the outcome is known."""
    return _show(request, _look(_find(payment_id)))


@open_to_guests
@require_GET
@_page
def status_json(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Whether the waiting page should look again: nothing else is said.

    However often it is asked, it asks the provider only once in a few seconds.
    """
    payment = _look(_find(payment_id))
    waiting = outcome_of(_operations(payment)) is Outcome.CHECKING
    return JsonResponse({"waiting": waiting})


@open_to_guests
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@_page
@with_own_cookies
def cancelled(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The shopper cancelled on the provider's page; a button here closes the payment.

    Money may have come all the same.
    """
    payment = _find(payment_id)
    if request.method != "POST":
        return _ask_whether(request, _look(payment))
    try:
        payment = _give_up(payment)
    except NOT_NOW as error:
        logger.warning("payment could not be given up: %s", type(error).__name__)
        return _wait(request, payment)
    if outcome_of(_operations(payment), shopper_canceled=True) is not Outcome.NOT_PAID:
        return _show(request, payment)
    message = _("The payment was not made. Your card has not been charged.")
    return get_pages().not_paid(request, payment, message)


@open_to_guests
@csrf_protect
@require_POST
@_page
@with_own_cookies
def confirmed(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The shopper answered the bank, or turned back; the status page says what came."""
    payment = _find(payment_id)
    try:
        payments_of(payment).confirm(
            payment_id, _answer_in(request), canceled="canceled" in request.POST
        )
    except (PaymentError, ConfigurationError) as error:
        # What came of it is in the ledger; without an answer the challenge still waits.
        logger.warning("not confirmed: %s", type(error).__name__)
    return redirect(page_url("status", payment))


def _answer_in(request: HttpRequest) -> dict[str, str]:
    """What the page's script put into the form; empty where it is not readable."""
    try:
        return read_answer(json.loads(request.POST.get("answer") or "{}"))
    except (ValueError, RecursionError, InvalidRequest):
        logger.warning("the answer to a challenge cannot be read")
        return {}


def _ask_whether(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The page with the button to close the payment, unless it is paid or closed."""
    if outcome_of(_operations(payment), shopper_canceled=True) is not Outcome.NOT_PAID:
        return _show(request, payment)
    page = _unpaid_page(payment)
    return render_page(request, payment, "clover_django/cancel.html", unpaid_page=page)


def _show(
    request: HttpRequest, payment: Payment, page: Page = "status"
) -> HttpResponse:
    operations = _operations(payment)
    outcome = outcome_of(operations)
    if outcome is Outcome.PAID:
        return get_pages().paid(request, payment)
    if outcome is Outcome.CHECKING:
        return _wait(request, payment, page)
    waiting = find_challenged(operations)
    if outcome is Outcome.ACTION_REQUIRED and waiting is not None:
        return _show_challenge(request, payment, waiting.challenge)
    if outcome is Outcome.REVERSED:
        message = _("This payment was refunded.")
    else:
        message = _why_not(operations)
    return get_pages().not_paid(request, payment, message)


def _show_challenge(
    request: HttpRequest, payment: Payment, challenge: Challenge | None
) -> HttpResponse:
    """The page on which the shopper answers the bank, or from which the way leads there."""
    for_browser = {
        "script_url": challenge.script_url if challenge else "",
        "data": dict(challenge.data) if challenge else {},
    }
    template = "clover_django/challenge.html"
    return render_page(
        request, payment, template, challenge=challenge, for_browser=for_browser
    )


def _wait(
    request: HttpRequest, payment: Payment, page: Page = "status"
) -> HttpResponse:
    """The page that reloads until the outcome is known; not for a closed payment."""
    operations = _operations(payment)
    known = outcome_of(operations, shopper_canceled=True)
    is_closed = payment.state is PaymentState.CLOSED
    has_no_news = known is Outcome.NOT_PAID and not is_closed and page != "return"
    return render_page(
        request,
        payment,
        "clover_django/status.html",
        poll_seconds=_POLL_SECONDS,
        next_look=next_look(request),
        here=page_url(page, payment),
        is_given_up=is_closed and known is Outcome.NOT_PAID,
        unpaid_page=_unpaid_page(payment) if has_no_news else None,
        is_expired=has_no_news and not has_open_page(operations),
    )


def _unpaid_page(payment: Payment) -> HostedPage | None:
    try:
        return payments_of(payment).unpaid_page(payment.payment_id)
    except NOT_NOW as error:
        logger.warning("no way back to the page: %s", type(error).__name__)
        return None


def _find(payment_id: str) -> Payment:
    try:
        return find_payment(payment_id)
    except InvalidRequest as error:
        raise Http404("no such payment") from error


def _look(payment: Payment) -> Payment:
    """The payment as it is now known; a look that fails changes nothing.

    However often a page is opened, and in however many processes, the provider is asked
    once in a few seconds.
    """
    try:
        return payments_of(payment).look(payment.payment_id)
    except NOT_NOW as error:
        logger.warning("payment could not be resolved now: %s", type(error).__name__)
        return _find(payment.payment_id)


def _give_up(payment: Payment) -> Payment:
    """The payment, closed unless it holds money; an unknown outcome is raised."""
    payments = payments_of(payment)
    resolved = payments.resolve(payment.payment_id)
    if resolved.state is not PaymentState.OPEN:
        return resolved
    return payments.close(payment.payment_id)


def _operations(payment: Payment) -> tuple[Operation, ...]:
    return get_ledger().operations(payment.payment_id)


def _why_not(operations: tuple[Operation, ...]) -> str:
    declined = last_decline(operations)
    if declined is None:
        return _("The payment was not made. Your card has not been charged.")
    return decline_of(declined).shopper_message(
        get_language() or settings.LANGUAGE_CODE
    )
