"""Our mark on what was paid on a hosted page: it names the operation of the page.

A hosted payment names no session and carries no metadata; the lines of its order are
those of the page, and the note on one of them is our mark.
"""

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from clover_provider.api import platform_payments
from clover_provider.api.references import (
    may_be_digest,
    operation_of_digest,
    operations_by_digest,
    read_mark,
)
from clover_provider.lookup.charges import Found
from clover_provider.lookup.orders import elements
from clover_provider.lookup.queries import WHOLE_PAYMENT, Queries
from clover_provider.lookup.time_window import TimeWindow
from payment_hooks import AuthenticationFailed, Transaction

logger = logging.getLogger(__name__)

_EXAMPLES_WITHIN, _A_DAY, _MOST_EXAMPLES = timedelta(days=30), timedelta(days=1), 300


class PageMarks:
    """Names the page that a charge was paid on, as far as Clover shows it."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._has_platform = bool(queries.config.platform_key)

    def name(self, found: Found, candidates: Collection[str]) -> Transaction:
        """The charge with the operation id of the candidate whose page it was paid on.

        An order with another mark, or without one where others have one, is of no
        candidate.

        Raises:
            ProviderUnavailable: the order could not be read.
        """
        charge = found.charge
        if not candidates or charge.operation_id:
            return charge
        if may_be_digest(charge.mark):
            return replace(
                charge,
                operation_id=_name_of(charge.mark, candidates),
                shows_marks=True,
            )
        return self._name_by_order(found, candidates) if self._has_platform else charge

    def _name_by_order(self, found: Found, candidates: Collection[str]) -> Transaction:
        charge = found.charge
        try:
            digest = self._mark_of(found)
            shows_marks = bool(digest) or (
                digest == "" and self._orders_keep_marks(charge)
            )
        except AuthenticationFailed:
            logger.warning(
                "the platform token may not read orders: whose a hosted payment is "
                "cannot be known; grant it Read orders",
                extra={"transaction_id": charge.transaction_id},
            )
            return charge
        if digest is None:
            return charge
        return replace(
            charge,
            mark=digest or charge.mark,
            operation_id=_name_of(digest, candidates),
            shows_marks=shows_marks,
        )

    def _mark_of(self, found: Found) -> str | None:
        """The mark on its order's lines: empty without one, None without lines."""
        order_id = found.order_id or self._order_id_of(found.charge.transaction_id)
        if not order_id:
            return None
        order = self._queries.platform("orders", order_id, ("lineItems",))
        if order is None or "lineItems" not in order.fields:
            return None
        return read_mark(elements(order.fields, "lineItems"))

    def _orders_keep_marks(self, charge: Transaction) -> bool:
        """Whether an order of the weeks before the charge has one of our marks.

        Clover does not document that an order keeps the notes of a page's lines: without
        such an example, an order that has none proves nothing.
        """
        made_at = charge.created_at or datetime.now(UTC)
        window = TimeWindow(since=made_at - _EXAMPLES_WITHIN, until=made_at + _A_DAY)
        orders = islice(self._queries.orders(window, ("lineItems",)), _MOST_EXAMPLES)
        return any(read_mark(elements(row, "lineItems")) for row in orders)

    def _order_id_of(self, charge_id: str) -> str:
        payment = self._queries.platform("payments", charge_id, WHOLE_PAYMENT)
        return platform_payments.order_of(payment.fields) if payment else ""


def _name_of(digest: str, candidates: Collection[str]) -> str:
    """Which of the candidates has this digest; empty if none has."""
    return operation_of_digest(digest, operations_by_digest(candidates))
