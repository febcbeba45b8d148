"""The engine, broken in one place each: histories must find every one of these.

Each mutant says what it does to the real code while it is in force. What it breaks was
broken in a real shop once, or is a line that looks as if it could be left out.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from payment_hooks import (
    FindRequest,
    InvalidRequest,
    Money,
    Operation,
    PaymentRequest,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderHooks,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.engine import checks, executing, modifications, resolving
from payment_hooks.engine.executing import Executor
from payment_hooks.engine.hosted import HostedPages
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.lifecycle import Lifecycle
from payment_hooks.engine.matching.judge import Judge
from payment_hooks.engine.notifying import Notifier
from payment_hooks.engine.resolving import Resolver
from payment_hooks.engine.webhooks import WebhookInbox
from payment_hooks.ledger import intents, memory, state
from payment_hooks.model.records import CAPTURING, OperationKind, OperationState

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
        """The engine is broken in this way inside."""
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


def _refuse_unknown(self: OperationStore, operation: Operation, error: Any) -> None:
    self.refuse(operation, error)


def _claim_without_asking(self: OperationStore, operation: Operation) -> Operation:
    return self._ledger.get_operation(operation.operation_id) or operation


def _believe(self: Resolver, transaction_id: str, **options: Any) -> Transaction:
    """What a webhook says is what the bank has."""
    return Transaction(
        kind=TransactionKind.CHARGE,
        transaction_id=transaction_id,
        amount=Money(2599, "USD"),
        created_at=self._engine.now(),
    )


def _finish_first(self: WebhookInbox, payment: Any, event: Any) -> None:
    self._ledger.finish_event(event.event_id)
    if event.approved:
        self._pages.resolve(payment, event.transaction_id, event.session_id)


def _call_and_forget(self: Notifier, event: Any) -> bool:
    try:
        self._engine.shop.payment_changed(event)
    except Exception:  # noqa: BLE001 - the mutant is a careless one
        return True
    return True


def _notify_without_lease(self: Notifier, payment: Any, operation: Operation) -> None:
    is_notified = self._call(change_of(payment, operation))
    now = self._ledger.get_operation(operation.operation_id) or operation
    self._ledger.replace_operation(replace(now, notified=is_notified, due=None))


def change_of(payment: Any, operation: Operation) -> Any:
    """The notification of an outcome."""
    from payment_hooks.model.records import PaymentChanged

    return PaymentChanged(payment=payment, operation=operation)


def _without(*flags: str) -> Callable[..., str]:
    real = checks.find_flag

    def find_flag(*args: Any) -> str:
        found = real(*args)
        return "" if found in flags else found

    return find_flag


def _has_another_name(operation: Operation, transaction: Transaction) -> bool:
    """As if a mark that names none of ours said nothing."""
    return transaction.operation_id not in ("", operation.operation_id)


def _refund_all(payment: Any, operations: Any) -> Money:
    """Everything captured, whatever was refunded."""
    taken = sum(
        (row.moved or row.amount).minor_units
        for row in operations
        if row.kind in CAPTURING and row.counts
    )
    return Money(taken, payment.amount_due.currency)


def _close_once(self: Lifecycle, payment_id: str) -> Any:
    self._refuse_unresolved(payment_id)
    return self._resolver.refresh(payment_id, closed=True)[0]


def _close_blindly(self: Lifecycle, payment_id: str) -> Any:
    closed, _ = self._resolver.refresh(payment_id, closed=True)
    return replace(closed, state=PaymentState.CLOSED)


def _do_not_write(
    self: OperationStore, operation: Operation, **changes: Any
) -> Operation:
    if changes.get("state") is OperationState.SENDING:
        return operation
    return _WRITE(self, operation, **changes)


_WRITE = OperationStore.write


def _open_if_anything_is(operations: Any, *, closed: bool) -> PaymentState:
    if any(row.state.is_open for row in operations):
        return PaymentState.OPEN
    return _DERIVE(operations, closed=closed)


_DERIVE = resolving.derive_state


def _own_slot_for_voids(payment: Any, kind: OperationKind, attempt: int) -> str:
    if kind is OperationKind.VOID:
        return f"{payment.payment_id}:void"
    return _SLOT(payment, kind, attempt)


_SLOT = intents._slot


def _count_all(earlier: Any) -> int:
    return 1 + len(list(earlier))


def _accept_anything(
    self: Any,
    payment: Any,
    known: Any,
    claimed: Operation,
    transaction_id: str,
) -> None:
    found = self._resolver.fetch(transaction_id)
    if found is not None:
        record = self._engine.get_record(payment.payment_id)
        self._store.succeed(record, claimed, found)


def _open_next(self: Any, *args: Any, **options: Any) -> Any:
    with_closed = self.close
    self.close = lambda payment_id: replace(
        with_closed(payment_id), state=PaymentState.CLOSED
    )
    try:
        return _OPEN(self, *args, **options)
    finally:
        self.close = with_closed


_OPEN = Lifecycle.open


def _send_unfenced(self: Executor, owned: Operation, request: Any) -> Any:
    """Send first, and see then who owned it."""
    transaction = self._ask(owned, request, is_repeated=False)
    sending = self._store.write(owned, state=OperationState.SENDING)
    return sending, transaction


def _seen_as(
    status: TransactionStatus, *wrong: TransactionStatus
) -> Callable[..., Any]:
    """Judge these statuses as if they were that one."""
    real = checks.judge

    def judge(
        payment: Any, operation: Any, transaction: Transaction, policy: Any
    ) -> Any:
        if transaction.status in wrong:
            transaction = replace(transaction, status=status)
        return real(payment, operation, transaction, policy)

    return judge


def _all_back_with_the_first(operation: Operation, operations: Any) -> Money:
    """Nothing is here any more once anything was refunded."""
    is_back = any(row.parent_id == operation.transaction_id for row in operations)
    held = _HELD_OF(operation, operations)
    return replace(held, minor_units=0) if is_back else held


_HELD_OF = state.held_of


def _believing(ask: Callable[..., Any]) -> Callable[..., Any]:
    """A look-up after which whatever was not shown does not exist."""

    def look_up(self: ProviderHooks, request: Any) -> Any:
        found = ask(self, request)
        is_there = getattr(found, "transaction", found) is not None
        is_search = isinstance(request, FindRequest)
        return replace(found, complete=True) if is_there or is_search else found

    return look_up


def _key_of_the_merchant(installation_id: str, *args: Any, **parts: Any) -> str:
    return _DERIVE_KEY("", *args, **parts)


_DERIVE_KEY = intents.derive_key


def _look_by_sending(self: Resolver, operation: Operation) -> tuple[Transaction, bool]:
    """What looking up by replay was: the key repeats an answer, or takes the money."""
    payment = self._ledger.get_payment(operation.payment_id)
    request = PaymentRequest(
        amount=operation.amount,
        source=PaymentSource(token="tok-1"),
        reference=payment.reference if payment else "",
        idempotency_key=operation.intent.idempotency_key,
        operation_id=operation.operation_id,
    )
    return self._engine.provider.charge(request), True


def _judge_voided_as_taken(self: Judge, transaction: Transaction, window: Any) -> Any:
    """What Clover's platform says of a voided payment looks like a capture."""
    if transaction.status is TransactionStatus.VOIDED:
        transaction = replace(transaction, status=TransactionStatus.SUCCEEDED)
    return _JUDGE_TAKING(self, transaction, window)


