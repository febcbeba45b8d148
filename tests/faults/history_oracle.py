"""What must hold after a history, read from the bank's records and the shop's rows."""

from collections import Counter
from collections.abc import Iterator

from greenlet import getcurrent

from payment_hooks import (
    Operation,
    OperationState,
    PaymentState,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.records import (
    CAPTURING,
    FUNDING,
    UNCONFIRMED,
    OperationKind,
)
from tests.faults.history_bank import REFUSED
from tests.faults.history_installation import RETURNING, World
from tests.faults.history_lists import RETURNS

FINAL = {OperationState.SUCCEEDED, OperationState.DECLINED, OperationState.FAILED}
HELD = {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED}
HERE = {PaymentState.AUTHORIZED, PaymentState.PAID, PaymentState.PARTLY_REFUNDED}
RANK = {
    PaymentState.OPEN: 0,
    PaymentState.CLOSED: 0,
    PaymentState.AUTHORIZED: 1,
    PaymentState.PAID: 2,
    PaymentState.PARTLY_REFUNDED: 3,
    PaymentState.REFUNDED: 4,
    PaymentState.VOIDED: 4,
}
"""Nothing leads to a lower one: what was refunded never becomes paid."""


def violations(world: World) -> Iterator[str]:
    """Every broken promise, in words."""
    yield from world.bank.broken
    for each in (world, world.neighbour):
        if each is not None:
            yield from _violations_of(each)


def _violations_of(world: World) -> Iterator[str]:
    yield from world.broken
    for reference in world.shop.due:
        yield from _charged_once(world, reference)
        yield from _nothing_lost(world, reference)
    yield from _paid_with_money(world)
    yield from _nothing_of_the_neighbour(world)
    yield from _refused_is_a_no(world)
    yield from _declined_is_not_taken(world)
    yield from _can_be_answered(world)
    yield from _gone_is_known(world)
    yield from _nothing_given_twice(world)
    yield from _nothing_recorded_twice(world)
    yield from _never_back(world)
    yield from world.unresolved
    yield from unknown_outcome(world)
    yield from _notified_once(world)


def last_word(world: World, operation: Operation) -> None:
    """What must hold when an operation is given its last word."""
    if operation.state is OperationState.SUCCEEDED:
        _believed(world, operation)
    else:
        _given_up(world, operation)


def _believed(world: World, operation: Operation) -> None:
    """I3: whoever calls an operation succeeded has heard just that from the bank."""
    heard = world.bank.reported.get((getcurrent(), operation.transaction_id))
    if heard is None:
        world.broken.append(f"I3 {operation.kind} succeeded, and nobody looked")
    elif heard.status is not TransactionStatus.SUCCEEDED and not (
        # Money that reads as voided is what shows its return.
        heard.status is TransactionStatus.VOIDED
        and operation.transaction_id == operation.parent_id
        and operation.kind in RETURNING
    ):
        world.broken.append(f"I3 {operation.kind} succeeded, and is {heard.status}")
    elif (
        operation.kind is OperationKind.CAPTURE
        and heard.kind is TransactionKind.AUTHORIZATION
    ):
        world.broken.append("I3 capture succeeded, and is an authorization")


def _given_up(world: World, operation: Operation) -> None:
    """I2: nobody calls an operation failed whose money has moved."""
    is_page = operation.kind is OperationKind.HOSTED_PAGE
    if not is_page and world.bank.has_made(operation.operation_id):
        world.broken.append(f"I2 {operation.kind} is {operation.state}, and was made")


def pending_is_open(world: World) -> list[str]:
    """I3: what the bank has not decided is neither a yes nor a no."""
    pending = [
        row
        for row in world.bank.rows.values()
        if row.status is TransactionStatus.PENDING
        and not world.bank.waits(row.transaction_id)
    ]
    captures = {row.transaction_id for row in pending} & world.bank.captured.keys()
    others = {row.operation_id for row in pending if row.transaction_id not in captures}
    return [
        f"I3 {row.kind} is {row.state}, and pending at the bank"
        for row in world.records.every_operation()
        if (
            row.operation_id in others
            or (row.kind is OperationKind.CAPTURE and row.parent_id in captures)
        )
        and not row.state.is_open
    ]


def _charges(world: World, reference: str) -> list[Transaction]:
    """Captured charges of a reference that nobody gave back, or not wholly."""
    return [
        row
        for row in world.rows(reference)
        if row.kind is TransactionKind.CHARGE
        and world.bank.held(row.transaction_id) > 0
    ]


def _flagged(world: World) -> set[str]:
    return {row.transaction_id for row in world.records.every_operation() if row.flag}


def _charged_once(world: World, reference: str) -> Iterator[str]:
    """I1: at most one, but for pages that the shopper paid twice, which are flagged."""
    charges = [
        row
        for row in _charges(world, reference)
        if row.transaction_id not in world.bank.taken_again
    ]
    known = _flagged(world) | _found_on_the_list(world)
    clean = [row for row in charges if row.transaction_id not in known]
    if len(clean) > 1:
        yield f"I1 {reference} charged {len(clean)} times"
    card = [
        row
        for row in charges
        if row.operation_id not in _pages(world)
        and row.transaction_id not in world.very_late
    ]
    if len(card) > 1:
        yield f"I1 {reference} charged {len(card)} times by card"


def _found_on_the_list(world: World) -> set[str]:
    """What the bank's list said, and nothing connects with a payment."""
    return {
        found.transaction_id
        for found in world.findings or ()
        if found.flag == "unknown_charge"
    }


def _pages(world: World) -> set[str]:
    return {operation_id for operation_id, _, _ in world.bank.for_page.values()}


def _nothing_lost(world: World, reference: str) -> Iterator[str]:
    """I2: money that the bank holds is in the shop's rows, paid or flagged."""
    known = {
        row.transaction_id
        for payment_id in world.ids(reference)
        for row in world.payments.operations(payment_id)
        if row.state is OperationState.SUCCEEDED
    }
    for charge in _charges(world, reference):
        if charge.transaction_id not in known | _found_on_the_list(world):
            yield f"I2 {charge.transaction_id} of {reference} is lost"
    for payment_id in world.ids(reference):
        yield from _not_seen_as_paid(world, payment_id)


def _not_seen_as_paid(world: World, payment_id: str) -> Iterator[str]:
    """A capture that the bank made, and the shop does not know of."""
    state = world.payments.get(payment_id).state
    for row in world.payments.operations(payment_id):
        money = world.bank.rows.get(row.transaction_id)
        is_good = row.state is OperationState.SUCCEEDED and not row.flag
        if row.kind is OperationKind.AUTHORIZE and is_good and money is not None:
            was_taken = money.kind is TransactionKind.CHARGE and _is_done(money)
            if _is_only_on_the_list(world, payment_id, money.transaction_id):
                continue
            if was_taken and state not in HELD:
                yield f"I2 {money.transaction_id} is captured, and the payment {state}"


def _is_only_on_the_list(world: World, payment_id: str, transaction_id: str) -> bool:
    """A capture that came when it was proved absent, and no list was compared since."""
    captured_by = world.bank.captured.get(transaction_id)
    return world.findings is None and any(
        row.operation_id == captured_by
        and row.operation_id in world.bank.came_late
        and row.code == "proved_absent"
        for row in world.payments.operations(payment_id)
    )


def _paid_with_money(world: World) -> Iterator[str]:
    """I4: paid only with money of the right amount, for this reference."""
    for payment in world.records.every_payment():
        for row in world.records.every_operation(payment.payment_id):
            counts = row.state is OperationState.SUCCEEDED and not row.flag
            if not counts:
                continue
            money = world.bank.rows.get(row.transaction_id)
            if money is None:
                yield f"I4 {row.kind} {payment.reference} without money"
            elif money.reference not in ("", payment.reference):
                yield f"I4 {payment.reference} is paid with {money.reference}'s money"
            elif row.kind in (OperationKind.CHARGE, OperationKind.HOSTED_PAGE) and (
                money.amount != payment.amount_due or money.tip
            ):
                yield f"I4 {payment.reference} is paid with {money.amount}"


def _nothing_of_the_neighbour(world: World) -> Iterator[str]:
    """I8: what another installation sold is in no payment of this one."""
    if world.neighbour is None:
        return
    for row in world.records.every_operation():
        money = world.bank.rows.get(row.transaction_id)
        if money is not None and world.neighbour.records.knows(money.operation_id):
            yield f"I8 {row.kind} holds another installation's money: {row.flag}"


def _refused_is_a_no(world: World) -> Iterator[str]:
    """I3: what failed, was canceled or voided at the bank is closed, as a no."""
    rows: dict[str, list[Transaction]] = {}
    for row in world.bank.rows.values():
        rows.setdefault(row.operation_id, []).append(row)
    for operation in world.records.every_operation():
        mine = rows.get(operation.operation_id, [])
        is_refused = mine and all(row.status in REFUSED for row in mine)
        is_page = operation.kind is OperationKind.HOSTED_PAGE
        if is_refused and operation.state.is_open and not is_page:
            yield f"I3 {operation.kind} is {operation.state}, and {mine[0].status}"


def _declined_is_not_taken(world: World) -> Iterator[str]:
    """I2: what a challenge held up, and was declined, takes no money ever after.

    An answer that was on its way for half a day may, and a person hears of it.
    """
    seen = _flagged(world) | _found_on_the_list(world)
    excused = world.very_late & seen
    for operation in world.records.every_operation():
        is_no = not operation.state.is_open and (
            operation.state is not OperationState.SUCCEEDED
        )
        for row in _asked_for(world, operation) if is_no else ():
            if _is_done(row) and row.transaction_id not in excused:
                yield f"I2 {operation.kind} is {operation.state}, and was taken later"


def _asked_for(world: World, operation: Operation) -> list[Transaction]:
    """What the bank has of the operation, and asked a shopper about."""
    asked = world.bank.desk.asked if world.bank.desk else ()
    rows = map(world.bank.rows.__getitem__, asked)
    return [row for row in rows if row.operation_id == operation.operation_id]


def _can_be_answered(world: World) -> Iterator[str]:
    """I9: while a challenge waits, it is handed out; nothing has dropped it."""
    for operation in world.records.every_operation():
        was_seen = operation.operation_id in world.records.challenged
        if was_seen and operation.state.is_open and operation.challenge is None:
            for row in _asked_for(world, operation):
                if world.bank.waits(row.transaction_id):
                    yield f"I9 {operation.kind} waits, and cannot be answered"


def is_left_waiting(world: World, reference: str) -> bool:
    """Whether the bank may take money yet that nobody can keep it from taking."""
    return any(
        row.state.is_open and _may_be_answered(world, row)
        for payment_id in world.ids(reference)
        for row in world.records.every_operation(payment_id)
    )


def _may_be_answered(world: World, operation: Operation) -> bool:
    """Whether it waits for ever with good reason, at a bank that cannot end it.

    An answer is on its way; or the challenge itself was lost, so that nobody knows it.
    """
    if world.bank.desk is None or world.bank.desk.ends_canceled:
        return False
    is_marked = UNCONFIRMED in operation.details
    is_unseen = operation.operation_id not in world.records.challenged
    waits = any(
        world.bank.waits(row.transaction_id) for row in _asked_for(world, operation)
    )
    return waits and (is_marked or is_unseen)


def _gone_is_known(world: World) -> Iterator[str]:
    """I3: a shop that compared with the bank's list knows what was refunded there."""
    if world.findings is None:
        return
    for payment in world.records.every_payment():
        money = [
            row.transaction_id
            for row in world.records.every_operation(payment.payment_id)
            if row.kind in FUNDING and row.state is OperationState.SUCCEEDED
        ]
        held = sum(map(world.bank.held, money))
        if money and not payment.flags and (payment.state in HERE) is not (held > 0):
            yield f"I3 {payment.reference} is {payment.state}, and {held} is held"


def _nothing_given_twice(world: World) -> Iterator[str]:
    """One refund per intent, and never more back than was taken."""
    intents: Counter[str] = Counter()
    back: Counter[str] = Counter()
    returns = [row for row in world.rows() if row.kind in RETURNS and _is_done(row)]
    # A void that comes when it was proved absent meets a capture that moves nothing.
    late = world.bank.came_late
    voids = [row for row in returns if row.kind is TransactionKind.VOID]
    voided = {row.parent_id for row in voids if row.operation_id not in late}
    for row in returns:
        intents[row.operation_id] += bool(row.operation_id)
        back[row.parent_id] += row.amount.minor_units
    for operation_id, times in intents.items():
        if times > 1:
            yield f"I1 refund {operation_id[:4]} made {times} times"
    forms = Counter(
        (row.payment_id, row.intent.intent_id)
        for row in world.records.every_operation()
        if row.kind is OperationKind.REFUND and row.state is OperationState.SUCCEEDED
    )
    for (_, form), times in forms.items():
        if times > 1:
            yield f"I1 form {form} was refunded {times} times"
    for transaction_id, amount in back.items():
        row = world.bank.rows[transaction_id]
        # A capture that came after the payment was closed is refunded by the void.
        is_late = world.bank.captured.get(transaction_id) in world.bank.came_late
        was_captured = row.kind is TransactionKind.CHARGE and not is_late
        if transaction_id in voided and was_captured:
            yield f"I1 {transaction_id} was voided and captured"
        if amount > world.bank.taken(transaction_id):
            yield f"I1 {transaction_id} gave back {amount}"


def _nothing_recorded_twice(world: World) -> Iterator[str]:
    """I1: the shop's rows say of no money that more of it was refunded than came."""
    back: Counter[str] = Counter()
    for row in world.records.every_operation():
        if row.kind in RETURNING and row.state is OperationState.SUCCEEDED:
            back[row.parent_id] += (row.moved or row.amount).minor_units
    for transaction_id, amount in back.items():
        if amount > world.bank.taken(transaction_id):
            yield f"I1 {transaction_id} is recorded as refunded with {amount}"


def _never_back(world: World) -> Iterator[str]:
    """I5: final stays final, and paid never becomes open again."""
    last: dict[str, OperationState | PaymentState] = {}
    for name, state in world.records.steps:
        before = last.get(name)
        if before in FINAL and state != before:
            yield f"I5 an operation went from {before} to {state}"
        if (
            isinstance(before, PaymentState)
            and isinstance(state, PaymentState)
            and RANK[state] < RANK[before]
        ):
            yield f"I5 a payment went from {before} to {state}"
        last[name] = state


def unknown_outcome(world: World) -> Iterator[str]:
    """I6: no outcome is unknown any more, but of pages that were not paid."""
    for payment in world.records.every_payment():
        for row in world.records.every_operation(payment.payment_id):
            is_page = row.kind is OperationKind.HOSTED_PAGE
            is_waiting = row.state is OperationState.WAITING and is_page
            if row.state.is_open and not (is_waiting or _may_be_answered(world, row)):
                yield f"I6 {row.kind} of {payment.reference} is {row.state}"
            if not (row.state.is_open or row.notified):
                yield f"I6 {row.kind} of {payment.reference} was not notified"


def _notified_once(world: World) -> Iterator[str]:
    """Each outcome once, and each paid payment notified as such.

    Where the notifier died or was held up for minutes after the shop had heard it, the
    shop hears it again, under the same event id.
    """
    notified = Counter(event.event_id for event in world.shop.notified)
    for event_id, times in notified.items():
        if times > 1 and not world.luck.upsets:
            yield f"I2 {event_id[-9:]} was notified {times} times"
    heard = {event.event_id: event for event in world.shop.notified}
    fulfilled = Counter(
        event.payment.payment_id
        for event in heard.values()
        if event.operation.kind in CAPTURING
        and event.operation.state is OperationState.SUCCEEDED
        and not event.operation.flag
    )
    for payment in world.records.every_payment():
        if payment.state in HELD and fulfilled[payment.payment_id] != 1:
            times = fulfilled[payment.payment_id]
            yield f"I2 {payment.reference} is {payment.state}, fulfilled {times} times"


def _is_done(row: Transaction) -> bool:
    return row.status is TransactionStatus.SUCCEEDED
