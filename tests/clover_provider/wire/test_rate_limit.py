"""Clover's rate limits: bursts queue in order, and nobody waits beyond the deadline."""

import socket
import subprocess
import threading
import time
from collections import deque

import pytest

from clover_provider.wire import rate_limit, redis_rate_limit
from clover_provider.wire.deadlines import Exchange
from clover_provider.wire.message import Answer, Call
from clover_provider.wire.rate_limit import (
    WINDOW_SECONDS,
    LocalLimiter,
    TooLate,
    limiter_for,
)
from clover_provider.wire.redis_rate_limit import SharedLimiter
from clover_provider.wire.transport import Transport
from payment_hooks import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    ProviderUnavailable,
)
from payment_hooks.spec.time_limit import time_limit
from tests.patience import ends_in_time

BURST, THREADS = 200, 64
LIMITS = {"REQUESTS_PER_SECOND": 16, "REQUESTS_AT_ONCE": 5}


def soon(seconds=60.0):
    """Late enough for whatever happens at all, on any machine."""
    return time.monotonic() + seconds


class Turns(threading.Condition):
    """Notes for how many seconds anybody waits, and lets them pass at once."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.waits = clock, []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        self.clock.now += timeout
        return True


class Clock:
    """Replaces the module `time`; its time passes only when a caller waits."""

    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def turns(monkeypatch):
    """Makes a limiter's waiting visible, and without length."""
    clock = Clock()
    monkeypatch.setattr(rate_limit, "time", clock)
    return lambda limiter: setattr(limiter, "_turn", Turns(clock)) or limiter._turn


def test_no_one_waits_below_the_limits(turns):
    limiter = LocalLimiter(100, 10)
    turn = turns(limiter)

    for _ in range(50):
        limiter.enter(turn.clock.now + 5)
        limiter.leave()

    assert turn.waits == []


