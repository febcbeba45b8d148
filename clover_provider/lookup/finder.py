"""Transactions at Clover, found by id, by our reference, or in a window of time."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from clover_provider.api import charges, platform_payments, refunds
from clover_provider.api.fields import Reading, only_read
from clover_provider.api.references import (
    belongs_to,
    is_marked,
    may_be_digest,
    operation_of_digest,
    operations_by_digest,
    read_mark,
)
from clover_provider.codes import PROVIDER, REFUND_UNASSIGNABLE
from clover_provider.config import CloverConfig
from clover_provider.lookup.orders import elements
from clover_provider.lookup.queries import Queries, TooManyPages
from clover_provider.lookup.time_window import TimeWindow
from clover_provider.lookup.transactions import Transactions
from clover_provider.wire.json_strict import Fields
from clover_provider.wire.message import Answer, Call
from payment_hooks import (
    AuthenticationFailed,
    LookUpRequest,
    LookUpResult,
    Mode,
    ProviderUnavailable,
    Transaction,
)

logger = logging.getLogger(__name__)

_WHOLE_PAYMENT = ("refunds", "cardTransaction", "additionalCharges")
"""Clover asks for at most three expansions in a call."""
_EXAMPLES_WITHIN, _A_DAY, _MOST_EXAMPLES = timedelta(days=30), timedelta(days=1), 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A charge, the refunds that came with it, and the order that holds it."""

    charge: Transaction
    refunds: tuple[Transaction, ...] = ()
    order_id: str = ""


