"""Why a call got no answer, and whether it is sent again."""

import random
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum, auto

from clover_provider.wire.json_strict import Unreadable
from clover_provider.wire.message import Answer

MOST_RETRIES = 2

_TOO_MANY_REQUESTS = 429


class Cause(StrEnum):
    """Why a call got no answer."""

    NO_TURN = auto()
    """The deadline passed before the rate limits let the call begin."""
    NOT_REACHED = auto()
    """The connection was refused, or the name not found: worth another try at once."""
    UNTRUSTED = auto()
    """The server's certificate cannot be verified; another try would meet the same."""
    UNREADABLE = auto()
    """Something came back that is too large, cut short or wrongly packed."""
    BROKEN_OFF = auto()
    """The connection ended early, or nothing came within the deadline."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """One sending that brought no answer."""

    cause: Cause
    text: str
    """For messages and the log; it holds nothing of what was sent."""


NO_TURN = NoAnswer(Cause.NO_TURN, "the deadline passed before its turn came")


def no_answer(error: BaseException) -> NoAnswer:
    """The cause of an error of the HTTP library, by its innermost error."""
    if isinstance(error, Unreadable):
        return NoAnswer(Cause.UNREADABLE, str(error))
    root = error
    while (inner := root.__cause__ or root.__context__) is not None:
        root = inner
    if isinstance(root, ssl.SSLCertVerificationError):
        why = getattr(root, "verify_message", "")
        text = f"the certificate is not to be trusted: {why}"
        return NoAnswer(Cause.UNTRUSTED, text)
    is_unreached = isinstance(root, ConnectionRefusedError | socket.gaierror)
    cause = Cause.NOT_REACHED if is_unreached else Cause.BROKEN_OFF
    return NoAnswer(cause, f"no answer ({type(root).__name__})")


def pause_before_retry(
    outcome: Answer | NoAnswer, *, has_sent: bool, tries: int
) -> float | None:
    """Seconds to wait before sending the same call once more; None for no.

    Only what provably was not carried out is sent again: what Clover refused for being
    too much, and what was never sent.

    Args:
        outcome: of the last try.
        has_sent: whether any byte of the call has left.
        tries: how often it was tried so far.
    """
    if tries > MOST_RETRIES:
        return None
    if isinstance(outcome, Answer):
        if outcome.status != _TOO_MANY_REQUESTS:
            return None
        seconds = outcome.retry_after
        is_number = seconds.isascii() and seconds.isdigit()
        return float(seconds) if is_number else backoff(tries, 1.0)
    if has_sent or outcome.cause is not Cause.NOT_REACHED:
        return None
    return backoff(tries, 0.2)


def backoff(tries: int, longest: float) -> float:
    """Seconds to wait before the next try, with full jitter."""
    return random.uniform(0, longest * 2 ** (tries - 1))  # noqa: S311 - no secret
