"""The same world under Hypothesis, which shrinks what it finds to a few steps."""

import logging
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from payment_hooks import Mode, Money, PaymentSource
from payment_hooks.recovery.recovery import Recovery
from tests.faults import history_actors as acts
from tests.faults import history_staff as staff
from tests.faults.history_actors import TROUBLE
from tests.faults.history_oracle import violations
from tests.faults.history_runner import build_world, come_to_rest
from tests.faults.mutants import MUTANTS
from tests.faults.report import is_long

CARD, PAGE = "100", "200"
AMOUNTS = st.sampled_from([500, 1300, 2599])
FOUND_BY_STEPS = ("a time-out is a no", "the amount is not compared")


class Shopkeeping(RuleBasedStateMachine):
    """One step after the other; what fails and when is in the seed of the world."""

    def __init__(self):
        super().__init__()
        self.world = None

    @rule(seed=st.integers(0, 2**16))
    def begin(self, seed):
        if self.world is None:
            self.world = build_world(seed)
            self.world.bank.desk = None  # nobody is here to answer it

    def do(self, act):
        if self.world is not None:
            with suppress(*TROUBLE):
                act(self.world, self.world.payments)

    @rule(
        token=st.sampled_from(["tok-1", "tok-2", "decline-1"]), only_hold=st.booleans()
    )
    def submit(self, token, only_hold):
        def act(world, payments):
            payment = payments.open(CARD, mode=Mode.IFRAME)
            take = payments.authorize if only_hold else payments.charge
            take(payment.payment_id, PaymentSource(token=token))

        self.do(act)

    @rule(cents=AMOUNTS, form=st.sampled_from("ab"))
    def refund(self, cents, form):
        amount = Money(cents, "USD")
        self.on_latest(CARD, lambda rig, name: rig.refund(name, amount, intent_id=form))

    @rule()
    def capture(self):
        self.on_latest(CARD, lambda rig, name: rig.capture(name))

    @rule()
    def void(self):
        self.on_latest(CARD, lambda rig, name: rig.void(name))

    @rule(reference=st.sampled_from([CARD, PAGE]))
    def resolve(self, reference):
        self.on_latest(reference, lambda rig, name: rig.resolve(name))

    def on_latest(self, reference, act):
        def on_it(world, payments):
            for payment_id in world.ids(reference)[-1:]:
                act(payments, payment_id)

        self.do(on_it)

    @rule(tip=st.sampled_from([0, 0, 0, 200]))
    def pay_a_page(self, tip):
        def act(world, payments):
            payment = payments.open(PAGE, mode=Mode.HOSTED)
            page = payments.start_checkout(payment.payment_id)
            paid = world.bank.pay_page(page.session_id, tip=tip)
            if paid is not None:
                world.letters.append((paid.transaction_id, page.session_id))

        self.do(act)

    @rule()
    def deliver(self):
        self.do(lambda world, _: acts.deliver(world, PAGE))

    @rule()
    def attack(self):
        self.do(lambda world, _: acts.attack(world, PAGE))

    @rule(reference=st.sampled_from([CARD, PAGE]))
    def undo_at_the_bank(self, reference):
        self.do(lambda world, _: staff.work_at_the_bank(world, reference))

    @rule(reference=st.sampled_from([CARD, PAGE]))
    def compare(self, reference):
        self.do(lambda world, _: staff.compare(world, reference))

    @rule()
    def decide_what_is_pending(self):
        self.do(lambda world, _: world.bank.progress())

    @rule()
    def recover(self):
        self.do(lambda _, payments: Recovery(payments).run())

    @rule(minutes=st.sampled_from([1, 3, 16, 120]))
    def wait(self, minutes):
        if self.world is not None:
            self.world.clock.advance(minutes=minutes)

    @rule(cents=st.sampled_from([2599, 3100]))
    def change_the_cart(self, cents):
        if self.world is not None:
            self.world.shop.due[CARD] = Money(cents, "USD")

    def teardown(self):
        if self.world is not None:
            come_to_rest(self.world)
            assert list(violations(self.world)) == []


@pytest.fixture(autouse=True)
def quiet():
    """Doubts are logged as errors, and every run is full of them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def run_machine(examples, phases=tuple(Phase)):
    run_state_machine_as_test(
        Shopkeeping,
        settings=settings(
            max_examples=examples,
            phases=phases,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_no_order_of_steps_breaks_a_promise(report):
    examples = 5_000 if is_long() else 400

    run_machine(examples)

    report.line("histories", f"{examples} runs of the Hypothesis machine, 0 violations")


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND_BY_STEPS)
def test_the_machine_finds_a_broken_engine(name):
    [mutant] = [mutant for mutant in MUTANTS if mutant.name == name]

    with mutant.in_force(), pytest.raises(AssertionError):
        run_machine(5_000, phases=(Phase.generate,))
