"""A message of the provider over HTTP, for whichever address it came to."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

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
    if _has_no_end(request):
        return _answer(411, "send a Content-Length")
    try:
        body = _read(request)
    except OSError:  # the connection broke, or a chunk is malformed
        return _answer(400, "unreadable")
    if len(body) > MOST_BODY_BYTES:
        return _answer(413, "too large")
    message = WebhookRequest(
        body=body, headers=dict(request.headers), received_at=datetime.now(UTC)
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


def _is_chunked(request: HttpRequest) -> bool:
    """Whether WSGI gives a body without its length; Django takes it for an empty one.

    An ASGI server's body has been read as a whole by now, in chunks or not.
    """
    environ = getattr(request, "environ", {})
    coding = environ.get("HTTP_TRANSFER_ENCODING", "")
    return not environ.get("CONTENT_LENGTH") and "chunked" in coding.lower()


def _has_no_end(request: HttpRequest) -> bool:
    """Whether nobody could tell where the body ends: reading on would wait for ever."""
    is_terminated = request.META.get("wsgi.input_terminated", False)
    return _is_chunked(request) and not is_terminated


def _read(request: HttpRequest) -> bytes:
    """The body; one byte more than is allowed of one that is too long."""
    most = MOST_BODY_BYTES + 1
    if not _is_chunked(request):
        return request.read(most)
    body, stream = b"", request.META["wsgi.input"]
    while len(body) < most and (piece := stream.read(most - len(body))):
        body += piece
    return body


def _answer(code: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=code, content_type="text/plain")
