"""All movements of a window of time, as far as Clover's lists tell them.

Charges and refunds have lists of their own. A hosted payment names no session and
carries no metadata there; the platform's order shows the lines of its page, and the note
on the first one is our mark. The platform also lists what was sold over the counter.

Source: "Get a list of charges", "Get a list of refunds", "Gets a list of orders", Clover
API reference, read 2026-11.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clover_provider.api import charges, platform_payments, refunds
from clover_provider.api.fields import Reading, rows_of
from clover_provider.api.references import (
    is_marked,
    may_be_ours,
    names_of,
    operation_named,
    read_mark,
)
from clover_provider.codes import PROVIDER
from clover_provider.config.limits import LONGEST_REACH, MOST_NESTED
from clover_provider.reads import Reads, TooManyPages
from clover_provider.time_window import TimeWindow
from clover_provider.wire.json_strict import Fields
from payment_hooks import (
    LookUpRequest,
    LookUpResult,
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


class Windows:
    """Lists what was made from one moment to another."""

    def __init__(
        self,
        reads: Reads,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._reads = reads
        self._config = reads.config
        self._now = now

    def list(self, request: LookUpRequest) -> LookUpResult:
        """The charges of the window, and its refunds when they are asked for.

        A row of ours that cannot be read, and a list that is too long, leave a gap: then
        the result is not complete.

        Raises:
            ProviderUnavailable: a list could not be had.
        """
        listed = _Listed(request)
        self._read_all(request, listed)
        return LookUpResult(
            transactions=listed.wanted(),
            complete=listed.complete,
            too_long=listed.too_long,
        )

    def _read_all(self, request: LookUpRequest, listed: "_Listed") -> None:
        has_platform = bool(self._config.platform_key)
        is_hosted_alone = self._config.modes == (Mode.HOSTED,)
        if not (is_hosted_alone and has_platform):
            self._read_charges(listed)
            if request.with_refunds and not listed.too_long:
                self._read_refunds(listed)
        is_page_open = Mode.HOSTED in self._config.modes and request.candidates
        if has_platform and (is_hosted_alone or is_page_open) and not listed.too_long:
            self._read_orders(listed)

    def _read_charges(self, listed: "_Listed") -> None:
        rows = listed.collect(self._reads.pages("/v1/charges", {}, listed.window))
        readings = [Reading(fields=fields, what="charge") for fields in rows]
        # Where no listed charge carries a reference, a bare one may be ours as well.
        has_marks = any(is_marked(row) for row in readings)
        for row in readings:
            with listed.gap(row, is_ours=may_be_ours(row) or not has_marks):
                listed.add(
                    charges.read_charge(
                        row.fields,
                        merchant_id=self._config.merchant_id,
                        merchant_currency=self._config.currency,
                    )
                )

    def _read_refunds(self, listed: "_Listed") -> None:
        rows = listed.collect(self._reads.pages("/v1/refunds", {}, listed.window))
        for fields in rows:
            row = Reading(fields=fields, what="refund")
            # A refund made in the dashboard carries no mark, and may be of our money.
            with listed.gap(row, is_ours=True):
                charge_id = row.need_text("charge")
                charge = listed.rows.get(charge_id) or self._older_charge(charge_id)
                listed.add(refunds.read_refund(fields, charge))

    def _older_charge(self, charge_id: str) -> Transaction:
        """What a refund needs to know of its charge, where that is not in the window."""
        return Transaction(
            kind=TransactionKind.CHARGE,
            transaction_id=charge_id,
            amount=Money(0, self._config.currency),
            provider=PROVIDER,
            merchant_id=self._config.merchant_id,
        )

    def _read_orders(self, listed: "_Listed") -> None:
        """The orders of the window, in pieces that the platform's lists can reach.

        Clover cuts what is longer, and says nothing. What is older it may leave out or
        refuse, so that nothing is proven by it.
        """
        now = self._now()
        reach = now - LONGEST_REACH + _MARGIN
        since, until = listed.window.since, listed.window.until
        recent = TimeWindow(since=max(since or reach, reach), until=until)
        if until is None or until > reach:
            self._read_piece(recent, listed)
        end = min(until or now, reach)
        while since is not None and since < end:
            listed.complete = False
            begin = max(since, end - LONGEST_REACH + _MARGIN)
            with suppress(ProviderUnavailable):
                self._read_piece(TimeWindow(since=begin, until=end), listed)
            end = begin

    def _read_piece(self, piece: TimeWindow, listed: "_Listed") -> None:
        for order in listed.collect(self._reads.orders(piece, _EXPAND)):
            digest = _digest_of(order)
            whole = Reading(fields=order, what="order")
            with listed.gap(whole, is_ours=bool(digest)):
                for fields in _payments(order):
                    row = Reading(fields=fields, what="payment")
                    with listed.gap(row, is_ours=bool(digest)):
                        self._add_payment(fields, digest, listed)
                _require_whole(order)

    def _add_payment(self, fields: Fields, digest: str, listed: "_Listed") -> None:
        payment = platform_payments.read_payment(
            fields,
            merchant_id=self._config.merchant_id,
            currency=self._config.currency,
        )
        listed.add(replace(payment, mark=digest, may_be_in_person=not digest))
        for refund in platform_payments.read_refunds(fields, payment):
            listed.add(refund)


class _Listed:
    """What was found so far, each transaction once."""

    def __init__(self, request: LookUpRequest) -> None:
        self.window = TimeWindow.of(request)
        self.rows: dict[str, Transaction] = {}
        self.complete = True
        self.too_long = False
        self._names = names_of(request.candidates)

    def collect(self, rows: Iterable[Fields]) -> list[Fields]:
        """All rows of a list, or what could be read of one that is too long."""
        collected = []
        try:
            for row in rows:
                collected.append(row)
        except TooManyPages as error:
            self.complete = False
            self.too_long = self.too_long or error.helps_to_ask_for_less
        return collected

    @contextmanager
    def gap(self, row: Reading, *, is_ours: bool) -> Iterator[None]:
        """Whatever of ours cannot be read inside leaves a gap in the list.

        What is certainly somebody else's, such as a sale over the counter, or not of the
        window, is left out.
        """
        try:
            yield
        except (OutcomeUnknown, ProviderUnavailable):
            made_at = row.moment("created") or row.moment("createdTime")
            if is_ours and self.window.holds(made_at):
                self.complete = False

    def add(self, row: Transaction) -> None:
        """Take it in; a second list adds whose it is, and what was paid on top."""
        known = self.rows.get(row.transaction_id, row)
        mark = known.mark or row.mark
        self.rows[row.transaction_id] = replace(
            known,
            mark=mark,
            operation_id=known.operation_id or operation_named(row.mark, self._names),
            tip=known.tip or row.tip,
            surcharge=known.surcharge or row.surcharge,
        )

    def wanted(self) -> tuple[Transaction, ...]:
        """Those of the window; Clover's filters are not trusted."""
        return tuple(
            row for row in self.rows.values() if self.window.holds(row.created_at)
        )


