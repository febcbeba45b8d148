"""The road, broken in one place each: histories must find every one of these.

Each mutant says what it does to the real code while it is in force. What it breaks was
broken in somebody's shop once, or is a line that looks as if it could be left out.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from payment_hooks import (
    Gateway,
    LookUpRequest,
    LookUpResult,
    Money,
    Operation,
    PaymentRequest,
    Payments,
    PaymentSource,
    PaymentState,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.engine import (
    checks as comparing,
)
from payment_hooks.engine import (
    executing as movements,
)
from payment_hooks.engine import hosted as hosted_module
from payment_hooks.engine import (
    leases as sending,
)
from payment_hooks.engine import (
    lifecycle as opening,
)
from payment_hooks.engine import modifying as following_module
from payment_hooks.engine import (
    resolving as settling,
)
from payment_hooks.engine.calls import Call
from payment_hooks.engine.executing import Movements
from payment_hooks.engine.leases import Sender
from payment_hooks.engine.lifecycle import Closer
from payment_hooks.engine.notifying import Notifier
from payment_hooks.engine.resolving import Settler
from payment_hooks.engine.webhooks import WebhookIntake
from payment_hooks.ledger import intents as intents_module
from payment_hooks.ledger import memory
from payment_hooks.ledger import state as standing
from payment_hooks.ledger.state import counts
from payment_hooks.model.records import CAPTURING, OperationKind, OperationState
from payment_hooks.recovery.matching import Judge

Change = tuple[object, str, object]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken variant: its name, and what it puts in which place."""

    name: str
    changes: tuple[Change, ...]
    near: int = 0
    """A seed a little before the first history that finds it, where that is rare."""

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """The road is broken in this way inside."""
        with ExitStack() as stack:
            for place, name, value in self.changes:
                stack.enter_context(patch.object(place, name, value))
            yield


def nothing(*args: object, **options: object) -> None:
    """Leave a step out."""


def always(value: object) -> Callable[..., Any]:
    """A step that has one answer."""
    return lambda *args, **options: value


def _random_key(*args: object, **options: object) -> str:
    return str(uuid4())


def _refuse_doubt(self: Sender, operation: Operation, error: Any) -> None:
    self.refuse(operation, error)


def _claim_without_asking(self: Sender, operation: Operation) -> Operation:
    return self.ledger.get_operation(operation.operation_id) or operation


def _believe(self: Settler, transaction_id: str, **options: Any) -> Transaction:
    """What a webhook says is what the bank has."""
    return Transaction(
        kind=TransactionKind.CHARGE,
        transaction_id=transaction_id,
        amount=Money(2599, "USD"),
        created_at=self.now(),
    )


def _finish_first(self: WebhookIntake, payment: Any, event: Any) -> None:
    self.ledger.finish_event(event.event_id)
    if event.approved:
        self.sessions.settle(payment, event.transaction_id, event.session_id)


def _call_and_forget(self: Notifier, event: Any) -> bool:
    try:
        self.gateway.payment_changed(event)
    except Exception:  # noqa: BLE001 - the mutant is a careless one
        return True
    return True


def _tell_without_lease(self: Notifier, payment: Any, operation: Operation) -> bool:
    told = self._call(movements_event(payment, operation))
    now = self.ledger.get_operation(operation.operation_id) or operation
    self.ledger.replace_operation(replace(now, told=told, due=None))
    return told


def movements_event(payment: Any, operation: Operation) -> Any:
    """The news of an outcome."""
    from payment_hooks.model.records import PaymentChanged

    return PaymentChanged(payment=payment, operation=operation)


def _without(*flags: str) -> Callable[..., str]:
    real = comparing.find_flag

    def find_flag(*args: Any) -> str:
        found = real(*args)
        return "" if found in flags else found

    return find_flag


def _has_another_name(operation: Operation, transaction: Transaction) -> bool:
    """As if a mark that names none of ours said nothing."""
    return transaction.operation_id not in ("", operation.operation_id)


def _refund_all(payment: Any, operations: Any) -> Money:
    """Everything captured, whatever was given back."""
    taken = sum(
        (row.moved or row.amount).minor_units
        for row in operations
        if row.kind in CAPTURING and counts(row)
    )
    return Money(taken, payment.amount_due.currency)


def _close_once(self: Closer, payment_id: str) -> Any:
    self._refuse_doubts(payment_id)
    return self.settler.refresh(payment_id, closed=True)


def _close_blindly(self: Closer, payment_id: str) -> Any:
    closed = self.settler.refresh(payment_id, closed=True)
    return replace(closed, state=PaymentState.CLOSED)


