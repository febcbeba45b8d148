"""How the bank of a history lists its rows: as Clover does, and as badly.

A list may be cut, hold a row twice, come in any order, or not heed the time that was
asked for; and it shows of the shop's mark as much as the bank returns.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from payment_hooks import (
    FindRequest,
    ListRequest,
    RetrieveRequest,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from tests.faults.history_world import Luck

RETURNS = (TransactionKind.REFUND, TransactionKind.VOID)


class Marks(StrEnum):
    """What the bank's rows show of the shop's mark."""

    WHOLE = "whole"
    """Operation and reference, as Clover's metadata does."""
    DIGEST = "digest"
    """A digest: an operation is named only to whoever asks for it."""
    CARDS = "cards"
    """As a digest, and nothing at all on what was paid on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: one transaction, an operation's, or all of a window."""

    transaction_id: str = ""
    operation_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    with_refunds: bool = False
    candidates: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: RetrieveRequest | FindRequest | ListRequest) -> Self:
        """The question that a request asks."""
        names = {row.name for row in fields(request)}
        given = {name: getattr(request, name) for name in names}
        if isinstance(request, ListRequest):
            given["with_refunds"] = True
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Listing:
    """What was listed, and whether that is all."""

    rows: list[Transaction]
    complete: bool = True


def list_rows(
    rows: Iterable[Transaction], request: Question, luck: Luck, is_cut: bool
) -> Listing:
    """The rows that were asked for, as far as the list is any good.

    A provider says of a cut list that it is not complete; the repetitions, the order
    and the rows of another time it may hand on.
    """
    is_window = not request.transaction_id
    is_any_time = is_window and luck.strikes(0.2)
    asked = [row for row in rows if _is_asked(row, request, is_any_time=is_any_time)]
    if not (is_window or request.with_refunds):
        return Listing(asked)
    if luck.strikes(0.2):
        asked += [row for row in asked if luck.strikes(0.5)]
        luck.dice.shuffle(asked)
    if is_cut or luck.strikes(0.1):
        left = luck.dice.choice([0, 0, luck.dice.randrange(len(asked) + 1)])
        return Listing(asked[:left], complete=False)
    return Listing(asked)


def show(
    row: Transaction, request: Question, marks: Marks, pages: Collection[str]
) -> Transaction:
    """The row with as much of the shop's mark as the bank shows.

    Where it shows the less, it also calls what was released a charge, voided: so does
    Clover's platform, beside its ecommerce service.
    """
    is_asked = bool(request.transaction_id and request.candidates)
    row = replace(row, shows_marks=is_asked and marks is not Marks.CARDS)
    if marks is Marks.WHOLE:
        return row
    if row.status is TransactionStatus.VOIDED and row.kind not in RETURNS:
        row = replace(row, kind=TransactionKind.CHARGE, captured=row.amount)
    if not row.operation_id:
        return row
    if marks is Marks.CARDS and row.operation_id in pages:
        return replace(row, operation_id="", reference="")
    asked = (request.operation_id, *request.candidates)
    named = row.operation_id if row.operation_id in asked else ""
    mark = f"digest-of-{row.operation_id}"
    return replace(row, operation_id=named, reference="", mark=mark)


def _is_asked(row: Transaction, request: Question, *, is_any_time: bool) -> bool:
    is_return = row.kind in RETURNS
    if request.transaction_id:
        is_child = request.with_refunds and row.parent_id == request.transaction_id
        return row.transaction_id == request.transaction_id or is_child
    if is_return and not request.with_refunds:
        return False
    if request.operation_id not in ("", row.operation_id):
        return False
    made, since, until = row.created_at, request.since, request.until
    if is_any_time or made is None:
        return True
    return (since is None or since <= made) and (until is None or made < until)
