"""A shop on the real `Payments`: Payments, CloverProvider, proxy, simulator, and an oracle.

`Rig` is the shop; `Rig.prepare(kind)` gives a `Movement` that is about to be made,
with all that must come before it. What is true is read from the simulator's records and
from the shop's ledger, never from what `Payments` answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from clover_provider import CloverConfig, CloverProvider
from clover_simulator.simulator import LedgerSnapshot, Simulator
from clover_simulator.state.records import Charge, ChargeState
from payment_hooks import (
    ChargeDetails,
    Mode,
    Money,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PluginRegistry,
    Policy,
    ProviderHooks,
    hookimpl,
)
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentChanged,
    PaymentState,
)
from payment_hooks.recovery.recovery import Recovery, RecoveryReport
from tests.faults.proxy import Proxy

DUE = Money(2599, "USD")
STATE_AFTER = {
    OperationKind.AUTHORIZE: PaymentState.AUTHORIZED,
    OperationKind.CAPTURE: PaymentState.PAID,
    OperationKind.CHARGE: PaymentState.PAID,
    OperationKind.REFUND: PaymentState.REFUNDED,
    OperationKind.VOID: PaymentState.VOIDED,
}
_BEFORE = {
    OperationKind.CAPTURE: OperationKind.AUTHORIZE,
    OperationKind.REFUND: OperationKind.CHARGE,
    OperationKind.VOID: OperationKind.AUTHORIZE,
}
_references = count(1)

SHOPPER = "203.0.113.7"
"""The address that Clover wants with a charge, an authorization and a capture."""


class Clock:
    """The shop's clock, a little or much beside the real one."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, **amounts: float) -> None:
        """Move on by `timedelta` amounts, or back."""
        self.offset += timedelta(**amounts)


@dataclass(eq=False)
class Shop:
    """Remembers its notifications; raises what it is given to raise."""

    notified: list[PaymentChanged] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Remember it, or fail."""
        if self.failures:
            raise self.failures.pop()
        self.notified.append(event)


class Records:
    """What the simulator knows of one of the shop's references."""

    def __init__(self, snapshot: LedgerSnapshot, reference: str) -> None:
        self.charges = [
            charge
            for charge in snapshot.charges
            if charge.metadata.get("reference") == reference
        ]
        ids = {charge.id for charge in self.charges}
        self.refunds = [row for row in snapshot.refunds if row.charge_id in ids]

    def count(self, kind: OperationKind) -> int:
        """How often money was moved in that way."""
        by_kind: dict[OperationKind, int] = {
            OperationKind.AUTHORIZE: sum(c.was_authorization for c in self.charges),
            OperationKind.CHARGE: sum(not c.was_authorization for c in self.charges),
            OperationKind.CAPTURE: sum(map(_was_captured, self.charges)),
            OperationKind.REFUND: sum(not r.was_void for r in self.refunds),
            OperationKind.VOID: sum(r.was_void for r in self.refunds),
        }
        return by_kind[kind]