def test_no_one_waits_longer_than_the_rate_demands(turns):
    limiter = LocalLimiter(16, 5)
    turn = turns(limiter)

    for _ in range(BURST):
        limiter.enter(turn.clock.now + 30)
        limiter.leave()

    assert len(turn.waits) == (BURST - 1) // 16
    assert sum(turn.waits) == pytest.approx((BURST - 1) // 16 * WINDOW_SECONDS)


def test_zero_is_no_limit():
    limiter = LocalLimiter(0, 0)

    for _ in range(500):
        limiter.enter(soon())


def test_no_more_begin_in_a_second_than_may():
    limiter, starts = LocalLimiter(5, 0), []

    for _ in range(11):
        limiter.enter(soon())
        starts.append(time.monotonic())

    assert all(
        later - earlier >= 1 for earlier, later in zip(starts, starts[5:], strict=False)
    )


def test_no_more_are_under_way_than_may():
    limiter = LocalLimiter(0, 2)
    for _ in range(2):
        limiter.enter(soon())

    with pytest.raises(TooLate):
        limiter.enter(soon(0.05))
    limiter.leave()
    limiter.enter(soon())


def test_the_first_to_come_is_the_first_served():
    limiter, served, come = LocalLimiter(0, 1), [], []
    limiter.enter(soon())

    def wait(number):
        limiter.enter(soon())
        served.append(number)
        limiter.leave()

    threads = [threading.Thread(target=wait, args=[number]) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(limiter._queue) <= number:
            time.sleep(0.001)
        come.append(number)
    limiter.leave()
    for thread in threads:
        thread.join(60)

    assert served == come


def test_whoever_gives_up_keeps_no_one_waiting():
    limiter = LocalLimiter(0, 1)
    limiter.enter(soon())
    waiter = threading.Thread(target=limiter.enter, args=[soon()])
    with pytest.raises(TooLate):
        limiter.enter(soon(0.02))
    waiter.start()

    limiter.leave()
    waiter.join(60)

    assert not waiter.is_alive()
    assert limiter._queue == deque()


def test_a_pause_stops_everyone():
    limiter, began = LocalLimiter(0, 0), time.monotonic()
    limiter.pause(0.15)

    limiter.enter(soon())

    assert time.monotonic() - began >= 0.15


def test_retries_are_a_tenth_of_the_calls():
    limiter = LocalLimiter(0, 0)
    while limiter.may_retry():
        pass
    for _ in range(100):
        limiter.enter(soon())

    assert sum(limiter.may_retry() for _ in range(100)) in (8, 9)


def test_one_merchant_has_one_limiter(configure):
    same = configure(PRIVATE_KEY="a-renewed-private-key-of-the-tests")
    other = configure(MERCHANT_ID="TESTMERCH0002")

    assert limiter_for(configure()) is limiter_for(same)
    assert limiter_for(other) is not limiter_for(same)


def test_documented_limits_hold_unless_it_is_the_simulator(configure, provide):
    config, local = configure(), provide().config

    assert (config.requests_per_second, config.requests_at_once) == (16, 5)
    assert (local.requests_per_second, local.requests_at_once) == (0, 0)


def charge_all(provider, tokens, ask_for):
    """One charge for each token from many threads: errors, and how long each took."""
    left, errors, took = deque(tokens), [], []

    def work():
        while left:
            token = left.popleft()
            source = PaymentSource(token=token)
            began = time.monotonic()
            try:
                provider.payment_charge(ask_for(source=source, idempotency_key=token))
            except PaymentError as error:
                errors.append(error)
            took.append(time.monotonic() - began)

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    return errors, took


class Begun(deque):
    """Notes when each call began, and how many were under way."""

    def __init__(self, limiter):
        super().__init__()
        self.limiter, self.moments, self.under_way = limiter, [], []

    def append(self, moment):
        self.moments.append(moment)
        self.under_way.append(self.limiter._running)
        super().append(moment)


@pytest.mark.slow
def test_a_burst_queues_and_does_not_fail(provide, clover_simulator, ask_for):
    # How evenly the requests arrive is the machine's affair; they leave within the limits.
    provider = provide(**LIMITS, DEADLINE_SECONDS=110)
    tokens = [clover_simulator.token() for _ in range(BURST)]
    limiter = limiter_for(provider.config)
    limiter._begun = begun = Begun(limiter)
    began = time.monotonic()

    errors, took = charge_all(provider, tokens, ask_for)

    seconds = time.monotonic() - began
    seen = [row for row in clover_simulator.requests if row.path == "/v1/charges"]
    assert errors == []
    assert len(clover_simulator.ledger.charges) == len(seen) == BURST
    windows = zip(begun.moments, begun.moments[16:], strict=False)
    assert min(later - earlier for earlier, later in windows) >= WINDOW_SECONDS
    assert max(begun.under_way) <= 5
    # Whoever comes has at most the other threads before him, and not the whole burst.
    assert max(took) <= 2 * seconds * THREADS / BURST


def test_too_many_calls_are_waited_for_as_long_as_clover_says(
    provide, clover_simulator, ask_for
):
    provider = provide(REQUESTS_AT_ONCE=77)  # a limiter, and a budget, of its own
    source = PaymentSource(token=clover_simulator.token())
    clover_simulator.fail("POST", "/v1/charges", "rate_limit", times=1)

    provider.payment_charge(ask_for(source=source))

    assert len(clover_simulator.ledger.charges) == 1
    assert clover_simulator.count("POST", "/v1/charges") == 2


@pytest.mark.parametrize("said", ["\u00b2", "soon", "-1", "9999"])
def test_an_odd_retry_after_breaks_nothing(provide, said):
    call = Call(method="GET", url="http://127.0.0.1:1", path="/", action="test")
    answer = Answer(call=call, status=429, retry_after=said)

    pause = Transport(provide().config)._pause_before_retry(Exchange(1), answer, 1)

    assert pause is None or pause >= 0


def test_a_redis_address_that_is_none_is_refused(configure):
    with pytest.raises(ConfigurationError, match="must begin with redis://"):
        configure(REDIS_URL="127.0.0.1:6379")


def test_an_interrupted_call_gives_its_turn_back(share):
    def interrupt(ends_at):
        raise KeyboardInterrupt

    limiter = share(at_once=1)
    limiter._enter_shared = interrupt
    with pytest.raises(KeyboardInterrupt):
        limiter.enter(soon())

    limiter.local.enter(soon())


def test_each_call_gives_its_own_lease_back(share):
    limiter, other = share(at_once=2), share(at_once=2)
    limiter.enter(soon())
    thread = threading.Thread(target=lambda: (limiter.enter(soon()), limiter.leave()))
    thread.start()
    thread.join(60)

    other.enter(soon())
    with pytest.raises(TooLate):
        other.enter(soon(0.1))


def test_what_cannot_begin_in_time_was_not_sent(provide, clover_simulator, ask_for):
    source = PaymentSource(token=clover_simulator.token())
    limiter = limiter_for(provide(REQUESTS_AT_ONCE=1).config)
    limiter.enter(soon())

    def charge(seconds):
        provider = provide(REQUESTS_AT_ONCE=1, DEADLINE_SECONDS=seconds)
        with pytest.raises(ProviderUnavailable, match="before its turn"):
            provider.payment_charge(ask_for(source=source))

    ends_in_time(charge)

    assert clover_simulator.count("POST", "/v1/charges") == 0
    limiter.leave()


@pytest.fixture(scope="module")
def redis_server():
    """A Redis on a port of its own, which keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}/0", server
    server.kill()
    server.wait()


@pytest.fixture
def share(redis_server, request, monkeypatch):
    """Builds what another process would have: a limiter of its own, and the same Redis.

    Redis may take longer than a payment would wait for it: it is not away, only slow.
    """
    for name in redis_rate_limit._PATIENCE:
        monkeypatch.setitem(redis_rate_limit._PATIENCE, name, 30)

    def build(per_second=0, at_once=0, deadline=30.0):
        local = LocalLimiter(per_second, at_once)
        return SharedLimiter(redis_server[0], request.node.name, local, deadline)

    return build


def test_processes_share_one_rate(share):
    limiters = [share(per_second=5), share(per_second=5)]
    began = time.monotonic()

    for number in range(11):
        limiters[number % 2].enter(soon())

    assert time.monotonic() - began >= 2


def test_processes_share_what_is_under_way(share):
    first, second = share(at_once=2), share(at_once=2)
    first.enter(soon())
    second.enter(soon())

    with pytest.raises(TooLate):
        first.enter(soon(0.1))
    second.leave()
    first.enter(soon())


def test_a_killed_process_gives_its_turn_back(share):
    killed, alive = share(at_once=1, deadline=-4), share(at_once=1)
    killed.enter(soon())

    alive.enter(soon())


def test_no_payment_waits_for_a_redis_that_is_away(redis_server, share, caplog):
    limiter = share(per_second=5, at_once=2)
    limiter.enter(soon())
    redis_server[1].kill()
    redis_server[1].wait()
    began = time.monotonic()

    limiter.leave()
    for _ in range(3):
        limiter.enter(soon())
        limiter.leave()

    assert time.monotonic() - began < 30  # the patience with a Redis that is only slow
    assert len([row for row in caplog.records if "alone" in row.message]) == 1


def test_a_callers_limit_is_tighter_than_the_deadline(
    provide, clover_simulator, ask_for
):
    provider = provide(DEADLINE_SECONDS=110)
    clover_simulator.fail("POST", "/v1/charges", "delay_after", seconds=60, times=None)

    def charge(seconds):
        source = PaymentSource(token=clover_simulator.token())
        with time_limit(seconds), pytest.raises(OutcomeUnknown):
            provider.payment_charge(
                ask_for(source=source, idempotency_key=source.token)
            )

    ends_in_time(charge)


def test_nothing_is_sent_after_the_callers_limit(provide, clover_simulator, ask_for):
    source = PaymentSource(token=clover_simulator.token())

    with time_limit(0), pytest.raises(ProviderUnavailable):
        provide().payment_charge(ask_for(source=source))

    assert clover_simulator.ledger.charges == []
