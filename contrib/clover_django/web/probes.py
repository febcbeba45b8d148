"""Checks that a message without a login passes the shop's middleware to the webhook."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http import HttpResponseBase
from django.test import Client, override_settings

from clover_django import conf
from clover_django.web.addresses import path_of
from payment_hooks.storefront import WEBHOOK_NOT_YET, WEBHOOK_REJECTED

_REACHED_PAGE = 404
"""What our pages answer about a payment that does not exist."""
_NOBODY = "no-such-payment"


def check_pages() -> list[CheckMessage]:
    """Send our pages a request without a login, and report what stops it.

    It sends requests through all middleware, inside this process: what a middleware
    writes down of a request it writes down of these, too. None of them says anything of a
    payment.
    """
    with _without_logs():
        obstacles = list(_find_obstacles())
    return [
        Error(
            obstacle,
            hint="Exempt the URLs of clover_django.urls there: Clover cannot log in, and "
            "guests have no account. Status 400 may come from ALLOWED_HOSTS instead",
            id="clover_django.E005",
        )
        for obstacle in obstacles
    ]


@contextmanager
def _without_logs() -> Iterator[None]:
    """What our own requests provoke is no news: rejected messages and pages not found."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _find_obstacles() -> Iterator[str]:
    webhook = path_of("webhook")
    answer = _post(webhook)
    if not _is_webhooks(answer):
        yield _describe("the webhook", webhook, answer, _find_culprit(webhook))
        return
    for name in ("return", "status", "cancel"):
        page = path_of(name, _NOBODY)
        shown = _client().get(page, secure=True)
        if shown.status_code != _REACHED_PAGE:
            yield _describe(f"the {name} page", page, shown, "")


def _post(path: str) -> HttpResponseBase:
    """The answer to a message without a signature, as from the provider's servers."""
    return _client().post(path, b"{}", content_type="application/json", secure=True)


def _client() -> Client:
    return Client(
        SERVER_NAME=_host(), enforce_csrf_checks=True, raise_request_exception=False
    )


def _host() -> str:
    """A host that the shop answers to."""
    base = str(conf.adapter_setting("RETURN_BASE_URL")).partition("//")[2].rstrip("/")
    named = [base, *settings.ALLOWED_HOSTS]
    plain = [
        host.lstrip(".").partition(":")[0] for host in named if host not in ("", "*")
    ]
    return plain[0] if plain else "localhost"


def _is_webhooks(answer: HttpResponseBase) -> bool:
    """Whether it is our own view's answer, rather than a middleware's before it."""
    return getattr(answer, "content", b"").decode(errors="replace") in (
        WEBHOOK_REJECTED.text,
        WEBHOOK_NOT_YET.text,
    )


def _find_culprit(path: str) -> str:
    """The first middleware that stops the message."""
    names = list(settings.MIDDLEWARE)
    for count in range(len(names) + 1):
        with override_settings(MIDDLEWARE=names[:count]):
            if not _is_webhooks(_post(path)):
                return names[count - 1] if count else ""
    return ""


def _describe(what: str, path: str, answer: HttpResponseBase, culprit: str) -> str:
    where = answer.headers.get("Location", "")
    said = f"{answer.status_code}, to {where}" if where else str(answer.status_code)
    who = f" by {culprit}" if culprit else ""
    return f"{what} {path} is not reached without a login: it is answered {said}{who}"
