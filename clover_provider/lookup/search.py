"""`payment_find` at Clover: it has no search, so the list of charges is compared."""

from dataclasses import replace

from clover_provider.api.charges import read_charge
from clover_provider.api.fields import Reading, only_read
from clover_provider.api.references import belongs_to, is_marked
from clover_provider.lookup.queries import Queries, TooManyPages
from clover_provider.lookup.time_window import TimeWindow
from clover_provider.wire.json_strict import Fields
from payment_hooks import FindRequest, FindResult, Transaction


def find(queries: Queries, request: FindRequest) -> FindResult:
    """The charge of an operation, among those of the window.

    Raises:
        ProviderUnavailable: no answer came, or it cannot be read.
    """
    with only_read():
        try:
            return _search(queries, request)
        except TooManyPages:
            return FindResult()


def _search(queries: Queries, request: FindRequest) -> FindResult:
    window = TimeWindow(since=request.since, until=request.until)
    is_any_marked = is_any_bare = False
    for fields in queries.pages("/v1/charges", {}, window):
        charge = Reading(fields=fields, what="charge")
        if belongs_to(charge, request.operation_id):
            found = _read(queries, fields, request.operation_id)
            return FindResult(transaction=found, complete=True)
        if is_marked(charge):
            is_any_marked = True
        elif window.contains(charge.moment("created")):
            is_any_bare = True
    # Where no listed charge carries a reference, Clover may leave them out of lists.
    return FindResult(complete=is_any_marked or not is_any_bare)


def _read(queries: Queries, fields: Fields, operation_id: str) -> Transaction:
    """The charge, which is the operation's: it shows the id of it, or its digest."""
    charge = read_charge(
        fields,
        merchant_id=queries.config.merchant_id,
        merchant_currency=queries.config.currency,
    )
    return replace(charge, operation_id=operation_id)
