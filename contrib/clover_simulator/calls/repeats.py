"""Which calls are repeats of earlier ones, by their idempotency-key."""

import hashlib
import json
from datetime import timedelta

from clover_simulator.calls.call import Call
from clover_simulator.traffic import idempotency
from clover_simulator.traffic.answers import Answer
from clover_simulator.traffic.idempotency import KeyedRequest

KEPT_STATUSES = frozenset({200, 402})
"""A refused request did nothing, so its key stays free for the corrected one."""


def keyed(call: Call, operation: str) -> KeyedRequest | None:
    """The call as its key names it, or None: it carries none.

    Raises:
        Refusal: the key is too long.
    """
    if not call.idempotency_key:
        return None
    limit = call.state.switches.idempotency_key_length
    if len(call.idempotency_key) > limit:
        message = f"The idempotency-key is longer than {limit} characters."
        raise idempotency.refusal(400, message)
    text = json.dumps([operation, dict(call.path), call.body], sort_keys=True)
    return KeyedRequest(
        merchant_id=call.merchant.id,
        key=call.idempotency_key,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
    )


def claim(call: Call, request: KeyedRequest) -> Answer | None:
    """The answer of the first request, or None: then the caller runs and finishes."""
    switches, now = call.state.switches, call.state.clock.now()
    return call.state.idempotency.claim(
        request,
        now=now,
        expires=now + timedelta(hours=switches.idempotency_hours),
        mismatch_status=switches.idempotency_mismatch_status,
    )


def finish(call: Call, request: KeyedRequest, answer: Answer | None) -> None:
    """Keep `answer` for the key, or free the key if nothing was done."""
    if answer is not None and _is_kept(call, answer):
        call.state.idempotency.keep(request, answer)
    else:
        call.state.idempotency.free(request)


def _is_kept(call: Call, answer: Answer) -> bool:
    if answer.status == 402:
        return call.state.switches.idempotent_declines
    return answer.status in KEPT_STATUSES