def _do_not_write(self: Sender, operation: Operation, **changes: Any) -> Operation:
    if changes.get("state") is OperationState.SENDING:
        return operation
    return _WRITE(self, operation, **changes)


_WRITE = Sender.write


def _open_if_anything_is(operations: Any, *, closed: bool) -> PaymentState:
    if any(row.state.is_open for row in operations):
        return PaymentState.OPEN
    return _DERIVE(operations, closed=closed)


_DERIVE = settling.derive_state


def _own_slot_for_voids(payment: Any, kind: OperationKind, attempt: int) -> str:
    if kind is OperationKind.VOID:
        return f"{payment.payment_id}:void"
    return _SLOT(payment, kind, attempt)


_SLOT = intents_module._slot


def _count_all(earlier: Any) -> int:
    return 1 + len(list(earlier))


def _accept_anything(
    self: Any,
    payment: Any,
    claimed: Operation,
    transaction_id: str,
) -> None:
    found = self.settler.fetch(transaction_id)
    if found is not None:
        self.sender.succeed(claimed, found)
        self.settler.refresh(payment.payment_id)


def _close_stale(self: Closer, payment_id: str) -> Any:
    """What closing gave before it looked at the state again."""
    self._refuse_doubts(payment_id)
    closed = self.settler.refresh(payment_id, closed=True)
    self._refuse_doubts(payment_id)
    return closed


def _open_next(self: Any, *args: Any, **options: Any) -> Any:
    with_closed = self.close
    self.close = lambda payment_id: replace(
        with_closed(payment_id), state=PaymentState.CLOSED
    )
    try:
        return _OPEN(self, *args, **options)
    finally:
        self.close = with_closed


_OPEN = opening.Opener.open


def _send_unfenced(self: Sender, operation: Operation, call: Any) -> Any:
    """Send first, and see then who owned it."""
    transaction = call.ask(operation, call.build(operation), False)
    return self.write(operation, state=OperationState.SENDING), transaction


def _seen_as(
    status: TransactionStatus, *wrong: TransactionStatus
) -> Callable[..., Any]:
    """Judge these statuses as if they were that one."""
    real = comparing.judge

    def judge(
        payment: Any, operation: Any, transaction: Transaction, policy: Any
    ) -> Any:
        if transaction.status in wrong:
            transaction = replace(transaction, status=status)
        return real(payment, operation, transaction, policy)

    return judge


def _all_back_with_the_first(operation: Operation, operations: Any) -> Money:
    """Nothing is here any more once anything was given back."""
    is_back = any(row.parent_id == operation.transaction_id for row in operations)
    held = _HELD_OF(operation, operations)
    return replace(held, minor_units=0) if is_back else held


_HELD_OF = standing.held_of


def _believe_the_list(self: Gateway, request: LookUpRequest) -> LookUpResult:
    return replace(_LOOK_UP(self, request), complete=True)


_LOOK_UP = Gateway.look_up


def _key_of_the_merchant(installation_id: str, *args: Any, **parts: Any) -> str:
    return _DERIVE_KEY("", *args, **parts)


_DERIVE_KEY = intents_module.derive_key


def _look_by_sending(self: Settler, operation: Operation) -> tuple[Transaction, bool]:
    """What looking up by replay was: the key repeats an answer, or takes the money."""
    payment = self.ledger.get_payment(operation.payment_id)
    request = PaymentRequest(
        amount=operation.amount,
        source=PaymentSource(token="tok-1"),
        reference=payment.reference if payment else "",
        idempotency_key=operation.idempotency_key,
        operation_id=operation.operation_id,
    )
    return self.gateway.charge(request), True


def _judge_voided_as_taken(self: Judge, transaction: Transaction, window: Any) -> Any:
    """What Clover's platform says of a voided payment looks like a capture."""
    if transaction.status is TransactionStatus.VOIDED:
        transaction = replace(transaction, status=TransactionStatus.SUCCEEDED)
    return _JUDGE_TAKING(self, transaction, window)


_JUDGE_TAKING = Judge._judge_taking


def _build_when_sending(*args: Any, **options: Any) -> Call:
    """The request is built once the intent is recorded as being sent."""
    real = _ASK_TO_TAKE(*args, **options)

    def ask(operation: Operation, request: Any, in_doubt: bool) -> Transaction:
        return real.ask(operation, real.build(operation), in_doubt)

    return Call(build=always(None), ask=ask)


_ASK_TO_TAKE = movements.ask_to_take
_NO_MONEY = (
    TransactionStatus.PENDING,
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
    TransactionStatus.VOIDED,
)


