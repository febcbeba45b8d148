"""Webhook, return, cancel and status: what comes in from outside a checkout.

None of them believes what it is told: each says *look* to `Payments`, and shows what
the ledger knows afterwards. All stay outside of ATOMIC_REQUESTS, since the ledger
commits by itself.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from clover_django.pages import get_pages, render_page
from clover_django.road import get_payments
from payment_hooks import (
    ConfigurationError,
    InvalidRequest,
    Operation,
    OperationState,
    Payment,
    PaymentError,
    PaymentState,
    WebhookRejected,
    WebhookRequest,
)
from payment_hooks.errors import OutcomeUnknown
from payment_hooks.ledger import TAKING
from payment_hooks.sending import decline_of

logger = logging.getLogger(__name__)

MOST_BODY_BYTES = 64 * 1024
_POLL_SECONDS = 3
_HELD = frozenset({PaymentState.AUTHORIZED, PaymentState.PAID})
_GONE = frozenset({PaymentState.VOIDED, PaymentState.REFUNDED})

View = TypeVar("View", bound=Callable[..., HttpResponse])


def _outside_of_transactions(view: View) -> View:
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view


@csrf_exempt
@require_POST
@never_cache
@_outside_of_transactions
def webhook(request: HttpRequest) -> HttpResponse:
    """Take a message in: 200 once its effect is in place or it is kept for later."""
    body = request.read(MOST_BODY_BYTES + 1)
    if len(body) > MOST_BODY_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    message = WebhookRequest(
        body=body, headers=dict(request.headers), received_at=timezone.now()
    )
    try:
        get_payments().receive_webhook(message)
    except WebhookRejected as error:
        logger.warning("webhook rejected: %s", error.code)
        return HttpResponse("rejected", status=400, content_type="text/plain")
    except (PaymentError, ConfigurationError):
        logger.exception("webhook has no effect yet")
        return HttpResponse("try again", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@_outside_of_transactions
def returned(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The shopper comes back from the provider's page."""
    return _show(request, _settle(_find(payment_id)))


@require_safe
@never_cache
@_outside_of_transactions
def status(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The page which waits until the outcome is known."""
    return _show(request, _settle(_find(payment_id)))


@require_GET
@never_cache
@_outside_of_transactions
def status_json(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Whether the waiting page should look again: nothing else is told."""
    payment = _settle(_find(payment_id))
    return JsonResponse({"waiting": _is_waiting(payment)})


@require_safe
@never_cache
@_outside_of_transactions
def cancelled(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The shopper turned back on the provider's page; money may have come all the same."""
    payment = _settle(_find(payment_id))
    if payment.state in _HELD:
        return get_pages().paid(request, payment)
    try:
        payment = get_payments().close(payment_id)
    except OutcomeUnknown:
        return _wait(request, payment)
    message = _("The payment was not made. Your card has not been charged.")
    return get_pages().not_paid(request, payment, message)


def _show(request: HttpRequest, payment: Payment) -> HttpResponse:
    if payment.state in _HELD or payment.state is PaymentState.PARTLY_REFUNDED:
        return get_pages().paid(request, payment)
    if _is_waiting(payment):
        return _wait(request, payment)
    return get_pages().not_paid(request, payment, _why_not(payment))


def _wait(request: HttpRequest, payment: Payment) -> HttpResponse:
    response = render_page(
        request, payment, "clover_django/status.html", poll_seconds=_POLL_SECONDS
    )
    response["Referrer-Policy"] = "same-origin"
    return response


def _find(payment_id: str) -> Payment:
    try:
        return get_payments().get(payment_id)
    except InvalidRequest as error:
        raise Http404("no such payment") from error


def _settle(payment: Payment) -> Payment:
    """The payment as it is now known; a provider that does not answer changes nothing."""
    try:
        return get_payments().settle(payment.payment_id)
    except (PaymentError, ConfigurationError) as error:
        logger.warning("payment could not be settled now: %s", type(error).__name__)
        return _find(payment.payment_id)


def _is_waiting(payment: Payment) -> bool:
    if payment.state not in (PaymentState.OPEN, PaymentState.CLOSED):
        return False
    return any(row.state.is_open for row in _takings(payment))


def _why_not(payment: Payment) -> str:
    if payment.state in _GONE:
        return _("This payment was given back.")
    declined = [
        row for row in _takings(payment) if row.state is OperationState.DECLINED
    ]
    if not declined:
        return _("This payment was not made. Your card has not been charged.")
    return decline_of(declined[-1]).shopper_message(get_language() or "en")


def _takings(payment: Payment) -> list[Operation]:
    operations = get_payments().operations(payment.payment_id)
    return [row for row in operations if row.kind in TAKING]
