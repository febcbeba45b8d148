"""`payment_retrieve` at Clover: a transaction by its id, with its refunds if asked."""

from collections.abc import Collection
from dataclasses import replace

from clover_provider.api.fields import only_read
from clover_provider.api.references import operation_of_digest, operations_by_digest
from clover_provider.lookup.charges import Charges
from clover_provider.lookup.marks import PageMarks
from clover_provider.lookup.queries import Queries
from payment_hooks import RetrieveRequest, RetrieveResult, Transaction


def retrieve(queries: Queries, request: RetrieveRequest) -> RetrieveResult:
    """The charge of that id: alone with its page's name, or with its refunds.

    Raises:
        ProviderUnavailable: no answer came, or it cannot be read.
    """
    with only_read():
        if request.with_refunds:
            return _with_refunds(queries, request)
        return _alone(queries, request)


def _alone(queries: Queries, request: RetrieveRequest) -> RetrieveResult:
    found = Charges(queries).find(request.transaction_id, with_refunds=False)
    if found is None:
        return RetrieveResult()
    charge = PageMarks(queries).name(found, request.candidates)
    return RetrieveResult(transaction=charge)


def _with_refunds(queries: Queries, request: RetrieveRequest) -> RetrieveResult:
    """The charge and its refunds, which alone are named by the candidates.

    Whoever asks for refunds knows whose the charge is: its order is not read.
    """
    found = Charges(queries).find(request.transaction_id, with_refunds=True)
    if found is None:
        return RetrieveResult()
    refunds = tuple(_named(row, request.candidates) for row in found.refunds)
    return RetrieveResult(
        transaction=found.charge,
        refunds=refunds,
        complete=_proves_absence(refunds, is_asked=bool(request.candidates)),
    )


def _proves_absence(rows: tuple[Transaction, ...], *, is_asked: bool) -> bool:
    """Whether a refund that is missing in this list does not exist.

    Clover does not document that lists of refunds keep our reference. If none carries
    one, each may be the missing refund; if one carries only a digest, it can be compared
    only where the request names candidates.
    """
    marked = [row for row in rows if row.operation_id or row.mark]
    unresolved = [row for row in marked if not row.operation_id]
    return not rows or (bool(marked) and (is_asked or not unresolved))


def _named(row: Transaction, candidates: Collection[str]) -> Transaction:
    """The row with its operation's id, where Clover answered with its digest alone."""
    if row.operation_id:
        return row
    names = operations_by_digest(candidates)
    return replace(row, operation_id=operation_of_digest(row.mark, names))
