"""One seed, one history: the same one each time."""

import hashlib
import logging
import sys
from collections.abc import Callable
from datetime import timedelta
from random import Random

from payment_hooks import Gateway, Mode, Money, Payments, PluginRegistry, Policy
from payment_hooks.reconciling import Reconciliation
from payment_hooks.recovery import Recovery
from tests.faults import history_actors as acts
from tests.faults.crashes import Crash
from tests.faults.history_actors import Act, World
from tests.faults.history_oracle import in_doubt, violations
from tests.faults.history_world import NOON, Actor, Bank, Books, Clock, Luck, Shop

CARD_ACTS: tuple[Act, ...] = (
    acts.shop_with_a_card,
    acts.manage,
    acts.recover,
    acts.look,
)
PAGE_ACTS: tuple[Act, ...] = (
    acts.shop_on_a_page,
    acts.deliver,
    acts.deliver,
    acts.attack,
    acts.manage,
    acts.recover,
    acts.look,
)
REFERENCES = {"100": Mode.IFRAME, "200": Mode.HOSTED, "300": Mode.HOSTED}
CRASH = 0.006
LONG_PAUSE = 0.03


def build_world(seed: int) -> World:
    """A world in which nothing has happened yet."""
    luck, clock = Luck(Random(seed)), Clock()
    bank = Bank(luck, clock)
    shop = Shop(luck, {name: Money(2599, "USD") for name in REFERENCES})
    registry = PluginRegistry()
    registry.register(bank, "bank")
    registry.register(shop, "shop")
    books = Books(luck)
    payments = Payments(
        Gateway(registry, "bank"),
        books,
        policy=Policy(wait_seconds=0),
        now=clock,
    )
    return World(luck, clock, bank, shop, books, payments)


def run(seed: int) -> World:
    """The world after a history, its faults, and two passes of recovery."""
    world = build_world(seed)
    dice = world.luck.dice
    references = dice.sample(sorted(REFERENCES), dice.choice([1, 1, 2]))
    actors = [actor for reference in references for actor in _cast(world, reference)]
    while actors:
        actor = dice.choice(actors)
        _wake(world, actor)
        if actor.gone or not actor:
            actors.remove(actor)
    come_to_rest(world)
    return world


def find_violation(seed: int) -> str:
    """The first broken promise of a history; empty when all were kept."""
    return next(iter(violations(run(seed))), "")


def digest(world: World) -> str:
    """The same for the same history: what happened, without ids made by chance."""
    names: dict[str, int] = {}
    steps = [
        (names.setdefault(name, len(names)), str(state))
        for name, state in world.books.steps
    ]
    rows = [
        (row.kind.value, row.amount.minor_units, row.reference)
        for row in world.bank.rows.values()
    ]
    return hashlib.sha256(repr((steps, rows)).encode()).hexdigest()


def _cast(world: World, reference: str) -> list[Actor]:
    """Some of those who may act on a reference; each is idle until it is woken."""
    dice = world.luck.dice
    is_hosted = REFERENCES[reference] is Mode.HOSTED
    first = acts.shop_on_a_page if is_hosted else acts.shop_with_a_card
    others = PAGE_ACTS if is_hosted else CARD_ACTS
    chosen = dice.sample(others, dice.randrange(2, len(others) + 1))
    return [Actor(_begin(world, reference, act)) for act in (first, *chosen)]


def _begin(world: World, reference: str, act: Act) -> Callable[[], None]:
    def live() -> None:
        try:
            act(world, reference)
        except Crash:
            return

    return live


def _wake(world: World, actor: Actor) -> None:
    dice = world.luck.dice
    world.clock.advance(seconds=dice.random() * 2)
    if dice.random() < LONG_PAUSE:
        world.luck.upsets += 1
        world.clock.advance(minutes=dice.choice([1, 2, 16]))
    if dice.random() < LONG_PAUSE:
        world.bank.arrive()
    if actor and dice.random() < CRASH:
        world.luck.upsets += 1
        actor.gone = True
    actor.switch()


def come_to_rest(world: World) -> None:
    """Faults stop; recovery passes twice; then the courier comes, or the bank's list."""
    world.luck.calm = True
    is_list_compared = world.chance(0.5)
    # What is on its way still after half a day can only be found on the bank's list.
    is_very_late = is_list_compared and world.chance(0.2)
    if not is_very_late:
        world.bank.arrive()
    for wait in (timedelta(minutes=90), timedelta(hours=13)):
        world.clock.advance(seconds=wait.total_seconds())
        Recovery(world.payments).run()
    world.unsettled = list(in_doubt(world))
    if not is_list_compared:
        acts.deliver_all(world)
    else:
        known = set(world.bank.rows)
        world.bank.arrive()
        world.very_late = set(world.bank.rows) - known
        Reconciliation(world.payments).run(
            NOON - timedelta(days=1), world.clock() + timedelta(hours=1), repair=True
        )


def main() -> None:
    """`python -m tests.faults.history_runner FIRST LAST`: print each broken promise."""
    logging.disable(logging.CRITICAL)
    first, last = map(int, sys.argv[1:])
    for seed in range(first, last):
        problem = find_violation(seed)
        if problem:
            print(f"{seed} {problem}", flush=True)


if __name__ == "__main__":
    main()
