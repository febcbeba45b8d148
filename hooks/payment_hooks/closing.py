"""Giving a payment up, unless something of it is in doubt."""

from payment_hooks.errors import OutcomeUnknown
from payment_hooks.ledger import Ledger, OperationKind, Payment
from payment_hooks.sending import in_progress
from payment_hooks.settling import Settler
from payment_hooks.standing import refuse_conflict, refuse_unclear


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
