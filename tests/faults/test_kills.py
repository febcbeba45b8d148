"""Workers are killed at every point of `Payments` and at random moments; nothing is lost.

After the kills comes one pass of recovery. Then the simulator's records are compared with
the shop's rows: no order is charged twice, and the shop knows, once, of all that moved.
"""

import random
from itertools import cycle, islice

import pytest

from tests.faults.kills_fixtures import nursery, postgres  # noqa: F401 - fixtures
from tests.faults.kills_trace import LOOKS, POINTS
from tests.faults.kills_world import AGAIN, KILLED, LEASE_OVER, Tally, World, job
from tests.faults.matrix import FOLLOWS, KINDS
from tests.faults.report import is_long

SEED = 20261123
TIMES = 10 if is_long() else 2
RANDOM_KILLS = 200 if is_long() else 30
LATEST_KILL_MS = 80
NOTHING = ("",)
AFTER_A_PAGE = 1000
"""Seconds after which a hosted page that was not paid is looked at."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tally(nursery, report):  # noqa: F811
    found = Tally()
    yield found
    report.line("kills", f"{nursery.database}: {found}")


@pytest.fixture
def world(nursery, tally, clover_simulator):  # noqa: F811
    return World(nursery, clover_simulator, tally)


def kill_at(world, kind, *points, times=TIMES, again=AGAIN):
    """Workers die there again and again, and shoppers do this and that."""
    shoppers = islice(cycle(again), KINDS.index(kind), None)
    for point in points * times:
        kill = {"point": point, "kind": kind}
        assert world.die(world.order(kind), kill, next(shoppers))["status"] == KILLED
    return world


def kill_recovery_at(world, *points):
    """Each pass begins when the one before is forgotten, and dies at the next point."""
    for number, point in enumerate(points, start=1):
        dead = world.recover(LEASE_OVER * number, {"point": point})
        assert dead["status"] == KILLED


@pytest.mark.matrix(row=1, kinds=KINDS)
def test_killed_before_the_intent_is_recorded(world, kind):
    kill_at(world, kind, "before_intent").come_right()


@pytest.mark.matrix(row=2, kinds=KINDS)
def test_killed_after_the_intent_and_before_the_request_leaves(world, kind):
    kill_at(world, kind, "after_intent", "before_request").come_right()


@pytest.mark.matrix(row=20, kinds=KINDS)
def test_killed_after_the_answer_and_before_it_is_recorded(world, kind):
    kill_at(world, kind, "after_answer").come_right()


@pytest.mark.matrix(row=21, kinds=KINDS)
def test_killed_after_the_record_and_while_the_shop_is_notified(world, kind):
    points = POINTS[POINTS.index("after_result") :]

    kill_at(world, kind, *points, times=TIMES // 2).come_right()


@pytest.mark.matrix(row=39, kinds=KINDS)
def test_recovery_killed_at_every_point_with_the_same_unknown_outcome(world, kind):
    kill_at(world, kind, "after_answer", times=1, again=NOTHING)
    points = [*LOOKS, *POINTS[POINTS.index("after_result") :]]

    kill_recovery_at(world, *points)

    assert world.come_right(LEASE_OVER * (len(points) + 1)).moved == 1


@pytest.mark.matrix(row=39, kinds=FOLLOWS)
@pytest.mark.parametrize("point", ["before_request", "after_answer"])
def test_recovery_killed_while_it_sends_what_never_left(world, kind, point):
    kill_at(world, kind, "after_intent", times=1, again=NOTHING)

    kill_recovery_at(world, point)

    world.come_right(2 * LEASE_OVER)


@pytest.mark.matrix(row=39, kinds=KINDS)
def test_two_recoveries_at_once_one_killed_beside_live_submits(world, kind):
    kill_at(world, kind, "after_intent", "before_request", "after_answer", times=1)
    unknown, live = list(world.orders), [world.order(kind) for _ in range(3)]

    world.run_together(
        world.recovery(),
        world.recovery({"point": "after_look"}),
        *(world.submit(order, later=LEASE_OVER) for order in [*unknown, *live]),
    )

    moved = world.come_right(2 * LEASE_OVER).moved
    assert moved >= len(live)


@pytest.mark.parametrize(
    "point", ["after_event", *LOOKS, "after_result", "before_shop", "after_shop"]
)
def test_killed_while_a_paid_page_is_taken_in(world, point):
    ((body, signature),) = world.pay_pages([world.order("hosted")])
    notified = job("take_message", {"point": point}, body=body, signature=signature)

    dead = world.run(notified)

    assert dead["status"] == KILLED
    assert world.come_right(AFTER_A_PAGE).moved == 1


def test_killed_at_random_moments(world):
    chance = random.Random(SEED)
    enough = world.tally.kills + RANDOM_KILLS
    # On a quick machine many are done before they would be killed.
    most = len(world.orders) + 4 * RANDOM_KILLS

    while world.tally.kills < enough and len(world.orders) < most:
        kill = {"after_ms": chance.uniform(0, LATEST_KILL_MS)}
        world.die(world.order(chance.choice(KINDS)), kill, chance.choice(AGAIN))

    assert world.tally.kills == enough
    world.come_right()


def test_the_oracle_finds_a_key_that_is_made_anew_at_each_start(world):
    for _ in range(5):
        kill = {"point": "after_answer"}
        world.die(world.order("charge"), kill, "later, new card", naive=True)

    world.recover()

    assert len(world.verdict().doubled) == 5


def test_the_oracle_finds_what_the_shop_does_not_know(world):
    world.visit(world.order("charge"), kill={"point": "after_answer"})
    world.visit(world.order("charge"), kill={"point": "before_shop"})

    assert len({text.split(":")[0] for text in world.verdict().lost}) == 2


def test_killed_workers_leave_no_token_and_no_key_behind(world):
    secrets = [world.simulator.token(), world.simulator.merchant.private_key]
    for point in POINTS:
        world.visit(world.order("charge"), kill={"point": point}, token=secrets[0])

    left = world.nursery.log.read_text() + str(world.nursery.ask("everything"))
    assert [secret for secret in secrets if secret in left] == []
    assert world.orders[-1].reference in left