def _was_captured(charge: Charge) -> bool:
    return charge.was_authorization and charge.state is ChargeState.CAPTURED


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of money about to be made, be it once or several times."""

    rig: "Rig"
    kind: OperationKind
    payment_id: str
    source: PaymentSource

    def make(self, *, notify: bool = True) -> Operation:
        """Ask `Payments` for it; asked again, it is the same intent."""
        payments = self.rig.payments
        ask: dict[OperationKind, Callable[[], Operation]] = {
            OperationKind.AUTHORIZE: lambda: payments.authorize(
                self.payment_id,
                self.source,
                details=ChargeDetails(shopper_ip=SHOPPER),
                notify=notify,
            ),
            OperationKind.CHARGE: lambda: payments.charge(
                self.payment_id,
                self.source,
                details=ChargeDetails(shopper_ip=SHOPPER),
                notify=notify,
            ),
            OperationKind.CAPTURE: lambda: payments.capture(
                self.payment_id, notify=notify
            ),
            OperationKind.REFUND: lambda: payments.refund(
                self.payment_id, intent_id="the form", notify=notify
            ),
            OperationKind.VOID: lambda: payments.void(self.payment_id, notify=notify),
        }
        return ask[self.kind]()

    def resolve(self) -> Payment:
        """Look at the provider, and notify the shop."""
        return self.rig.payments.resolve(self.payment_id)

    @property
    def payment(self) -> Payment:
        """The payment as the shop's ledger has it."""
        return self.rig.payments.get(self.payment_id)

    @property
    def rows(self) -> list[Operation]:
        """The operations of this kind in the shop's ledger, oldest first."""
        rows = self.rig.ledger.operations(self.payment_id)
        return [row for row in rows if row.kind is self.kind]

    @property
    def states(self) -> list[OperationState]:
        """The state of these."""
        return [row.state for row in self.rows]

    @property
    def times_moved(self) -> int:
        """How often the simulator moved this money."""
        records = Records(self.rig.simulator.ledger, self.payment.reference)
        return records.count(self.kind)

    @property
    def times_notified(self) -> int:
        """How often the shop was notified that it succeeded."""
        return sum(
            event.payment.payment_id == self.payment_id
            and event.operation.kind is self.kind
            and event.operation.state is OperationState.SUCCEEDED
            for event in self.rig.shop.notified
        )

    def holds(self) -> None:
        """The money moved once, the shop was notified once, and no outcome is unknown."""
        payment = self.payment
        assert self.times_moved == 1
        assert self.states[-1] is OperationState.SUCCEEDED
        assert payment.state is STATE_AFTER[self.kind]
        assert payment.flags == ()
        assert self.times_notified == 1

    def is_unmoved(self) -> None:
        """No money moved, and the shop does not believe that any did."""
        assert self.times_moved == 0
        assert OperationState.SUCCEEDED not in self.states
        assert self.payment.state is not STATE_AFTER[self.kind]

    def comes_right(self) -> None:
        """One recovery pass finds what moved; what did not, moves once when asked again.

        Nothing that moved is called failed, before the pass or after it.
        """
        moved = self.times_moved
        assert moved <= 1
        assert not (moved and self.is_called_off)
        self.rig.recover()
        assert (OperationState.SUCCEEDED in self.states) is bool(moved)
        if not moved:
            self.submit_again()
            self.resolve()
        self.holds()

    @property
    def is_called_off(self) -> bool:
        """Whether the shop believes that nothing moved."""
        return bool(self.states) and not any(
            state.is_open or state is OperationState.SUCCEEDED for state in self.states
        )

    def submit_again(self) -> None:
        """As a shopper or clerk does after an hour without an answer."""
        try:
            self.make()
        except OutcomeUnknown:
            self.rig.let_time_pass(hours=1)
            self.resolve()
            self.make()


@dataclass(eq=False)
class Rig:
    """One shop with everything from its ledger to the simulator."""

    payments: Payments
    provider: CloverProvider
    simulator: Simulator
    proxy: Proxy
    ledger: Ledger
    shop: Shop
    clock: Clock
    prefix: str = "order"
    """What references begin with."""

    def recover(self) -> RecoveryReport:
        """One recovery pass, some minutes later: every lease is over by then."""
        self.let_time_pass(minutes=3)
        return Recovery(self.payments).run()

    def let_time_pass(self, **amounts: float) -> None:
        """For the shop and for Clover."""
        self.clock.advance(**amounts)
        self.simulator.clock.advance(**amounts)

    def prepare(self, kind: OperationKind | str) -> Movement:
        """A movement of that kind, with all that must come before it, notified and done."""
        kind = OperationKind(kind)
        reference = f"{self.prefix}-{next(_references)}"
        payment = self.payments.open(reference, mode=Mode.IFRAME, amount_due=DUE)
        source = PaymentSource(token=self.simulator.token())
        before = _BEFORE.get(kind)
        if before is not None:
            Movement(self, before, payment.payment_id, source).make()
            self.payments.notify(payment.payment_id)
        return Movement(self, kind, payment.payment_id, source)


def settings_for(
    simulator: Simulator, url: str, **changes: object
) -> dict[str, object]:
    """The settings of the simulator's merchant, reached at that address."""
    merchant = simulator.merchant
    return {
        "ENVIRONMENT": "local",
        "BASE_URL": url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "PUBLIC_KEY": merchant.public_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "WEBHOOK_SECRETS": merchant.webhook_secret,
        "MODES": ["iframe", "hosted"],
        "DEADLINE_SECONDS": 5,
        **changes,
    }


def build_rig(
    simulator: Simulator,
    proxy: Proxy,
    ledger: Ledger,
    *,
    policy: Policy | None = None,
    provider: CloverProvider | None = None,
    **settings: object,
) -> Rig:
    """A shop on this ledger whose provider reaches the simulator through the proxy."""
    values = settings_for(simulator, proxy.url, **settings)
    clover = provider or CloverProvider(CloverConfig.from_mapping(values))
    shop, clock = Shop(), Clock()
    registry = PluginRegistry()
    registry.register(clover, "clover")
    registry.register(shop, "shop")
    payments = Payments(
        ProviderHooks(registry, "clover"), ledger, policy=policy or Policy(), now=clock
    )
    return Rig(payments, clover, simulator, proxy, ledger, shop, clock)
