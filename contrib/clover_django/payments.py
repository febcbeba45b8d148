"""`Payments` that tells the shop only what the shop can keep."""

from functools import partial

from django.db import transaction

from clover_django.transactions import find_open
from payment_hooks import Payment, Payments


class ShopPayments(Payments):
    """Money moves at once, also inside the shop's open transaction; news waits for it.

    What a handler writes there is gone when it rolls back, while the ledger would
    remember for ever that the shop was told.
    """

    def tell(self, payment_id: str) -> Payment:
        """As in `Payments`; inside an open transaction, once that is committed.

        After a rollback the outcome stays untold and due, for recovery or the next look.
        """
        alias = find_open()
        if alias is None:
            return super().tell(payment_id)
        again = partial(self.tell, payment_id)
        transaction.on_commit(again, using=alias, robust=True)
        return self._settler.refresh(payment_id)
