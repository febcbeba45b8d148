"""Remembers what an idempotency-key was answered."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from clover_simulator.answers import Answer, Call, Refusal

KEPT_STATUSES = frozenset({200, 402})
"""A refused request did nothing, so its key stays free for the corrected one."""


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

    def claim(self, call: Call, operation: str) -> Answer | None:
        """The answer given before, or None: then the caller runs and settles."""
        key, now = self._key(call), call.state.clock.now()
        known = self._memories.get(key)
        if known is not None and known.expires > now:
            return self._replay(known, _fingerprint(call, operation), call)
        lifetime = timedelta(hours=call.state.switches.idempotency_hours)
        self._memories[key] = Memory(
            fingerprint=_fingerprint(call, operation), expires=now + lifetime
        )
        return None

    def settle(self, call: Call, answer: Answer | None) -> None:
        """Keep `answer` for the key, or free the key if nothing was done."""
        keep = answer is not None and answer.status in KEPT_STATUSES
        if answer is not None and answer.status == 402:
            keep = call.state.switches.idempotent_declines
        memory = self._memories.get(self._key(call))
        if memory is not None and keep:
            memory.answer = answer
        else:
            self._memories.pop(self._key(call), None)

    def _replay(self, known: Memory, fingerprint: str, call: Call) -> Answer:
        if known.fingerprint != fingerprint:
            status = call.state.switches.idempotency_mismatch_status
            raise _refusal(
                status, "This idempotency-key was used with another request."
            )
        if known.answer is None:
            raise _refusal(
                409, "The first request with this idempotency-key still runs."
            )
        return known.answer

    def _key(self, call: Call) -> tuple[str, str]:
        key = call.idempotency_key or ""
        limit = call.state.switches.idempotency_key_length
        if len(key) > limit:
            raise _refusal(
                400, f"The idempotency-key is longer than {limit} characters."
            )
        return (call.merchant.id, key)


def _refusal(status: int, message: str) -> Refusal:
    return Refusal.ecommerce(
        status, "invalid_request", message, kind="idempotency_error"
    )


def _fingerprint(call: Call, operation: str) -> str:
    text = json.dumps([operation, dict(call.path), call.body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
