"""Receives the provider's webhooks over HTTP, for every adapter's address."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse

from clover_django.ledger.actors import acting_as
from clover_django.web.bodies import BodyRefused, read_body
from payment_hooks import Payments
from payment_hooks.storefront import MOST_WEBHOOK_BYTES, answer_webhook


def receive(
    request: HttpRequest, find: Callable[[], Payments | Iterable[Payments]]
) -> HttpResponse:
    """Receive a webhook: 200 once it took effect or is stored for later."""
    if request.method != "POST":
        response = _answer(405, "post it")
        response["Allow"] = "POST"
        return response
    try:
        body = read_body(request, MOST_WEBHOOK_BYTES)
    except BodyRefused as refusal:
        return _answer(refusal.status, refusal.text)
    with acting_as("webhook"):
        answer = answer_webhook(find, body, request.headers)
    return _answer(answer.status, answer.text)


def _answer(code: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=code, content_type="text/plain")
