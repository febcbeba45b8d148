"""A message of the provider over HTTP, for whichever address it came to."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone

from clover_django.actors import acting_as
from clover_django.road import NOT_NOW
from payment_hooks import Payments, WebhookRejected, WebhookRequest

logger = logging.getLogger(__name__)

MOST_BODY_BYTES = 64 * 1024


def receive(request: HttpRequest, find: Callable[[], Payments]) -> HttpResponse:
    """Take a message in: 200 once its effect is in place or it is kept for later."""
    if request.method != "POST":
        response = _answer(405, "post it")
        response["Allow"] = "POST"
        return response
    try:
        body = request.read(MOST_BODY_BYTES + 1)
    except UnreadablePostError:
        return _answer(400, "unreadable")
    if len(body) > MOST_BODY_BYTES:
        return _answer(413, "too large")
    message = WebhookRequest(
        body=body, headers=dict(request.headers), received_at=timezone.now()
    )
    try:
        with acting_as("webhook"):
            find().receive_webhook(message)
    except WebhookRejected as error:
        logger.warning("webhook rejected: %s", error.code)
        return _answer(400, "rejected")
    except NOT_NOW:
        logger.exception("webhook has no effect yet")
        return _answer(503, "try again")
    return _answer(200, "ok")


def _answer(code: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=code, content_type="text/plain")