MUTANTS = (
    Mutant(
        "a new key for each sending", ((intents_module, "derive_key", _random_key),)
    ),
    Mutant("a time-out is a no", ((Sender, "_doubt", _refuse_doubt),)),
    Mutant("a claim asks nobody", ((Sender, "claim", _claim_without_asking),)),
    Mutant("the last writer wins", ((memory, "_check_version", nothing),)),
    Mutant("every intent is new", ((memory, "_obstacle", nothing),)),
    Mutant("a webhook is believed", ((Settler, "fetch", _believe),)),
    Mutant(
        "whatever a webhook names pays the page",
        ((hosted_module.HostedSessions, "_settle", _accept_anything),),
    ),
    Mutant(
        "an event is done before its effect",
        ((WebhookIntake, "_apply", _finish_first),),
    ),
    Mutant("told before the shop has heard", ((Notifier, "_call", _call_and_forget),)),
    Mutant("several tell at once", ((Notifier, "_tell", _tell_without_lease),)),
    Mutant(
        "the amount is not compared",
        ((comparing, "find_flag", _without("amount_differs")),),
    ),
    Mutant(
        "whose money it is is not compared",
        ((comparing, "find_flag", _without("reference_differs", "older_than_asked")),),
        near=5800,
    ),
    Mutant(
        "a mark that it cannot name is nobody's",
        ((comparing, "_is_anothers", _has_another_name),),
        near=18900,
    ),
    Mutant(
        "a closed payment takes money",
        ((Movements, "_refuse_if_closed", nothing),),
        near=7900,
    ),
    Mutant("closing looks only before", ((Closer, "close", _close_once),), near=3900),
    Mutant("closing does not look at all", ((Closer, "close", _close_blindly),)),
    Mutant(
        "refunds are not summed up",
        (
            (following_module, "refundable", _refund_all),
            (standing, "refundable", _refund_all),
        ),
    ),
    Mutant("nothing is looked at again", ((movements, "find_obstacle", always("")),)),
    Mutant(
        "absence is believed at once",
        ((Settler, "_is_absence_proof", always(True)),),
        near=3500,
    ),
    Mutant(
        "a second payment is as good as the first", ((Settler, "_doubled", always("")),)
    ),
    Mutant("sending is not written down", ((Sender, "write", _do_not_write),)),
    Mutant(
        "the state follows the last step",
        ((settling, "derive_state", _open_if_anything_is),),
    ),
    Mutant(
        "a refused repetition speaks for the first sending",
        ((sending, "_is_conclusive", always(True)),),
    ),
    Mutant(
        "void and capture at once",
        (
            (intents_module, "_slot", _own_slot_for_voids),
            (movements, "find_obstacle", always("")),
        ),
    ),
    Mutant("an attempt grows in doubt", ((movements, "next_attempt", _count_all),)),
    Mutant(
        "a closed payment is not closed again",
        ((Closer, "close", _close_stale),),
        near=31200,
    ),
    Mutant(
        "a closed payment is followed at once", ((opening.Opener, "open", _open_next),)
    ),
    Mutant("no fence before sending", ((Sender, "send", _send_unfenced),)),
    Mutant(
        "the status is not read",
        ((settling, "judge", _seen_as(TransactionStatus.SUCCEEDED, *_NO_MONEY)),),
    ),
    Mutant(
        "pending is a yes",
        ((settling, "judge", _seen_as(TransactionStatus.SUCCEEDED, _NO_MONEY[0])),),
    ),
    Mutant(
        "pending is a no",
        ((settling, "judge", _seen_as(TransactionStatus.FAILED, _NO_MONEY[0])),),
    ),
    Mutant(
        "one refund is all of them",
        ((standing, "held_of", _all_back_with_the_first),),
    ),
    Mutant("a cut list is believed", ((Gateway, "look_up", _believe_the_list),)),
    Mutant(
        "two installations have one key",
        ((intents_module, "derive_key", _key_of_the_merchant),),
    ),
    Mutant("a look sends again", ((Settler, "_find_by_operation", _look_by_sending),)),
    Mutant(
        "what was voided is taken for captured",
        ((Judge, "_judge_taking", _judge_voided_as_taken),),
    ),
    Mutant(
        "the shop is not notified of a charge",
        ((Payments, "_tell_if_possible", nothing),),
    ),
    Mutant(
        "a request is built after its intent",
        ((movements, "ask_to_take", _build_when_sending),),
    ),
)
"""More than thirty; each is found within the histories of one run."""
