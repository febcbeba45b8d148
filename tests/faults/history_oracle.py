"""What must hold after a history, read from the bank's books and the shop's rows."""

from collections import Counter
from collections.abc import Iterator

from payment_hooks import OperationState, PaymentState, Transaction, TransactionKind
from payment_hooks.ledger import CAPTURING, OperationKind
from tests.faults.history_actors import World

FINAL = {OperationState.SUCCEEDED, OperationState.DECLINED, OperationState.FAILED}
HELD = {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED}
RANK = {
    PaymentState.OPEN: 0,
    PaymentState.CLOSED: 0,
    PaymentState.AUTHORIZED: 1,
    PaymentState.VOIDED: 2,
    PaymentState.PAID: 2,
    PaymentState.PARTLY_REFUNDED: 3,
    PaymentState.REFUNDED: 4,
}


def violations(world: World) -> Iterator[str]:
    """Every broken promise, in words."""
    for reference in world.shop.due:
        yield from _charged_once(world, reference)
        yield from _nothing_lost(world, reference)
    yield from _paid_with_money(world)
    yield from _nothing_given_twice(world)
    yield from _never_back(world)
    yield from world.unsettled
    yield from in_doubt(world)
    yield from _told_once(world)


def _charges(world: World, reference: str) -> list[Transaction]:
    """Captured charges of a reference that nobody gave back, or not wholly."""
    returned: Counter[str] = Counter()
    for row in world.bank.rows.values():
        if row.kind is TransactionKind.REFUND:
            returned[row.parent_id] += row.amount.minor_units
    return [
        row
        for row in world.bank.rows.values()
        if row.kind is TransactionKind.CHARGE
        and row.reference == reference
        and (row.captured or row.amount).minor_units > returned[row.transaction_id]
    ]


def _flagged(world: World) -> set[str]:
    return {
        row.transaction_id
        for payment in world.books.find_payments_all()
        for row in world.payments.ledger.operations(payment.payment_id)
        if row.flag
    }


def _charged_once(world: World, reference: str) -> Iterator[str]:
    """I1: at most one, but for pages that the shopper paid twice, which are flagged."""
    charges = _charges(world, reference)
    flagged = _flagged(world)
    clean = [row for row in charges if row.transaction_id not in flagged]
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
        if charge.transaction_id not in known:
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
            was_taken = money.kind is TransactionKind.CHARGE
            if was_taken and state not in HELD:
                yield f"I2 {money.transaction_id} is captured, and the payment {state}"


def _paid_with_money(world: World) -> Iterator[str]:
    """I4: paid only with money of the right amount, for this reference."""
    for payment in world.books.find_payments_all():
        operations = world.payments.ledger.operations(payment.payment_id)
        for row in operations:
            counts = row.state is OperationState.SUCCEEDED and not row.flag
            if not counts:
                continue
            money = world.bank.rows.get(row.transaction_id)
            if money is None:
                yield f"I4 {row.kind} {payment.reference} without money"
            elif money.reference != payment.reference:
                yield f"I4 {payment.reference} is paid with {money.reference}'s money"
            elif row.kind in (OperationKind.CHARGE, OperationKind.CHECKOUT) and (
                money.amount != payment.amount_due or money.tip
            ):
                yield f"I4 {payment.reference} is paid with {money.amount}"


def _nothing_given_twice(world: World) -> Iterator[str]:
    """One refund per intent, and never more back than was taken."""
    intents: Counter[str] = Counter()
    back: Counter[str] = Counter()
    voided = {
        row.parent_id
        for row in world.bank.rows.values()
        if row.kind is TransactionKind.VOID
    }
    for row in world.bank.rows.values():
        if row.kind in (TransactionKind.REFUND, TransactionKind.VOID):
            intents[row.operation_id] += 1
            back[row.parent_id] += row.amount.minor_units
    for operation_id, times in intents.items():
        if times > 1:
            yield f"I1 refund {operation_id[:4]} made {times} times"
    forms = Counter(
        (payment.payment_id, row.request_id)
        for payment in world.books.find_payments_all()
        for row in world.payments.ledger.operations(payment.payment_id)
        if row.kind is OperationKind.REFUND and row.state is OperationState.SUCCEEDED
    )
    for (_, form), times in forms.items():
        if times > 1:
            yield f"I1 form {form} was refunded {times} times"
    for transaction_id, amount in back.items():
        row = world.bank.rows[transaction_id]
        if transaction_id in voided and row.kind is TransactionKind.CHARGE:
            yield f"I1 {transaction_id} was voided and captured"
        if amount > (row.captured or row.amount).minor_units:
            yield f"I1 {transaction_id} gave back {amount}"


def _never_back(world: World) -> Iterator[str]:
    """I5: final stays final, and paid never becomes open again."""
    last: dict[str, OperationState | PaymentState] = {}
    for name, state in world.books.steps:
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


def in_doubt(world: World) -> Iterator[str]:
    """I6: nothing is in doubt any more, but pages that nobody paid."""
    for payment in world.books.find_payments_all():
        for row in world.payments.ledger.operations(payment.payment_id):
            if row.state.is_open and row.state is not OperationState.WAITING:
                yield f"I6 {row.kind} of {payment.reference} is {row.state}"
            if not (row.state.is_open or row.told):
                yield f"I6 {row.kind} of {payment.reference} was not told"


def _told_once(world: World) -> Iterator[str]:
    """Each outcome once, and each paid payment told as such.

    Where the teller died or was held up for minutes after the shop had heard it, the
    shop hears it again, under the same event id.
    """
    told = Counter(event.event_id for event in world.shop.told)
    for event_id, times in told.items():
        if times > 1 and not world.luck.upsets:
            yield f"I2 {event_id[-9:]} was told {times} times"
    heard = {event.event_id: event for event in world.shop.told}
    fulfilled = Counter(
        event.payment.payment_id
        for event in heard.values()
        if event.operation.kind in CAPTURING
        and event.operation.state is OperationState.SUCCEEDED
        and not event.operation.flag
    )
    for payment in world.books.find_payments_all():
        if payment.state in HELD and fulfilled[payment.payment_id] != 1:
            times = fulfilled[payment.payment_id]
            yield f"I2 {payment.reference} is {payment.state}, fulfilled {times} times"
