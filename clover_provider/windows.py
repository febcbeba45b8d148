"""All movements of a window of time, as far as Clover's lists tell them.

Charges and refunds have lists of their own. A hosted payment names no session and
carries no metadata there; the platform's order shows the lines of its page, and the note
on the first one is our mark. The platform also lists what was sold over the counter.

Source: "Get a list of charges", "Get a list of refunds", "Gets a list of orders", Clover
API reference, read 2026-11.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from clover_provider import charges, platform_payments, refunds
from clover_provider.exchange import Fields
from clover_provider.reading import PROVIDER, Reading, rows_of
from clover_provider.reads import Reads, TooManyPages
from clover_provider.references import external_reference, read_mark
from payment_hooks import (
    LookUpRequest,
    LookUpResult,
    Mode,
    Money,
    OutcomeUnknown,
    Transaction,
    TransactionKind,
)

_EXPAND = "payments,payment.cardTransaction,refunds,lineItems"


class Windows:
    """Lists what was made from one moment to another."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._config = reads.config

    def list(self, request: LookUpRequest) -> LookUpResult:
        """The charges of the window, and its refunds when they are asked for.

        A row that cannot be read, and a list that is too long, leave a gap: then the
        result is not complete.
        """
        listed = _Listed(request)
        try:
            self._read_all(request, listed)
        except TooManyPages:
            listed.complete = False
        return LookUpResult(transactions=listed.wanted(), complete=listed.complete)

    def _read_all(self, request: LookUpRequest, listed: "_Listed") -> None:
        has_platform = bool(self._config.platform_key)
        is_hosted_alone = self._config.modes == (Mode.HOSTED,)
        if not (is_hosted_alone and has_platform):
            self._read_charges(request, listed)
            if request.with_refunds:
                self._read_refunds(request, listed)
        is_page_open = Mode.HOSTED in self._config.modes and request.candidates
        if has_platform and (is_hosted_alone or is_page_open):
            self._read_orders(request, listed)

    def _read_charges(self, request: LookUpRequest, listed: "_Listed") -> None:
        merchant_id = self._config.merchant_id
        for fields in self._reads.pages("/v1/charges", created(request)):
            with listed.gap():
                charge = charges.read_charge(fields, merchant_id=merchant_id)
                listed.add(charge, _digest_in(fields))

    def _read_refunds(self, request: LookUpRequest, listed: "_Listed") -> None:
        for fields in self._reads.pages("/v1/refunds", created(request)):
            with listed.gap():
                charge_id = Reading(fields=fields, what="refund").need_text("charge")
                charge = listed.rows.get(charge_id) or self._older_charge(charge_id)
                listed.add(refunds.read_refund(fields, charge), _digest_in(fields))

    def _older_charge(self, charge_id: str) -> Transaction:
        """What a refund needs to know of its charge, where that is not in the window."""
        return Transaction(
            kind=TransactionKind.CHARGE,
            transaction_id=charge_id,
            amount=Money(0, self._config.currency),
            provider=PROVIDER,
            merchant_id=self._config.merchant_id,
        )

    def _read_orders(self, request: LookUpRequest, listed: "_Listed") -> None:
        for order in self._reads.orders(_filters(request), _EXPAND):
            digest = read_mark(_elements(order, "lineItems"))
            returned = _by_payment(_elements(order, "refunds"))
            for fields in _elements(order, "payments"):
                refunds_of = returned.pop(str(fields.get("id")), [])
                whole = Fields(fields, refunds={"elements": refunds_of})
                with listed.gap():
                    self._add_payment(whole, digest, listed)
            listed.complete = listed.complete and not returned

    def _add_payment(self, fields: Fields, digest: str, listed: "_Listed") -> None:
        payment = platform_payments.read_payment(
            fields,
            merchant_id=self._config.merchant_id,
            currency=self._config.currency,
        )
        listed.add(replace(payment, may_be_in_person=not digest), digest)
        for refund in platform_payments.read_refunds(fields, payment):
            listed.add(refund)


class _Listed:
    """What was found so far, each transaction once."""

    def __init__(self, request: LookUpRequest) -> None:
        self.rows: dict[str, Transaction] = {}
        self.complete = True
        self._request = request
        self._names = {external_reference(name): name for name in request.candidates}

    @contextmanager
    def gap(self) -> Iterator[None]:
        """Whatever cannot be read inside leaves a gap in the list."""
        try:
            yield
        except OutcomeUnknown:
            self.complete = False

    def add(self, row: Transaction, digest: str = "") -> None:
        """Take it in; what a second list says of it is only whose it is."""
        known = self.rows.get(row.transaction_id, row)
        name = known.operation_id or self._names.get(digest, "")
        self.rows[row.transaction_id] = replace(known, operation_id=name)

    def wanted(self) -> tuple[Transaction, ...]:
        """Those of the window; Clover's filters are not trusted."""
        return tuple(row for row in self.rows.values() if self._is_wanted(row))

    def _is_wanted(self, row: Transaction) -> bool:
        if row.created_at is None:
            return True
        since, until = self._request.since, self._request.until
        is_early = since is not None and row.created_at < since
        is_late = until is not None and row.created_at > until
        return not (is_early or is_late)


def created(request: LookUpRequest) -> dict[str, str]:
    """The window as Clover's lists under `/v1` take it."""
    query = {}
    if request.since is not None:
        query["created[gte]"] = _milliseconds(request.since)
    if request.until is not None:
        query["created[lte]"] = _milliseconds(request.until)
    return query


def _filters(request: LookUpRequest) -> list[str]:
    """The window as the platform takes it; an order is as old as its first payment."""
    limits = {">=": request.since, "<=": request.until}
    return [
        f"createdTime{sign}{_milliseconds(moment)}"
        for sign, moment in limits.items()
        if moment is not None
    ]


def _elements(order: Fields, name: str) -> Sequence[Fields]:
    part = order.get(name)
    return rows_of(part, name) if part else ()


def _by_payment(rows: Sequence[Fields]) -> dict[str, list[Fields]]:
    found: dict[str, list[Fields]] = {}
    for row in rows:
        paid = Reading(fields=row, what="refund").part("payment").text("id")
        found.setdefault(paid, []).append(row)
    return found


def _digest_in(fields: Fields) -> str:
    return Reading(fields=fields, what="row").text("external_reference_id")


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
