"""One seed, one history: the same one each time."""

import hashlib
import logging
import sys
from datetime import timedelta
from functools import cache, partial
from random import Random

from payment_hooks import (
    Mode,
    Money,
    PaymentError,
    Payments,
    PaymentSource,
    PluginRegistry,
    Policy,
    ProviderHooks,
)
from payment_hooks.recovery.reconciliation import Reconciliation
from payment_hooks.recovery.recovery import Recovery
from tests.faults import history_actors as acts
from tests.faults import history_staff as staff
from tests.faults.crashes import Crash
from tests.faults.history_answers import answer_the_bank
from tests.faults.history_bank import Bank
from tests.faults.history_challenges import open_desk
from tests.faults.history_installation import Act, World
from tests.faults.history_lists import Marks
from tests.faults.history_oracle import (
    is_left_waiting,
    last_word,
    pending_is_open,
    unknown_outcome,
    violations,
)
from tests.faults.history_world import NOON, Actor, Clock, Luck, Records, Shop

CARD_ACTS: tuple[Act, ...] = (
    acts.shop_with_a_card,
    staff.manage,
    acts.recover,
    acts.look,
)
PAGE_ACTS: tuple[Act, ...] = (
    acts.shop_on_a_page,
    acts.deliver,
    acts.deliver,
    acts.attack,
    staff.manage,
    acts.recover,
    acts.look,
)
AT_THE_BANK: tuple[Act, ...] = (staff.work_at_the_bank, staff.compare)
"""Now and then only: whoever compares with the bank's list mends what others broke."""
SHOPPERS = (acts.shop_with_a_card, acts.shop_on_a_page, answer_the_bank)
REFERENCES = {"100": Mode.IFRAME, "200": Mode.HOSTED, "300": Mode.HOSTED}
BY_CARD = "100"
CRASH = 0.006
LONG_PAUSE = 0.03
NEIGHBOUR = 0.15


@cache
def _counter(number: int) -> tuple[ProviderHooks, Shop]:
    """The way from an installation to the bank, built once: it costs a history.

    The bank and the shops behind it begin anew with each world, so that only the last
    world that was built is of use.
    """
    shop = Shop(Luck(Random()), {})
    registry = PluginRegistry()
    registry.register(_bank(), "bank")
    registry.register(shop, "shop")
    return ProviderHooks(registry, "bank"), shop


@cache
def _bank() -> Bank:
    return Bank(Luck(Random()), Clock())


def _begin_anew(plugin: object, fresh: object) -> None:
    vars(plugin).clear()
    vars(plugin).update(vars(fresh))


def build_world(seed: int) -> World:
    """A world in which nothing has happened yet; the one before it is over."""
    luck, clock = Luck(Random(seed)), Clock()
    marks = luck.dice.choice(list(Marks))
    _begin_anew(_bank(), Bank(luck, clock, marks=marks, desk=open_desk(seed, luck)))
    return _install(luck, clock, 0)


def _install(luck: Luck, clock: Clock, number: int) -> World:
    """A shop with a ledger of its own that sells at this bank."""
    gateway, shop = _counter(number)
    due = {name: Money(2599, "USD") for name in REFERENCES}
    _begin_anew(shop, Shop(luck, due))
    records = Records(luck)
    payments = Payments(gateway, records, policy=Policy(wait_seconds=0), now=clock)
    world = World(luck, clock, _bank(), shop, records, payments)
    records.on_end = partial(last_word, world)
    return world


def run(seed: int) -> World:
    """The world after a history, its faults, and its passes of recovery."""
    world = build_world(seed)
    world.misfit = world.luck.dice.choice([world.misfit, world.misfit, 0.6])
    actors = _people(world)
    if world.chance(NEIGHBOUR):
        other = _install(world.luck, world.clock, 1)
        world.neighbour, other.neighbour = other, world
        # One address per merchant: what the bank writes to one shop, both receive.
        other.letters = world.letters
        if world.chance(0.5):
            _live(world, _people(other))
            world.clock.advance(days=2)
        else:
            actors += _people(other)
    _live(world, actors)
    come_to_rest(world)
    return world


def _people(world: World) -> list[Actor]:
    dice = world.luck.dice
    references = dice.sample(sorted(REFERENCES), dice.choice([1, 1, 2]))
    if world.bank.desk is not None and BY_CARD not in references:
        references.append(BY_CARD)
    return [actor for reference in references for actor in _cast(world, reference)]


def _live(world: World, actors: list[Actor]) -> None:
    """They act, one at a time, until all have ended or vanished."""
    while actors:
        actor = world.luck.dice.choice(actors)
        _wake(world, actor)
        if actor.gone or not actor:
            actors.remove(actor)


