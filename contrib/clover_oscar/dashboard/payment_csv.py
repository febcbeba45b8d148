"""The listed payments as a file for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clover_django.database.freshness import fresh_reads
from clover_django.language import words
from clover_django.ledger.store import read_records
from clover_django.models import Payment as PaymentRow
from clover_oscar.dashboard.payment_rows import Row, read_rows
from payment_hooks.ledger import add_up

_AT_ONCE = 200
"""Payments that are read together; the file may have any number of them."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the beginning of a formula."""


def export_payments(rows: QuerySet[PaymentRow]) -> StreamingHttpResponse:
    """The payments as CSV, in the order of the rows."""
    lines = [
        [
            _("Date"),
            _("Order number"),
            _("Customer"),
            pgettext("column", "Amount"),
            _("Currency"),
            _("Captured"),
            _("Refunded"),
            _("Payment state"),
            pgettext("column", "Card"),
            _("Mode"),
            _("Needs attention"),
            _("Clover's id"),
        ]
    ]
    response = StreamingHttpResponse(
        _write(lines, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="payments.csv"'
    return response


def neutralize(value: str) -> str:
    """The text of a cell, so that no spreadsheet computes what a shopper has typed."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _write(head: Iterable[Iterable[str]], rows: QuerySet[PaymentRow]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # without it, Excel reads accents as something else
    for line in head:
        yield writer.writerow([neutralize(cell) for cell in line])
    below: int | None = None
    while True:
        # By key instead of by offset: what is paid meanwhile moves no row.
        found = rows if below is None else rows.filter(pk__lt=below)
        pks = list(found.values_list("pk", flat=True)[:_AT_ONCE])
        if not pks:
            return
        below = pks[-1]
        for row in _read(rows, pks):
            yield writer.writerow([neutralize(cell) for cell in _cells(row)])


def _read(rows: QuerySet[PaymentRow], pks: list[int]) -> list[Row]:
    with fresh_reads():
        some = PaymentRow.objects.using(rows.db).filter(pk__in=pks)
        return read_rows(read_records(some.order_by("-pk")))


def _cells(row: Row) -> list[str]:
    payment = row.payment
    sums = add_up(row.record.operations, payment.amount_due.currency)
    ids = [found.transaction_id for found in row.record.operations]
    return [
        localtime(payment.created_at).isoformat(sep=" ", timespec="seconds"),
        payment.reference,
        row.customer,
        str(payment.amount_due.to_decimal()),
        payment.amount_due.currency,
        str((sums.charged + sums.refunded + sums.refund_pending).to_decimal()),
        str(sums.refunded.to_decimal()),
        words.state_name(row.state),
        row.card,
        words.mode_name(payment.mode),
        "; ".join(reason.text for reason in row.reasons),
        " ".join(filter(None, ids)),
    ]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value
