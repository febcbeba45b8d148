"""The shopper of a history whom the bank asks, in one tab of several, and what they do."""

from contextlib import suppress
from typing import cast

from payment_hooks import Challenge, Mode, Money
from tests.faults.history_actors import TROUBLE, USD
from tests.faults.history_challenges import Desk
from tests.faults.history_installation import World
from tests.faults.history_world import pause

PATIENCE = 30
WAYS = (
    *("answer",) * 6,
    "answer twice",
    *("wrong",) * 2,
    *("turn back",) * 3,
    "alone",
    "leave",
    "close",
    "total",
    "old answer",
)
Kept = list[tuple[str, dict[str, str]]]


def answer_the_bank(world: World, reference: str) -> None:
    """One tab: answers well, wrongly, twice or late, turns back, or leaves for ever."""
    desk = cast("Desk", world.bank.desk)
    kept: Kept = []
    for _ in range(desk.dice.randrange(1, 7)):
        _wait_for_a_challenge(world, reference)
        for payment_id in world.ids(reference)[-1:]:
            with suppress(*TROUBLE):
                _see(world, desk, payment_id, kept)


def _wait_for_a_challenge(world: World, reference: str) -> None:
    for _ in range(PATIENCE):
        pause()
        for payment_id in world.ids(reference)[-1:]:
            rows = world.records.every_operation(payment_id)
            if any(row.challenge is not None for row in rows):
                return


def _see(world: World, desk: Desk, payment_id: str, kept: Kept) -> None:
    challenge = world.payments.next_action(payment_id)
    if isinstance(challenge, Challenge):
        kept.append((payment_id, dict(challenge.data)))
        if desk.dice.random() < 0.3:
            world.letters.append((challenge.transaction_id, "-"))
        way = desk.dice.choice(WAYS)
    else:
        way = desk.dice.choice(["reload", "reload", "old answer", "leave"])
    _go(world, desk, payment_id, kept, way)


def _go(world: World, desk: Desk, payment_id: str, kept: Kept, way: str) -> None:
    match way:
        case "answer" | "answer twice":
            for _ in range(1 + (way == "answer twice")):
                _send(world, *kept[-1])
        case "wrong":
            _send(world, payment_id, {"code": "wrong"})
        case "turn back":
            world.expect_notified(
                lambda: world.payments.confirm(payment_id, canceled=True)
            )
        case "alone":
            world.bank.answer_alone(kept[-1][1]["code"].partition("-")[0])
        case "reload":
            world.payments.resolve(payment_id)
        case "close":
            world.payments.close(payment_id)
        case "total":
            reference = world.payments.get(payment_id).reference
            world.shop.due[reference] = Money(desk.dice.choice([2599, 3100]), USD)
            world.payments.open(reference, mode=Mode.IFRAME)
        case "old answer" if kept:
            _send(world, *desk.dice.choice(kept))


def _send(world: World, payment_id: str, answer: dict[str, str]) -> None:
    world.expect_notified(lambda: world.payments.confirm(payment_id, answer))
