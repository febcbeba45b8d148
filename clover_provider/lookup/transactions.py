"""All transactions of a window of time, as far as Clover's lists hold them.

Charges and refunds have lists of their own. A hosted payment names no session and
carries no metadata there; the platform's order shows the lines of its page, and the note
on the first one is our mark. The platform also lists what was sold over the counter.

Source: "Get a list of charges", "Get a list of refunds", "Gets a list of orders", Clover
API reference, read 2026-11.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clover_provider.api import charges, platform_payments, refunds
from clover_provider.api.fields import Reading, only_read
from clover_provider.api.references import (
    is_marked,
    may_be_operation,
    operation_of_digest,
    operations_by_digest,
)
from clover_provider.codes import PROVIDER
from clover_provider.config.limits import LONGEST_REACH
from clover_provider.lookup.orders import digest_of, payments_of, require_whole
from clover_provider.lookup.queries import Queries, TooManyPages
from clover_provider.lookup.time_window import TimeWindow
from clover_provider.wire.json_strict import Fields
from payment_hooks import (
    ListRequest,
    ListResult,
    Mode,
    Money,
    OutcomeUnknown,
    ProviderUnavailable,
    Transaction,
    TransactionKind,
)

_EXPAND = (
    "payments",
    "payments.cardTransaction",
    "payments.additionalCharges",
    "refunds",
    "lineItems",
)
"""More than the three that Clover asks for; integrations were seen to send twenty."""
_MARGIN = timedelta(minutes=5)


class Transactions:
    """Lists the transactions of a window of time."""

    def __init__(
        self,
        queries: Queries,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._queries = queries
        self._config = queries.config
        self._now = now

    def list(self, request: ListRequest) -> ListResult:
        """The charges and refunds of the window.

        Where a row that may be ours cannot be read, or a list is too long, the result is
        not complete.

        Raises:
            ProviderUnavailable: a list could not be read.
        """
        collected = _Collected(request)
        with only_read():
            self._read_all(request, collected)
        return ListResult(
            transactions=collected.in_window(),
            complete=collected.complete,
            too_long=collected.too_long,
        )

    def _read_all(self, request: ListRequest, collected: "_Collected") -> None:
        has_platform = bool(self._config.platform_key)
        is_hosted_alone = self._config.modes == (Mode.HOSTED,)
        if not (is_hosted_alone and has_platform):
            self._read_charges(collected)
            if not collected.too_long:
                self._read_refunds(collected)
        is_page_open = Mode.HOSTED in self._config.modes and request.candidates
        if (
            has_platform
            and (is_hosted_alone or is_page_open)
            and not collected.too_long
        ):
            self._read_orders(collected)

    def _read_charges(self, collected: "_Collected") -> None:
        rows = collected.collect(
            self._queries.pages("/v1/charges", {}, collected.window)
        )
        readings = [Reading(fields=fields, what="charge") for fields in rows]
        # Where no collected charge carries a reference, a bare one may be ours as well.
        has_marks = any(is_marked(row) for row in readings)
        for row in readings:
            with collected.gap(row, matters=may_be_operation(row) or not has_marks):
                collected.add(
                    charges.read_charge(
                        row.fields,
                        merchant_id=self._config.merchant_id,
                        merchant_currency=self._config.currency,
                    )
                )

    def _read_refunds(self, collected: "_Collected") -> None:
        rows = collected.collect(
            self._queries.pages("/v1/refunds", {}, collected.window)
        )
        for fields in rows:
            row = Reading(fields=fields, what="refund")
            # A refund made in the dashboard carries no mark, and may be of our money.
            with collected.gap(row, matters=True):
                charge_id = row.need_text("charge")
                charge = collected.rows.get(charge_id) or self._unlisted_charge(
                    charge_id
                )
                collected.add(refunds.read_refund(fields, charge))

    def _unlisted_charge(self, charge_id: str) -> Transaction:
        """The charge of a refund, as far as its refund names it, where no list holds it."""
        return Transaction(
            kind=TransactionKind.CHARGE,
            transaction_id=charge_id,
            amount=Money(0, self._config.currency),
            provider=PROVIDER,
            merchant_id=self._config.merchant_id,
        )

    def _read_orders(self, collected: "_Collected") -> None:
        """The orders of the window, in pieces that the platform's lists can reach.

        Clover cuts what is longer, and says nothing. What is older it may leave out or
        refuse, so that nothing is proven by it.
        """
        reach = self._now() - LONGEST_REACH + _MARGIN
        since, until = collected.since, collected.until
        if until > reach:
            recent = TimeWindow(since=max(since, reach), until=until)
            self._read_piece(recent, collected)
        end = min(until, reach)
        while since < end:
            collected.complete = False
            begin = max(since, end - LONGEST_REACH + _MARGIN)
            with suppress(ProviderUnavailable):
                self._read_piece(TimeWindow(since=begin, until=end), collected)
            end = begin

    def _read_piece(self, piece: TimeWindow, collected: "_Collected") -> None:
        for order in collected.collect(self._queries.orders(piece, _EXPAND)):
            digest = digest_of(order)
            whole = Reading(fields=order, what="order")
            with collected.gap(whole, matters=bool(digest)):
                for fields in payments_of(order):
                    row = Reading(fields=fields, what="payment")
                    with collected.gap(row, matters=bool(digest)):
                        self._add_payment(fields, digest, collected)
                require_whole(order)

    def _add_payment(
        self, fields: Fields, digest: str, collected: "_Collected"
    ) -> None:
        payment = platform_payments.read_payment(
            fields,
            merchant_id=self._config.merchant_id,
            currency=self._config.currency,
        )
        collected.add(replace(payment, mark=digest, may_be_in_person=not digest))
        for refund in platform_payments.read_refunds(fields, payment):
            collected.add(refund)


class _Collected:
    """What was found so far, each transaction once."""

    def __init__(self, request: ListRequest) -> None:
        self.since, self.until = request.since, request.until
        self.window = TimeWindow(since=self.since, until=self.until)
        self.rows: dict[str, Transaction] = {}
        self.complete = True
        self.too_long = False
        self._names = operations_by_digest(request.candidates)

    def collect(self, rows: Iterable[Fields]) -> list[Fields]:
        """The rows of a list; of one that is too long, those that were read."""
        collected = []
        try:
            for row in rows:
                collected.append(row)
        except TooManyPages as error:
            self.complete = False
            self.too_long = self.too_long or error.shorter_window_helps
        return collected

    @contextmanager
    def gap(self, row: Reading, *, matters: bool) -> Iterator[None]:
        """Mark the list as incomplete if the row cannot be read and `matters`.

        A row that is certainly not ours, such as a sale over the counter, or not of the
        window, is left out.
        """
        try:
            yield
        except (OutcomeUnknown, ProviderUnavailable):
            made_at = row.moment("created") or row.moment("createdTime")
            if matters and self.window.contains(made_at):
                self.complete = False

    def add(self, row: Transaction) -> None:
        """Add a row; a second list completes a known one with mark, tip and surcharge."""
        known = self.rows.get(row.transaction_id, row)
        mark = known.mark or row.mark
        self.rows[row.transaction_id] = replace(
            known,
            mark=mark,
            operation_id=known.operation_id
            or operation_of_digest(row.mark, self._names),
            tip=known.tip or row.tip,
            surcharge=known.surcharge or row.surcharge,
        )

    def in_window(self) -> tuple[Transaction, ...]:
        """Those of the window; Clover's filters are not trusted."""
        return tuple(
            row for row in self.rows.values() if self.window.contains(row.created_at)
        )
