"""The engine, broken where a shopper has to answer the bank: 3-D Secure.

Histories must find every one of these, as those of `mutants`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from payment_hooks import (
    Operation,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
)
from payment_hooks.engine import executing
from payment_hooks.engine.challenges import Challenges
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.lifecycle import Lifecycle
from payment_hooks.model.records import UNCONFIRMED
from tests.faults.mutants import Mutant, always

_NO = PaymentDeclined("the shopper turned back")


def _cancel_unasked(self: Challenges, payment: Any, operation: Operation) -> Operation:
    """Whoever takes another card has ended the first."""
    return self._store.refuse(self._store.claim(operation), _NO)


def _end_unasked(
    self: Challenges, payment: Any, operation: Operation, why: Any = None
) -> Operation:
    """Whoever turns back has paid nothing."""
    self._store.refuse(self._store.claim(operation), why or _NO)
    raise why or _NO


def _answer_unfenced(
    self: Challenges, payment: Any, operation: Operation, answer: Any
) -> Operation:
    """Send the answer first, and see then who owned the operation."""
    request = self._confirmation(payment, operation, answer)
    try:
        answered = self._engine.provider.confirm(request)
    except PaymentDeclined as error:
        self._store.refuse(self._store.begin_sending(operation), error)
        raise
    sending = self._store.begin_sending(self._store.claim(operation))
    return self._receive_answer(payment, operation, sending, answered)


def _unmarked(operation: Operation) -> Operation:
    details = {**operation.details}
    details.pop(UNCONFIRMED, None)
    return replace(operation, details=details)


def _forgetting_answers(write: Callable[..., Any]) -> Callable[..., Any]:
    """What was sent is forgotten with this step."""

    def forget(self: OperationStore, operation: Operation, *args: Any) -> Any:
        return write(self, _unmarked(operation), *args)

    return forget


def _close_with_a_challenge(self: Lifecycle, payment_id: str) -> None:
    """What waits for the shopper keeps no payment from being closed."""
    for row in self._ledger.operations(payment_id):
        is_waiting = row.state is OperationState.WAITING
        if row.state.is_open and not is_waiting:
            raise OutcomeUnknown("in progress")


def _drop_challenge(
    self: OperationStore, operation: Operation, error: Exception
) -> None:
    _KEEP_UNKNOWN(self, replace(operation, challenge=None), error)


_KEEP_UNKNOWN = OperationStore.keep_unknown


def _go_on_with_any_card(
    self: Challenges, payment: Any, operation: Operation, *, is_same_card: bool
) -> Operation:
    """While one waits, another card makes room without a word to the bank."""
    if is_same_card:
        return _END(self, payment, operation, is_same_card=is_same_card)
    return _cancel_unasked(self, payment, operation)


_END = Challenges.end

CHALLENGE_MUTANTS = (
    Mutant(
        "a canceled challenge is ended unasked",
        ((Challenges, "_end", _end_unasked),),
    ),
    Mutant(
        "closing ends a challenge unasked", ((Challenges, "cancel", _cancel_unasked),)
    ),
    Mutant(
        "another card is charged while one waits",
        ((Challenges, "end", _go_on_with_any_card),),
    ),
    Mutant(
        "an answer is sent before it is claimed",
        ((Challenges, "_answer", _answer_unfenced),),
    ),
    Mutant(
        "no answer is ever on its way",
        ((Challenges, "_may_arrive", always(False)),),
    ),
    Mutant(
        "a look forgets the answer that was sent",
        ((OperationStore, "keep_open", _forgetting_answers(OperationStore.keep_open)),),
    ),
    Mutant(
        "a lost answer forgets that it was sent",
        ((OperationStore, "keep_unknown", _forgetting_answers(_KEEP_UNKNOWN)),),
    ),
    Mutant(
        "a lost answer drops the challenge",
        ((OperationStore, "keep_unknown", _drop_challenge),),
    ),
    Mutant(
        "a payment is closed while its challenge waits",
        (
            (Lifecycle, "_cancel_challenge", always(None)),
            (Lifecycle, "_refuse_unresolved", _close_with_a_challenge),
        ),
    ),
    Mutant("nobody ends what expired", ((executing, "has_expired", always(False)),)),
)
"""Ten; that an answer was sent and is not forgotten, `test_answered_before` looks at."""
