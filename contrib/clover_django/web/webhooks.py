"""A message of the provider over HTTP, for whichever address it came to."""

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
    """Take a message in: 200 once its effect is in place or it is kept for later."""
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
