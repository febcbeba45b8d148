"""The simulator in a thread of this process, and everything that steers it."""

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from clover_simulator import shopper
from clover_simulator.control import commands, dashboard
from clover_simulator.http.server import BackgroundServer, SimulatorServer
from clover_simulator.state.clock import Clock
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import (
    Charge,
    ChargeState,
    CheckoutSession,
    CounterPayment,
    Customer,
    Order,
    Refund,
    Token,
)
from clover_simulator.state.state import DEFAULT_SEED, State
from clover_simulator.state.switches import Switches, Value
from clover_simulator.state.webhook_sender import Delivery
from clover_simulator.traffic.client import Page
from clover_simulator.traffic.faults import Fault
from clover_simulator.traffic.requests import SeenRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSnapshot:
    """The simulator's records at one moment, each list in the order it grew."""

    charges: list[Charge]
    """Charges and authorisations; what was declined is in `declined`."""
    declined: list[Charge]
    counter_payments: list[CounterPayment]
    """What was sold at the counter; only the platform knows it."""
    refunds: list[Refund]
    tokens: list[Token]
    customers: list[Customer]
    orders: list[Order]
    sessions: list[CheckoutSession]


class Simulator:
    """A simulated Clover in a thread of its own, on a free port.

    >>> with Simulator(seed="example") as simulator:
    ...     simulator.token().startswith("clv_1TSTS")
    True
    """

    def __init__(
        self, *, seed: str = DEFAULT_SEED, port: int = 0, **switches: Value
    ) -> None:
        self._state = State(seed=seed, switches=Switches().changed(switches))
        self._server = SimulatorServer(self._state, port=port)
        self._background = BackgroundServer(self._server)

    def start(self) -> Self:
        """Start, and return when it answers; for where a `with` block does not fit."""
        self._background.start()
        return self

    def stop(self) -> None:
        """End the server."""
        self._background.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL of every Clover host."""
        return self._server.url

    @property
    def merchant(self) -> Merchant:
        """The merchant in US dollars."""
        return self._state.merchants.first()

    @property
    def merchants(self) -> list[Merchant]:
        """Both merchants: US and Canadian dollars."""
        return list(self._state.merchants)

    @property
    def clock(self) -> Clock:
        """The simulated clock: `clock.advance(minutes=16)`, `clock.freeze()`, …."""
        return self._state.clock

    @property
    def switches(self) -> Switches:
        """The switches in force."""
        return self._state.switches

    @property
    def ledger(self) -> LedgerSnapshot:
        """The records as they are now: copies, which do not change any more."""
        return self._server.call(self._snapshot)

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests that came in, redacted."""
        return self._server.call(
            lambda: copy.deepcopy(list(self._state.traffic.requests))
        )

    def count(self, method: str, path: str) -> int:
        """How many such requests came in; ids in a path are written `{id}`."""
        return self._server.call(lambda: self._state.traffic.counts[f"{method} {path}"])

    def reset(self) -> None:
        """Forget everything; the same seed then gives the same ids again."""
        self._server.call(self._state.reset)

    def switch(self, **changes: Value) -> None:
        """Change switches; `clover_simulator.state.switches` lists them."""

        def change() -> None:
            self._state.switches = self._state.switches.changed(changes)

        self._server.call(change)

    def fail(self, method: str, path: str, action: str, **options: Any) -> Fault:
        """Add a fault; the rule returned counts what it saw and hit."""
        fault = Fault.from_json(
            {"method": method, "path": path, "action": action, **options}
        )
        self._server.call(lambda: self._state.faults.rules.append(fault))
        return fault

    def decline_next(self, count: int = 1) -> None:
        """Let the bank decline the next `count` cards, whichever they are."""
        given = {"count": count}
        self._server.call(lambda: commands.decline_next(self._state, given))

    @contextmanager
    def refusing_connections(self) -> Iterator[None]:
        """Within the block every connection is refused, as if Clover were down."""
        self._server.call(self._server.hang_up)
        try:
            yield
        finally:
            self._server.call_async(self._server.pick_up)

    @property
    def deliveries(self) -> list[Delivery]:
        """The webhooks so far, each with what the shop answered."""
        return self._server.call(lambda: copy.deepcopy(self._state.webhooks.deliveries))

    def send_webhooks_to(self, url: str, merchant: Merchant | None = None) -> None:
        """Set the webhook URL of `merchant`, or of every merchant."""
        for found in self.merchants if merchant is None else [merchant]:
            found.webhook_url = url

    def redeliver(self, number: int) -> Delivery:
        """Send the webhook with this number once more."""
        return self._server.call(lambda: self._state.webhooks.redeliver(number))

    def next_webhooks(self, count: int, **switches: Value) -> None:
        """Let switches of webhooks hold for the next `count` payments only."""
        self._server.call(lambda: self._state.webhooks.change_next(count, switches))

    def release_webhooks(self) -> None:
        """Send the webhooks which `webhook_reorder` holds back."""
        self._server.call(lambda: self._state.webhooks.release())

    def token(self, number: str = shopper.APPROVED_CARD, **fields: str) -> str:
        """A card token of `merchant`, made as the iframe makes it."""
        return shopper.tokenize(self.url, self.merchant.public_key, number, **fields)

    def pay_hosted(
        self, session_url: str, card: str = shopper.APPROVED_CARD, **fields: str
    ) -> Page:
        """What the shopper does on the hosted page; `location` is where it leads."""
        return shopper.pay_hosted(session_url, card, **fields)

    def cancel_hosted(self, session_url: str) -> Page:
        """The shopper presses the hosted page's cancel button."""
        return shopper.cancel_hosted(session_url)

    def authenticate(self, step: Mapping[str, str], *, confirm: bool = True) -> str:
        """What the browser does for a step of 3-D Secure; the status it brings back."""
        return shopper.authenticate(step, confirm=confirm)

    def refund_in_dashboard(self, charge_id: str, cents: int) -> None:
        """What the merchant refunds in Clover's dashboard, past the shop."""
        given = {"charge": charge_id, "amount": cents}
        self._server.call(lambda: dashboard.refund_in_dashboard(self._state, given))

    def void_in_dashboard(self, charge_id: str) -> None:
        """What the merchant voids in Clover's dashboard, captured or not."""
        given = {"charge": charge_id}
        self._server.call(lambda: dashboard.void_in_dashboard(self._state, given))

    def add_counter_payment(
        self,
        result: str = "SUCCESS",
        cents: int = 0,
        *,
        tip_cents: int = 0,
        card: bool = True,
        merchant: Merchant | None = None,
    ) -> str:
        """A payment at the merchant's counter, which the platform lists; its id."""
        given = {
            "result": result,
            "amount": cents,
            "tip_amount": tip_cents,
            "card": card,
            "merchant": (merchant or self.merchant).id,
        }
        made = self._server.call(
            lambda: dashboard.add_counter_payment(self._state, given)
        )
        return str(made["id"])

    def set_charge_status(self, charge_id: str, status: str) -> None:
        """Let a charge be `pending`, `failed` or `succeeded` from now on."""
        given = {"charge": charge_id, "status": status}
        self._server.call(lambda: dashboard.set_status(self._state, given))

    def set_refund_status(self, refund_id: str, status: str) -> None:
        """Let a refund be `pending`, `failed`, `canceled` or `succeeded` from now on."""
        given = {"refund": refund_id, "status": status}
        self._server.call(lambda: dashboard.set_refund_status(self._state, given))

    def void_refund(self, refund_id: str) -> None:
        """Void a refund: it returned nothing, and its row says `voided`."""
        given = {"refund": refund_id}
        self._server.call(lambda: dashboard.void_refund(self._state, given))

    def wait_until(
        self, condition: Callable[[], object], seconds: float = 30.0
    ) -> None:
        """Wait for something that happens in the background."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"did not happen within {seconds} s")
            time.sleep(0.005)

    def _snapshot(self) -> LedgerSnapshot:
        ledger = copy.deepcopy(self._state.ledger)
        charges = list(ledger.charges.values())
        return LedgerSnapshot(
            charges=[c for c in charges if c.state is not ChargeState.DECLINED],
            declined=[c for c in charges if c.state is ChargeState.DECLINED],
            counter_payments=list(ledger.counter_payments.values()),
            refunds=list(ledger.refunds.values()),
            tokens=list(ledger.tokens.values()),
            customers=list(ledger.customers.values()),
            orders=list(ledger.orders.values()),
            sessions=list(ledger.sessions.values()),
        )