_JUDGE_TAKING = Judge._judge_taking


class _LateRequest(PaymentRequest):
    """A request that says later, when it is sent, why it cannot be built."""

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except (InvalidRequest, TypeError):
            object.__setattr__(self, "values", values)


def _build_when_sending(
    self: Executor, operation: Operation, request: Any, **options: Any
) -> Transaction:
    """The request is built once the intent is recorded as being sent."""
    if isinstance(request, _LateRequest) and vars(request):
        PaymentRequest(**vars(request)["values"])
    return _ASK(self, operation, request, **options)


_ASK = Executor._ask
_NO_MONEY = (
    TransactionStatus.PENDING,
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
    TransactionStatus.VOIDED,
)


MUTANTS = (
    Mutant("a new key for each sending", ((intents, "derive_key", _random_key),)),
    Mutant("a time-out is a no", ((OperationStore, "keep_unknown", _refuse_unknown),)),
    Mutant("a claim asks nobody", ((OperationStore, "claim", _claim_without_asking),)),
    Mutant("the last writer wins", ((memory, "_check_version", nothing),)),
    Mutant("every intent is new", ((memory, "_obstacle", nothing),)),
    Mutant("a webhook is believed", ((Resolver, "fetch", _believe),)),
    Mutant(
        "whatever a webhook names pays the page",
        ((HostedPages, "_resolve", _accept_anything),),
    ),
    Mutant(
        "an event is done before its effect",
        ((WebhookInbox, "_apply", _finish_first),),
    ),
    Mutant(
        "notified before the shop has heard", ((Notifier, "_call", _call_and_forget),)
    ),
    Mutant("several notify at once", ((Notifier, "_notify", _notify_without_lease),)),
    Mutant(
        "the amount is not compared",
        ((checks, "find_flag", _without("amount_differs")),),
    ),
    Mutant(
        "whose money it is is not compared",
        ((checks, "find_flag", _without("reference_differs", "older_than_asked")),),
        near=4900,
    ),
    Mutant(
        "a mark that it cannot name is nobody's",
        ((checks, "_is_anothers", _has_another_name),),
        near=14_200,
    ),
    Mutant(
        "closing looks only before", ((Lifecycle, "close", _close_once),), near=1200
    ),
    Mutant("versions are not compared", ((memory, "_check_version", nothing),)),
    Mutant("nothing is in an intent's way", ((memory, "_obstacle", nothing),)),
    Mutant("closing does not look at all", ((Lifecycle, "close", _close_blindly),)),
    Mutant(
        "refunds are not summed up",
        (
            (modifications, "refundable", _refund_all),
            (state, "refundable", _refund_all),
        ),
    ),
    Mutant("nothing is looked at again", ((executing, "find_obstacle", always("")),)),
    Mutant(
        "absence is believed at once",
        ((Resolver, "_is_absence_proof", always(True)),),
        near=1400,
    ),
    Mutant(
        "a second payment is as good as the first",
        ((resolving, "_find_first_funding", always("")),),
        near=4_700,
    ),
    Mutant("sending is not written down", ((OperationStore, "write", _do_not_write),)),
    Mutant(
        "the state follows the last step",
        ((state, "derive_state", _open_if_anything_is),),
    ),
    Mutant(
        "a refused repetition speaks for the first sending",
        ((executing, "_is_conclusive", always(True)),),
    ),
    Mutant(
        "void and capture at once",
        (
            (intents, "_slot", _own_slot_for_voids),
            (executing, "find_obstacle", always("")),
        ),
    ),
    Mutant(
        "an attempt grows while unknown", ((executing, "next_attempt", _count_all),)
    ),
    Mutant(
        "a closed payment is followed at once",
        ((Lifecycle, "open", _open_next),),
        near=1200,
    ),
    Mutant("no fence before sending", ((Executor, "_send_once", _send_unfenced),)),
    Mutant(
        "the status is not read",
        ((resolving, "judge", _seen_as(TransactionStatus.SUCCEEDED, *_NO_MONEY)),),
    ),
    Mutant(
        "pending is a yes",
        ((resolving, "judge", _seen_as(TransactionStatus.SUCCEEDED, _NO_MONEY[0])),),
    ),
    Mutant(
        "pending is a no",
        ((resolving, "judge", _seen_as(TransactionStatus.FAILED, _NO_MONEY[0])),),
    ),
    Mutant(
        "one refund is all of them",
        ((state, "held_of", _all_back_with_the_first),),
    ),
    Mutant(
        "a cut list is believed",
        tuple(
            (ProviderHooks, name, _believing(getattr(ProviderHooks, name)))
            for name in ("retrieve", "find", "list")
        ),
    ),
    Mutant(
        "two installations have one key",
        ((intents, "derive_key", _key_of_the_merchant),),
    ),
    Mutant("a look sends again", ((Resolver, "_find_by_operation", _look_by_sending),)),
    Mutant(
        "what was voided is taken for captured",
        ((Judge, "_judge_taking", _judge_voided_as_taken),),
    ),
    Mutant(
        "the shop is not notified of a charge",
        ((Payments, "_finish", nothing),),
    ),
    Mutant(
        "a request is built after its intent",
        (
            (executing, "PaymentRequest", _LateRequest),
            (Executor, "_ask", _build_when_sending),
        ),
    ),
)
"""More than thirty; each is found within the histories of one run."""
