"""Row 37 between processes: single-use refresh tokens behind one store for all."""

from collections import Counter
from time import monotonic

import pytest

from clover_provider import CloverConfig
from clover_provider.oauth import (
    REFRESH_PATH,
    TOKEN_PATH,
    authorize_url,
    build_exchange,
    check_return,
    oauth_sender,
    read_tokens,
)
from tests.faults.kills_fixtures import sqlite_database
from tests.faults.kills_world import KILLED, job, nursery_on
from tests.faults.report import is_long
from tests.faults.rig import settings_for
from tests.faults.storms_tokens import FileStore
from tests.faults.test_row_14_refused_token import allow

PROCESSES = 16
EXPIRIES = 500 if is_long() else 30

pytestmark = [pytest.mark.slow, pytest.mark.matrix(row=37)]


@pytest.fixture(scope="module")
def nursery(clover_simulator_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    database = sqlite_database(folder)
    with nursery_on(database, clover_simulator_server, folder / "log") as running:
        yield running


class Shared:
    """A merchant who let the app in, and processes that charge with one token."""

    def __init__(self, nursery, simulator, path):
        self.nursery, self.simulator = nursery, simulator
        self.store = FileStore(path)
        merchant = simulator.merchant
        self.app = settings_for(
            simulator,
            simulator.url,
            PRIVATE_KEY=None,
            HOSTED_PRIVATE_KEY=None,
            MODES=["iframe"],
            APP_ID=merchant.app_id,
            APP_SECRET=merchant.app_secret,
        )
        self.connect()

    def connect(self):
        config = CloverConfig.from_mapping(self.app)
        page = authorize_url(config, redirect_uri="https://a.example/", state="s")
        consent = check_return(allow(page), expected_state="s")
        send = oauth_sender(config)
        self.store.save(read_tokens(send(TOKEN_PATH, build_exchange(config, consent))))

    def charge(self, processes=PROCESSES, rounds=1, *, locks=True, kill=None):
        """How the workers ended that charge at once after each expiry."""
        said = job(
            "charge_past_expiries",
            kill,
            app=self.app,
            path=str(self.store.path),
            card_key=self.simulator.merchant.public_key,
            rounds=rounds,
            locks=locks,
        )
        return self.nursery.run(*[said] * processes)

    @property
    def renewals(self):
        return self.simulator.count("POST", REFRESH_PATH)


@pytest.fixture
def shared(nursery, clover_simulator, tmp_path):
    yield Shared(nursery, clover_simulator, tmp_path / "tokens")
    clover_simulator.clock.reset()


def outcomes_of(results):
    return Counter(code for row in results for code in row["answer"]["outcomes"])


def test_processes_that_share_a_token_renew_it_once_per_expiry(shared, report):
    began = monotonic()

    outcomes = outcomes_of(shared.charge(rounds=EXPIRIES))

    assert outcomes == {"paid": PROCESSES * EXPIRIES}
    assert shared.renewals == EXPIRIES
    assert len(shared.simulator.ledger.charges) == PROCESSES * EXPIRIES
    report.line(
        "renewals",
        f"{PROCESSES} processes, {EXPIRIES} expiries: {shared.renewals} renewals, "
        f"{outcomes['paid']} charges, none refused, {monotonic() - began:.0f} s",
    )


def test_a_store_that_locks_nothing_is_found_out(shared):
    shared.simulator.fail("POST", REFRESH_PATH, "delay_after", seconds=0.3, times=None)

    outcomes = outcomes_of(shared.charge(locks=False))

    assert shared.renewals > 1
    assert outcomes["reconnect"] > 0


def test_an_answer_lost_after_the_rotation_says_reconnect_to_every_process(shared):
    shared.simulator.fail("POST", REFRESH_PATH, "reset_after", times=1)

    lost = outcomes_of(shared.charge())

    assert lost == {"no_usable_answer": 1, "reconnect": PROCESSES - 1}
    assert shared.simulator.ledger.charges == []
    shared.connect()
    assert outcomes_of(shared.charge()) == {"paid": PROCESSES}


def test_a_process_killed_before_it_keeps_the_new_tokens_blocks_no_one(shared):
    (dead,) = shared.charge(1, kill={"point": "after_answer"})

    left = outcomes_of(shared.charge())

    assert dead["status"] == KILLED
    assert left == {"reconnect": PROCESSES}
    assert shared.simulator.ledger.charges == []
