"""Ten thousand histories under faults, crashes and attackers: every promise holds.

A failing seed is replayed with `python -m tests.faults.history_runner SEED SEED+1`.
"""

import logging
import os
import subprocess
import sys
import time
from collections import Counter

import pytest

from payment_hooks import OperationKind, OperationState, TransactionStatus
from tests.faults.history_runner import digest, find_violation, run
from tests.faults.mutants import MUTANTS
from tests.faults.mutants_of_challenges import CHALLENGE_MUTANTS
from tests.faults.report import is_long
from tests.house.project import ROOT

HISTORIES = 100_000 if is_long() else 10_000
REPLAYED = 100
MOST_TRIED = 10_000 if is_long() else 3_000
EVERY_MUTANT = MUTANTS + CHALLENGE_MUTANTS
PATHS = [str(ROOT), str(ROOT / "hooks"), str(ROOT / "contrib")]


@pytest.fixture(autouse=True)
def quiet():
    """Doubts are logged as errors, and histories are full of them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def start(first, last):
    """A process that runs these seeds and prints what broke."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.history_runner", str(first), str(last)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_history_breaks_a_promise(report):
    began = time.monotonic()
    half = HISTORIES // 2
    runs = [start(0, half), start(half, HISTORIES)]

    broken = [line for each in runs for line in each.communicate()[0].splitlines()]

    assert broken == []
    assert [each.returncode for each in runs] == [0, 0]
    report.line(
        "histories",
        f"{HISTORIES:,} histories, 0 violations, {time.monotonic() - began:.0f} s",
    )


def test_a_seed_gives_the_same_history_each_time(report):
    digests = [[digest(run(seed)) for seed in range(REPLAYED)] for _ in range(2)]

    assert digests[0] == digests[1]
    assert len(set(digests[0])) >= REPLAYED * 0.8
    report.line("histories", f"{REPLAYED} of {REPLAYED} replayed to the same digest")


def test_histories_are_full_of_trouble(report):
    """A clean run proves nothing without refunds, unknown outcomes, refusals, flags."""
    seen = Counter()
    for seed in range(500):
        world = run(seed)
        for payment in world.records.every_payment():
            for row in world.payments.operations(payment.payment_id):
                seen[row.kind, row.state] += 1
                seen["flagged"] += bool(row.flag)
        seen["upset"] += bool(world.luck.upsets)
        seen["two installations"] += world.neighbour is not None
        seen["pending"] += world.bank.decided
        seen["misfit"] += world.misfit > 0.5
        seen.update(row.status for row in world.bank.rows.values())
        seen.update(world.bank.desk.ways if world.bank.desk else ())

    wanted = [
        (OperationKind.CHARGE, OperationState.SUCCEEDED),
        (OperationKind.CHARGE, OperationState.DECLINED),
        (OperationKind.CAPTURE, OperationState.SUCCEEDED),
        (OperationKind.REFUND, OperationState.SUCCEEDED),
        (OperationKind.VOID, OperationState.SUCCEEDED),
        (OperationKind.HOSTED_PAGE, OperationState.SUCCEEDED),
        TransactionStatus.FAILED,
        TransactionStatus.CANCELED,
        TransactionStatus.VOIDED,
        "pending",
        "misfit",
        "two installations",
        "flagged",
        "upset",
        "answered",
        "alone",
        "canceled",
        "declined unsent",
        "not declined",
        "second step",
        "expired",
    ]
    assert {name: seen[name] for name in wanted if seen[name] < 5} == {}


@pytest.mark.slow
@pytest.mark.parametrize("mutant", EVERY_MUTANT, ids=lambda mutant: mutant.name)
def test_a_broken_engine_is_found(mutant, report):
    with mutant.in_force():
        seed, problem = _first_violation(mutant.near)

    assert problem, f"{mutant.name} was not found in {MOST_TRIED} histories"
    report.line("mutants", f"{mutant.name}: seed {seed}, {problem}")


def _first_violation(near):
    for seed in range(near, near + MOST_TRIED):
        problem = find_violation(seed)
        if problem:
            return seed, problem
    return None, ""


def test_there_are_over_thirty_mutants_and_each_is_another():
    names = [mutant.name for mutant in EVERY_MUTANT]

    assert len(set(names)) == len(names) >= 48
