"""Staff in a history: in the shop's own dashboard, in the bank's, and over its list."""

from contextlib import suppress
from datetime import timedelta

from payment_hooks import Money, TransactionKind
from payment_hooks.recovery.reconciliation import Reconciliation
from tests.faults.history_actors import TROUBLE, USD
from tests.faults.history_installation import World
from tests.faults.history_lists import RETURNS
from tests.faults.history_world import NOON, pause

PATIENCE = 60
SAME_DAY = timedelta(minutes=25)
"""How long a captured charge can be voided in the bank's dashboard."""


def manage(world: World, reference: str) -> None:
    """Staff captures, refunds in parts, voids; the same form may be sent twice."""
    dice = world.luck.dice
    for _ in range(PATIENCE):
        if world.holds_money(reference):
            break
        pause()
    for _ in range(dice.randrange(1, 5)):
        pause()
        for payment_id in world.ids(reference)[-1:]:
            with suppress(*TROUBLE):
                _act_on(world, payment_id)


def _act_on(world: World, payment_id: str) -> None:
    dice = world.luck.dice
    form = str(dice.randrange(3))
    part = Money(dice.choice([500, 1300, 2599]), USD)
    action = dice.choice(
        ["capture", "capture part", "refund", "refund", "void", "undo", "unflag"]
    )
    moves = {
        "capture": lambda: world.payments.capture(payment_id),
        "capture part": lambda: world.payments.capture(payment_id, part),
        "refund": lambda: world.payments.refund(payment_id, part, intent_id=form),
        "void": lambda: world.payments.void(payment_id),
        "undo": lambda: world.payments.reverse(payment_id, intent_id=f"undo-{form}"),
    }
    if action in moves:
        world.expect_notified(moves[action])
    else:
        _unflag(world, payment_id)


def _unflag(world: World, payment_id: str) -> None:
    """A clerk who takes each mark away, also where the money is held still."""
    for flag in world.payments.get(payment_id).flags:
        held = {row.transaction_id: row.flag for row in world.misfits(payment_id)}
        world.payments.unflag(payment_id, flag)
        now = [row.transaction_id for row in world.misfits(payment_id)]
        if any(held.get(each) == flag for each in now):
            world.broken.append(f"I10 {flag} is unmarked while its money is held")


def work_at_the_bank(world: World, reference: str) -> None:
    """Staff in the bank's own dashboard: void, refund a part, refund what is left."""
    dice = world.luck.dice
    _wait_for_money(world, reference)
    for _ in range(dice.randrange(1, 3)):
        pause()
        takings = _takings(world, reference)
        held = [row for row in takings if world.bank.held(row)]
        if takings and world.chance(0.05):
            world.bank.void_refund_in_dashboard(dice.choice(takings))
        elif held:
            _undo_at_the_bank(world, dice.choice(held))


def _wait_for_money(world: World, reference: str) -> None:
    for _ in range(PATIENCE):
        if any(map(world.bank.held, _takings(world, reference))):
            return
        pause()


def _takings(world: World, reference: str) -> list[str]:
    rows = world.rows(reference)
    return [row.transaction_id for row in rows if row.kind not in RETURNS]


def _undo_at_the_bank(world: World, transaction_id: str) -> None:
    row = world.bank.rows[transaction_id]
    is_fresh = row.created_at and world.clock() - row.created_at < SAME_DAY
    is_whole = world.bank.held(transaction_id) == world.bank.taken(transaction_id)
    if row.kind is TransactionKind.AUTHORIZATION or (
        is_fresh and is_whole and world.chance(0.4)
    ):
        world.bank.void_in_dashboard(transaction_id)
    else:
        cents = world.luck.dice.choice([100, 500, 1300, 9999])
        world.bank.refund_in_dashboard(transaction_id, cents)


def compare(world: World, reference: str) -> None:
    """A clerk or a nightly job compares with the bank's list, of all or of an hour."""
    _wait_for_money(world, reference)
    for _ in range(world.luck.dice.randrange(1, 3)):
        for _ in range(world.luck.dice.randrange(20)):
            pause()
        now = world.clock()
        since = (
            NOON - timedelta(days=1) if world.chance(0.5) else now - timedelta(hours=1)
        )
        with suppress(*TROUBLE):
            Reconciliation(world.payments).run(
                since, now + timedelta(minutes=5), repair=world.chance(0.8)
            )
