"""Remembers what an idempotency-key was answered."""

from dataclasses import dataclass
from datetime import datetime

from clover_simulator.traffic.answers import Answer, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request with an idempotency-key, as far as it identifies a repeat."""

    merchant_id: str
    key: str
    fingerprint: str
    """The same for the same operation, path and body."""


@dataclass(slots=True, kw_only=True)
class Memory:
    """One key in use; without an answer the first request is still running."""

    fingerprint: str
    expires: datetime
    answer: Answer | None = None


class IdempotencyKeys:
    """The keys of all merchants."""

    def __init__(self) -> None:
        self._memories: dict[tuple[str, str], Memory] = {}

    def claim(
        self,
        request: KeyedRequest,
        *,
        now: datetime,
        expires: datetime,
        mismatch_status: int,
    ) -> Answer | None:
        """The answer given before, or None: then the caller runs, and keeps or frees."""
        known = self._memories.get(_name(request))
        if known is not None and known.expires > now:
            return _replay(known, request, mismatch_status)
        memory = Memory(fingerprint=request.fingerprint, expires=expires)
        self._memories[_name(request)] = memory
        return None

    def keep(self, request: KeyedRequest, answer: Answer) -> None:
        """Give `answer` to every repeat from now on."""
        memory = self._memories.get(_name(request))
        if memory is not None:
            memory.answer = answer

    def free(self, request: KeyedRequest) -> None:
        """Forget the key: nothing was done under it."""
        self._memories.pop(_name(request), None)


def refusal(status: int, message: str) -> Refusal:
    """How a key is refused."""
    return Refusal.ecommerce(
        status, "invalid_request", message, kind="idempotency_error"
    )


def _name(request: KeyedRequest) -> tuple[str, str]:
    return (request.merchant_id, request.key)


def _replay(known: Memory, request: KeyedRequest, mismatch_status: int) -> Answer:
    if known.fingerprint != request.fingerprint:
        message = "This idempotency-key was used with another request."
        raise refusal(mismatch_status, message)
    if known.answer is None:
        message = "The first request with this idempotency-key still runs."
        raise refusal(409, message)
    return known.answer