def elements(part_of: Fields, name: str) -> Sequence[Fields]:
    """The objects of an expanded part; none where it is missing.

    Raises:
        ProviderUnavailable: it is no list.
    """
    part = part_of.get(name)
    return rows_of(part, name) if part else ()


def _digest_of(order: Fields) -> str:
    """Our mark on one of the order's lines; lines that cannot be read are not ours."""
    try:
        return read_mark(elements(order, "lineItems"))
    except ProviderUnavailable:
        return ""


def _payments(order: Fields) -> list[Fields]:
    """The payments of an order, each with its refunds.

    Raises:
        ProviderUnavailable: a part is no list.
    """
    by_payment: dict[str, list[Fields]] = {}
    for row in elements(order, "refunds"):
        by_payment.setdefault(_paid_by(row), []).append(row)
    return [
        Fields(fields, refunds={"elements": by_payment.get(str(fields.get("id")), [])})
        for fields in elements(order, "payments")
    ]


def _require_whole(order: Fields) -> None:
    """Refuse an order which does not hold all that belongs to its payments.

    Raises:
        ProviderUnavailable: Clover has cut a part, or it holds the refund of a payment
            that is not there.
    """
    payments, returned = elements(order, "payments"), elements(order, "refunds")
    known = {str(fields.get("id")) for fields in payments}
    is_cut = max(len(payments), len(returned)) >= MOST_NESTED
    if is_cut or any(_paid_by(row) not in known for row in returned):
        raise ProviderUnavailable(
            "an order does not hold all that belongs to its payments",
            code="answer_unreadable",
            provider=PROVIDER,
        )


def _paid_by(refund: Fields) -> str:
    return Reading(fields=refund, what="refund").part("payment").text("id")
