"""The simulator's books: what exists at this simulated Clover, by id."""

from dataclasses import dataclass, field

from clover_simulator.records import (
    Charge,
    ChargeState,
    CheckoutSession,
    CounterPayment,
    Customer,
    Order,
    Refund,
    Token,
)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """All records, each kind in the order it was made."""

    tokens: dict[str, Token] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    """Declined attempts are among them; see `ChargeState`."""
    counter_payments: dict[str, CounterPayment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    sessions: dict[str, CheckoutSession] = field(default_factory=dict)

    def charges_of(self, merchant_id: str) -> list[Charge]:
        """The merchant's charges which Clover's API would list, newest first."""
        return [
            charge
            for charge in reversed(self.charges.values())
            if charge.merchant_id == merchant_id
            and charge.state is not ChargeState.DECLINED
        ]

    def refunds_of(self, merchant_id: str) -> list[Refund]:
        """The merchant's refunds, newest first."""
        return [
            r for r in reversed(self.refunds.values()) if r.merchant_id == merchant_id
        ]
