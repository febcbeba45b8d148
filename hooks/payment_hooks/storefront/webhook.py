"""The answer to a webhook: which HTTP status a message of the provider's gets, and why."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from payment_hooks.engine.payments import Payments
from payment_hooks.model.errors import WebhookRejected
from payment_hooks.model.requests import WebhookRequest

logger = logging.getLogger(__name__)

MOST_WEBHOOK_BYTES = 64 * 1024
"""What a server needs to read of a message; a longer one is none."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the server answers with; the text is plain and says nothing of the payment."""

    status: int
    """200: done or stored. 400, 413: refused, nothing changed. 503: send it again."""
    text: str


_DONE = WebhookAnswer(200, "ok")
WEBHOOK_REJECTED = WebhookAnswer(400, "rejected")
_TOO_LARGE = WebhookAnswer(413, "too large")
WEBHOOK_NOT_YET = WebhookAnswer(503, "try again")


def answer_webhook(
    payments: Payments | Callable[[], Payments | Iterable[Payments]],
    body: bytes,
    headers: Mapping[str, str],
) -> WebhookAnswer:
    """The answer to a message, after it took effect or was stored for later.

    What cannot be done now is answered with 503, so that the provider sends it again;
    whatever the reason is, the message was not accepted.

    Args:
        payments: whose message it is, or what gives them; those of several merchants are
            asked one after the other until one can prove it.
        body: the raw bytes as they came; the signature is of them.
        headers: as the framework spells them; their names are passed on in lower case.

    >>> from payment_hooks.testing import FakeProvider
    >>> payments = Payments.using(FakeProvider(secret="a secret of the shop"))
    >>> answer_webhook(payments, b"{}", {})
    WebhookAnswer(status=400, text='rejected')
    """
    if len(body) > MOST_WEBHOOK_BYTES:
        return _TOO_LARGE
    named = {name.lower(): value for name, value in headers.items()}
    problems: list[Exception] = []
    try:
        for ours in _merchants(payments):
            message = WebhookRequest(body=body, headers=named, received_at=ours.now())
            problem = _find_problem(ours, message)
            if problem is None:
                return _DONE
            problems.append(problem)
    except Exception:
        logger.exception("webhook has no effect yet")
        return WEBHOOK_NOT_YET
    rejections = [row for row in problems if isinstance(row, WebhookRejected)]
    if not rejections or len(rejections) < len(problems):
        return WEBHOOK_NOT_YET  # it may be a message to whoever could not read it
    logger.warning("webhook rejected: %s", rejections[0].code)
    return WEBHOOK_REJECTED


def _merchants(
    payments: Payments | Callable[[], Payments | Iterable[Payments]],
) -> Iterable[Payments]:
    found = payments() if callable(payments) else payments
    return (found,) if isinstance(found, Payments) else found


def _find_problem(ours: Payments, message: WebhookRequest) -> Exception | None:
    """Why it is not done for this merchant, who proves the signature before all else."""
    try:
        ours.receive_webhook(message)
    except WebhookRejected as error:
        return error
    except Exception as error:
        logger.exception("webhook has no effect yet")
        return error
    return None