def find_violation(seed: int) -> str:
    """The first broken promise of a history; empty when all were kept."""
    return next(iter(violations(run(seed))), "")


def digest(world: World) -> str:
    """The same for the same history: what happened, without ids made by chance."""
    names: dict[str, int] = {}
    steps = [
        (names.setdefault(name, len(names)), str(state))
        for name, state in world.records.steps
    ]
    rows = [
        (row.kind.value, row.status.value, row.amount.minor_units, row.reference)
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
    chosen += [act for act in AT_THE_BANK if world.chance(0.35)]
    if world.bank.desk is not None and not is_hosted:
        chosen += [answer_the_bank] * world.bank.desk.dice.choice([1, 2, 2, 3])
        chosen += [acts.deliver] * world.bank.desk.dice.choice([0, 1])
    return [_actor(world, reference, act) for act in (first, *chosen)]


def _actor(world: World, reference: str, act: Act) -> Actor:
    def live() -> None:
        try:
            act(world, reference)
        except Crash:
            return
        except Exception as error:  # noqa: BLE001 - callers catch `PaymentError` alone
            world.broken.append(f"I11 {type(error).__name__} leaves {act.__name__}")

    actor = Actor(live)
    actor.pays = act in SHOPPERS
    return actor


def _wake(world: World, actor: Actor) -> None:
    dice = world.luck.dice
    pace = world.bank.desk.pace if world.bank.desk else 1
    world.clock.advance(seconds=dice.random() * 2 * pace)
    if dice.random() < LONG_PAUSE * pace:
        world.luck.upsets += 1
        world.clock.advance(minutes=dice.choice([1, 2, 16]))
    if dice.random() < LONG_PAUSE:
        world.bank.arrive()
    if dice.random() < LONG_PAUSE:
        world.bank.progress()
    if actor and dice.random() < CRASH:
        world.luck.upsets += 1
        actor.gone = True
    actor.switch()


def come_to_rest(world: World) -> None:
    """Faults stop; recovery passes twice; then the courier comes, or the bank's list."""
    luck, bank = world.luck, world.bank
    installations = [each for each in (world, world.neighbour) if each is not None]
    luck.calm, bank.no_one_pays = True, True
    is_list_compared = world.chance(0.5)
    # What is on its way still after half a day can only be found on the bank's list.
    is_very_late = is_list_compared and world.chance(0.2)
    if not is_very_late:
        bank.arrive()
    _let_recovery_pass(world, installations)
    known = {row for row in bank.rows if not bank.waits(row)}
    for each in installations:
        each.unresolved = list(unknown_outcome(each))
    if is_list_compared:
        bank.arrive()
    for each in installations:
        each.very_late = set(bank.rows) - known
        if not is_list_compared:
            acts.deliver_all(each)
        else:
            _compare_all(each)
    bank.no_one_pays = False
    for each in installations:
        _shop_again(each)


def _let_recovery_pass(world: World, installations: list[World]) -> None:
    """Soon, and after half a day; once more if the bank was slow, or its lists cut."""
    bank = world.bank
    is_slow, is_cut = world.chance(0.3), world.chance(0.3)
    waits = [timedelta(minutes=90), timedelta(hours=13)]
    waits += [timedelta(hours=2)] if is_slow or is_cut else []
    if not is_slow:
        bank.progress()
    for number, wait in enumerate(waits):
        bank.are_lists_cut = is_cut and number < 2
        if number == 2:
            bank.progress()
        world.clock.advance(seconds=wait.total_seconds())
        for each in installations:
            Recovery(each.payments).run()
            each.broken += pending_is_open(each)


def _compare_all(world: World) -> None:
    since, until = NOON - timedelta(days=1), world.clock() + timedelta(hours=1)
    report = Reconciliation(world.payments).run(since, until, repair=True)
    world.findings = report.findings


def _shop_again(world: World) -> None:
    """Where the bank holds nothing, and the shop knows it, the shopper can pay."""
    for reference, mode in REFERENCES.items():
        payment_ids = world.ids(reference)
        is_blocked = any(map(world.misfits, payment_ids[-1:]))
        is_free = not (
            world.is_held(reference)
            or world.believes_in_money(reference)
            or is_left_waiting(world, reference)
        )
        if not payment_ids or not (is_blocked or is_free):
            continue
        try:
            if mode is Mode.HOSTED:
                acts.open_page(world, reference)
            else:
                payment = world.payments.open(reference, mode=mode, again=True)
                source = PaymentSource(token=f"tok-again-{reference}")
                world.payments.charge(payment.payment_id, source)
        except PaymentError as error:
            if is_free:
                world.broken.append(f"I9 {reference} cannot be paid again: {error}")


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
