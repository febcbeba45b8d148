"""A payment's beginning and end: opened for a reference, continued, given up."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from payment_hooks.engine.challenges import Challenges, find_endable
from payment_hooks.engine.engine import Engine
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.state import in_progress, refuse_conflict, refuse_unclear
from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.errors import (
    AmountChanged,
    InvalidRequest,
    NothingDue,
)
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    REVERSED,
    OperationKind,
    Payment,
    PaymentState,
    refuse_long,
)

Context = Mapping[str, object] | None


class Lifecycle:
    """Continues the latest payment of a reference while it fits, or begins the next."""

    def __init__(
        self, engine: Engine, resolver: Resolver, challenges: Challenges
    ) -> None:
        self._engine = engine
        self._challenges = challenges
        self._ledger = engine.ledger
        self._resolver = resolver

    def open(
        self,
        reference: str,
        mode: Mode,
        amount_due: Money | None,
        context: Context,
        *,
        adapter: str,
        again: bool,
    ) -> Payment:
        """See `Payments.open`."""
        refuse_long("reference", reference)
        due = amount_due or self._ask_amount(reference)
        latest = self._engine.latest(reference)

        def begin(sequence: int) -> Payment:
            payment = self._new(reference, sequence, mode, due)
            return self._begin(replace(payment, context=context or {}, adapter=adapter))

        if latest is None:
            return begin(1)
        if again and latest.state in REVERSED:
            return begin(latest.sequence + 1)
        if latest.state not in (PaymentState.OPEN, PaymentState.CLOSED):
            return latest
        fits = latest.amount_due == due and latest.mode is mode
        if latest.state is PaymentState.OPEN and fits:
            return self._with_context(latest, context, adapter)
        # Also where it is closed: what was on its way when it was closed may be still.
        closed = self.close(latest.payment_id)
        if closed.state is not PaymentState.CLOSED:
            return closed  # its money came while it was being closed
        return begin(latest.sequence + 1)

    def close(self, payment_id: str) -> Payment:
        """See `Payments.close`.

        A payment stays closed, also where the second look finds that something is on its
        way: others may have found it closed, and begun the next one.
        """
        payment = self._ledger.get_payment(payment_id)
        if payment is not None:
            refuse_conflict(payment)
            self._cancel_challenge(payment)
        self._refuse_unresolved(payment_id)
        self._resolver.refresh(payment_id, closed=True)
        self._refuse_unresolved(payment_id)
        # What was being sent before may have brought its money since.
        return self._resolver.refresh(payment_id)[0]

    def _ask_amount(self, reference: str) -> Money:
        amount = self._engine.shop.amount_due(reference)
        if amount is None:
            raise InvalidRequest(
                f"no shop knows the reference {reference!r}: pass amount_due, or "
                "implement shop_amount_due",
                code=ErrorCode.REFERENCE_UNKNOWN,
            )
        return amount

    def _new(self, reference: str, sequence: int, mode: Mode, due: Money) -> Payment:
        return Payment(
            payment_id=uuid4().hex,
            provider=self._engine.provider.name,
            merchant_id=self._engine.provider.merchant_id,
            reference=reference,
            sequence=sequence,
            mode=mode,
            amount_due=due,
            created_at=self._engine.now(),
        )

    def _begin(self, payment: Payment) -> Payment:
        due, reference = payment.amount_due, payment.reference
        if due.minor_units <= 0:
            raise NothingDue(
                f"{due} is nothing to pay for {reference!r}",
                code=ErrorCode.AMOUNT_NOT_POSITIVE,
            )
        kept = self._ledger.add_payment(payment)
        if kept.amount_due != due:
            raise AmountChanged(
                f"{reference!r} is being paid with {kept.amount_due} elsewhere, "
                f"not {due}: show the shopper the present amount",
                due=str(due),
                shown=str(kept.amount_due),
            )
        return kept

    def _with_context(
        self, payment: Payment, context: Context, adapter: str
    ) -> Payment:
        if context is None:
            return payment
        continued = replace(payment, context=context, adapter=adapter)
        if continued == payment:
            return payment
        try:
            return self._ledger.replace_payment(continued)
        except StaleVersion:
            return self._ledger.get_payment(payment.payment_id) or payment

    def _cancel_challenge(self, payment: Payment) -> None:
        """A challenge that the shopper left is ended, since it could be answered yet."""
        waiting = find_endable(self._ledger.operations(payment.payment_id))
        if waiting is not None:
            self._challenges.cancel(payment, waiting)

    def _refuse_unresolved(self, payment_id: str) -> None:
        known = self._ledger.operations(payment_id)
        refuse_unclear(known)
        for operation in known:
            if (
                operation.state.is_open
                and operation.kind is not OperationKind.HOSTED_PAGE
            ):
                raise in_progress(operation)
