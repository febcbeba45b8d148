"""Receives the provider's webhooks over HTTP, for every adapter's address."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from clover_django.ledger.actors import acting_as
from clover_django.payments import NOT_NOW
from clover_django.web.bodies import BodyRefused, read_body
from payment_hooks import Payments, WebhookRejected, WebhookRequest

logger = logging.getLogger(__name__)

MOST_BODY_BYTES = 64 * 1024
REJECTED, NOT_YET = "rejected", "try again"


def receive(request: HttpRequest, find: Callable[[], Payments]) -> HttpResponse:
    """Receive a webhook: 200 once it took effect or is stored for later."""
    if request.method != "POST":
        response = _answer(405, "post it")
        response["Allow"] = "POST"
        return response
    try:
        body = read_body(request, MOST_BODY_BYTES)
    except BodyRefused as refusal:
        return _answer(refusal.status, refusal.text)
    message = WebhookRequest(
        body=body, headers=dict(request.headers), received_at=datetime.now(UTC)
    )
    try:
        with acting_as("webhook"):
            find().receive_webhook(message)
    except WebhookRejected as error:
        logger.warning("webhook rejected: %s", error.code)
        return _answer(400, REJECTED)
    except NOT_NOW:
        logger.exception("webhook has no effect yet")
        return _answer(503, NOT_YET)
    return _answer(200, "ok")


def _answer(code: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=code, content_type="text/plain")