class Finder:
    """Finds transactions at Clover; it only reads, and so may be repeated."""

    def __init__(self, send: Callable[[Call], Answer], config: CloverConfig) -> None:
        self._queries = Queries(send, config)
        self._config = config

    def find(self, request: LookUpRequest) -> LookUpResult:
        """What the request asks for.

        Raises:
            ProviderUnavailable: no answer came, or it cannot be read.
        """
        with only_read():
            if request.transaction_id:
                return self._find_by_id(request)
            if request.operation_id:
                return self._find_operation(request)
            return Transactions(self._queries).list(request)

    def find_charge(self, charge_id: str, *, with_refunds: bool) -> Found | None:
        """The charge of that id, and its refunds when they are asked for or came along.

        The ecommerce service is asked first. A hosted payment may be known to the
        platform alone, and a hosted key may not be allowed to read charges: where there
        is a platform token, the platform is asked too, and first if all is hosted.

        Raises:
            ProviderUnavailable: no answer came, or it cannot be read.
        """
        refused: AuthenticationFailed | None = None
        for ask in self._services():
            try:
                with only_read():
                    found = ask(charge_id, with_refunds)
            except AuthenticationFailed as error:
                refused = error
                continue
            if found is not None:
                return found
        if refused is not None:
            raise refused
        return None

    def read_charge(self, charge_id: str) -> Transaction | None:
        """The charge as the ecommerce service shows it; None if it shows none.

        Raises:
            ProviderUnavailable: no answer came, or it cannot be read.
        """
        with only_read():
            found = self._ask_ecommerce(charge_id, False)
        return found.charge if found is not None else None

    def _find_by_id(self, request: LookUpRequest) -> LookUpResult:
        found = self.find_charge(
            request.transaction_id, with_refunds=request.with_refunds
        )
        if found is None:
            return LookUpResult(complete=True)
        charge = self._with_operation(found, request.candidates)
        if not request.with_refunds:
            return LookUpResult(transactions=(charge,), complete=True)
        refund_rows = tuple(
            _with_operation_id(row, request.operation_id) for row in found.refunds
        )
        is_complete = _proves_absence(
            refund_rows, names_operation=bool(request.operation_id)
        )
        return LookUpResult(transactions=(charge, *refund_rows), complete=is_complete)

    def _services(self) -> list[Callable[[str, bool], Found | None]]:
        if not self._config.platform_key:
            return [self._ask_ecommerce]
        if self._config.modes == (Mode.HOSTED,):
            return [self._ask_platform, self._ask_ecommerce]
        return [self._ask_ecommerce, self._ask_platform]

    def _ask_ecommerce(self, charge_id: str, with_refunds: bool) -> Found | None:
        answer = self._queries.charge(charge_id)
        if answer is None:
            return None
        charge = charges.read_charge(
            answer.fields,
            merchant_id=self._config.merchant_id,
            merchant_currency=self._config.currency,
            request_id=answer.request_id,
        )
        _require_same(charge, charge_id)
        order_id = Reading(fields=answer.fields, what="charge").text("order")
        if not with_refunds:
            return Found(charge=charge, order_id=order_id)
        listed_refunds = tuple(self._refunds_of(charge))
        return Found(
            charge=refunds.with_refunds(charge, listed_refunds),
            refunds=listed_refunds,
            order_id=order_id,
        )

    def _refunds_of(self, charge: Transaction) -> Iterator[Transaction]:
        """The charge's refunds, from their own list: the charge shows the newest only."""
        # None is older than its charge: where the list is sorted, it ends there.
        window = TimeWindow(since=charge.created_at)
        asked = {"charge": charge.transaction_id}
        listed = list(self._queries.pages("/v1/refunds", asked, window, is_sent=False))
        parents = [Reading(fields=row, what="refund").text("charge") for row in listed]
        is_filtered = set(parents) <= {"", charge.transaction_id}
        for row, parent in zip(listed, parents, strict=True):
            if parent == charge.transaction_id or (is_filtered and not parent):
                yield refunds.read_refund(row, charge)
            elif not parent:
                raise ProviderUnavailable(
                    f"Clover lists refunds of other charges with those of "
                    f"{charge.transaction_id}, and one that names no charge: look for "
                    "it in Clover's dashboard",
                    code=REFUND_UNASSIGNABLE,
                    provider=PROVIDER,
                )

    def _ask_platform(self, charge_id: str, with_refunds: bool) -> Found | None:
        config = self._config
        answer = self._queries.platform("payments", charge_id, _WHOLE_PAYMENT)
        if answer is None:
            return None
        payment = platform_payments.read_payment(
            answer.fields,
            merchant_id=config.merchant_id,
            currency=config.currency,
            request_id=answer.request_id,
        )
        _require_same(payment, charge_id)
        return Found(
            charge=payment,
            refunds=platform_payments.read_refunds(answer.fields, payment),
            order_id=platform_payments.order_of(answer.fields),
        )

    def _with_operation(self, found: Found, candidates: tuple[str, ...]) -> Transaction:
        """The charge with the operation id of the candidate whose page it was paid on.

        A hosted payment names no session and carries no metadata; the lines of its order
        are those of the page, and the note on one of them is our mark. An order
        with another mark, or without one where others have one, is of no candidate.
        """
        charge = found.charge
        if not candidates or charge.operation_id:
            return charge
        operations = operations_by_digest(candidates)
        if may_be_digest(charge.mark):
            operation_id = operation_of_digest(charge.mark, operations)
            return replace(charge, operation_id=operation_id, shows_marks=True)
        if not self._config.platform_key:
            return charge
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
            operation_id=operation_of_digest(digest, operations),
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
        payment = self._queries.platform("payments", charge_id, _WHOLE_PAYMENT)
        return platform_payments.order_of(payment.fields) if payment else ""

    def _find_operation(self, request: LookUpRequest) -> LookUpResult:
        """The charge of an operation, among those of the window."""
        window = TimeWindow.of(request)
        is_any_marked = is_any_bare = False
        try:
            for fields in self._queries.pages("/v1/charges", {}, window):
                charge = Reading(fields=fields, what="charge")
                if belongs_to(charge, request.operation_id):
                    found = _with_operation_id(
                        self._read_listed(fields), request.operation_id
                    )
                    return LookUpResult(transactions=(found,), complete=True)
                if is_marked(charge):
                    is_any_marked = True
                elif window.contains(charge.moment("created")):
                    is_any_bare = True
        except TooManyPages as error:
            return LookUpResult(too_long=error.shorter_window_helps)
        # Where no listed charge carries a reference, Clover may leave them out of lists.
        return LookUpResult(complete=is_any_marked or not is_any_bare)

    def _read_listed(self, fields: Fields) -> Transaction:
        return charges.read_charge(
            fields,
            merchant_id=self._config.merchant_id,
            merchant_currency=self._config.currency,
        )


def _require_same(charge: Transaction, charge_id: str) -> None:
    if charge.transaction_id != charge_id:
        raise Reading(fields=Fields(), what="charge").refuse(
            "it is another one than was asked for"
        )


def _proves_absence(rows: tuple[Transaction, ...], *, names_operation: bool) -> bool:
    """Whether a refund that is missing in this list does not exist.

    Clover does not document that lists of refunds keep our reference. If none carries
    one, each may be the missing refund; if one carries only a digest, it can be compared
    only where the request names an operation.
    """
    marked = [row for row in rows if row.operation_id or row.mark]
    unresolved = [row for row in marked if not row.operation_id]
    return not rows or (bool(marked) and (names_operation or not unresolved))


def _with_operation_id(row: Transaction, operation_id: str) -> Transaction:
    """The row with the operation id, where Clover answered with its digest alone."""
    if row.operation_id or not operation_id:
        return row
    return replace(
        row,
        operation_id=operation_of_digest(
            row.mark, operations_by_digest((operation_id,))
        ),
    )
