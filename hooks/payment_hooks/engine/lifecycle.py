"""Which payment the shopper makes now for one of the shop's references."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from payment_hooks.engine.leases import in_progress
from payment_hooks.engine.resolving import Settler
from payment_hooks.ledger.state import refuse_conflict, refuse_unclear
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.errors import (
    AmountChanged,
    InvalidRequest,
    NothingDue,
    OutcomeUnknown,
)
from payment_hooks.model.kinds import Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    GIVEN_BACK,
    OperationKind,
    Payment,
    PaymentState,
    refuse_long,
)
from payment_hooks.spec.calling import Gateway

Context = Mapping[str, object] | None


class Opener:
    """Continues the latest payment of a reference while it fits, or begins the next."""

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        close: Callable[[str], Payment],
        now: Callable[[], datetime],
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.close = close
        self.now = now

    def open(
        self,
        reference: str,
        mode: Mode,
        amount_due: Money | None,
        context: Context,
        *,
        again: bool,
    ) -> Payment:
        """See `Payments.open`."""
        refuse_long("reference", reference)
        due = amount_due or self._ask_amount(reference)
        known = self.ledger.find_payments(reference=reference)
        mine = [payment for payment in known if self._is_mine(payment)]
        latest = max(mine, key=lambda payment: payment.sequence, default=None)
        if latest is None:
            return self._begin(reference, 1, mode, due, context)
        if again and latest.state in GIVEN_BACK:
            return self._begin(reference, latest.sequence + 1, mode, due, context)
        if latest.state not in (PaymentState.OPEN, PaymentState.CLOSED):
            return latest
        fits = latest.amount_due == due and latest.mode is mode
        if latest.state is PaymentState.OPEN and fits:
            return self._with_context(latest, context)
        # Also where it is closed: whoever closes it may find a doubt, and open it again.
        closed = self.close(latest.payment_id)
        if closed.state is not PaymentState.CLOSED:
            return closed  # its money came while it was being closed
        return self._begin(reference, latest.sequence + 1, mode, due, context)

    def _ask_amount(self, reference: str) -> Money:
        amount = self.gateway.amount_due(reference)
        if amount is None:
            raise InvalidRequest(
                f"no shop knows the reference {reference!r}: pass amount_due, or "
                "implement shop_amount_due",
                code="reference_unknown",
            )
        return amount

    def _is_mine(self, payment: Payment) -> bool:
        return (payment.provider, payment.merchant_id) == (
            self.gateway.provider,
            self.gateway.merchant_id,
        )

    def _begin(
        self, reference: str, sequence: int, mode: Mode, due: Money, context: Context
    ) -> Payment:
        if due.minor_units <= 0:
            raise NothingDue(
                f"{due} is nothing to pay for {reference!r}", code="amount_not_positive"
            )
        payment = Payment(
            payment_id=uuid4().hex,
            provider=self.gateway.provider,
            merchant_id=self.gateway.merchant_id,
            reference=reference,
            sequence=sequence,
            mode=mode,
            amount_due=due,
            context=context or {},
            created_at=self.now(),
        )
        kept = self.ledger.add_payment(payment)
        if kept.amount_due != due:
            raise AmountChanged(
                f"{reference!r} is being paid with {kept.amount_due} elsewhere, "
                f"not {due}: show the shopper the present amount",
                due=str(due),
                shown=str(kept.amount_due),
            )
        return kept

    def _with_context(self, payment: Payment, context: Context) -> Payment:
        if context is None or context == payment.context:
            return payment
        try:
            return self.ledger.replace_payment(replace(payment, context=context))
        except StaleVersion:
            return self.ledger.get_payment(payment.payment_id) or payment


class Closer:
    """Closes payments; a take that begins meanwhile sees it, or is seen."""

    def __init__(self, ledger: Ledger, settler: Settler) -> None:
        self.ledger = ledger
        self.settler = settler

    def close(self, payment_id: str) -> Payment:
        """See `Payments.close`."""
        payment = self.ledger.get_payment(payment_id)
        if payment is not None:
            refuse_conflict(payment)
        self._refuse_doubts(payment_id)
        self.settler.refresh(payment_id, closed=True)
        try:
            self._refuse_doubts(payment_id)
        except OutcomeUnknown:
            self.settler.refresh(payment_id, closed=False)
            raise
        # A take that was under way before may have brought its money since.
        return self.settler.refresh(payment_id)

    def _refuse_doubts(self, payment_id: str) -> None:
        known = self.ledger.operations(payment_id)
        refuse_unclear(known)
        for operation in known:
            if operation.state.is_open and operation.kind is not OperationKind.CHECKOUT:
                raise in_progress(operation)
