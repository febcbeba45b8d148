"""Reconciliation: compares the provider's list with the ledger, in both directions."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from payment_hooks.engine.matching.findings import Finding, FindingKind
from payment_hooks.engine.matching.judge import Window, takings_first
from payment_hooks.engine.payments import Payments
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode, Flag
from payment_hooks.model.records import Operation
from payment_hooks.model.requests import ListRequest
from payment_hooks.model.results import Transaction
from payment_hooks.recovery.findings import ReconcileReport

_BEGUN_BEFORE = timedelta(days=1)
"""The longest time between the start of a payment and its money."""
_SMALLEST_WINDOW = timedelta(hours=1)
_LEFT_OUT = {
    "payment_list": "its payments cannot be compared",
    "payment_retrieve": "what is missing in its list cannot be looked at once more, and "
    "is not reported",
}
"""What is not done for a provider without the hook."""

Progress = Callable[[int, int], None]
"""Called after each transaction: how many were compared, of how many."""


class Reconciliation:
    """Compares a window of time; repairs what is certain, flags the rest.

    It never moves money. Certain is a transaction that has an id we know or our own mark,
    and fits the request; the same amount at about the same time is not enough.
    """

    def __init__(self, payments: Payments) -> None:
        self.payments = payments
        self.ledger = payments.ledger

    def run(
        self,
        since: datetime,
        until: datetime,
        *,
        repair: bool = False,
        on_progress: Progress | None = None,
    ) -> ReconcileReport:
        """What differs among the transactions made from `since` until `until`.

        Args:
            since: aware; the first moment that is looked at.
            until: aware; the first one that is not.
            repair: write down what is certain, and flag; a dry run changes nothing.
            on_progress: called after each transaction.

        Raises:
            ProviderUnavailable: the list could not be had; nothing was changed.
        """
        if until <= since:
            raise InvalidRequest(
                "the window ends before it begins", code=ErrorCode.WINDOW_EMPTY
            )
        if not self.payments.provider.has("payment_list"):
            return self._impossible(since, until, repair)
        waiting = [row.operation_id for row in self._rows(since, until) if _waits(row)]
        # The list comes first: what was sent before it is in the ledger after it.
        listed, complete = self._list(since, until, tuple(waiting))
        window = Window(self._rows(since, until), listed)
        findings = list(self._judge(listed, window, repair, on_progress))
        can_retrieve = self.payments.provider.has("payment_retrieve")
        if complete and can_retrieve:
            findings.extend(self._missing(since, until, listed, window, repair))
        return ReconcileReport(
            since=since,
            until=until,
            findings=tuple(findings),
            compared=len(listed),
            complete=complete and can_retrieve,
            repaired=repair,
            problems=() if can_retrieve else (self._problem("payment_retrieve"),),
        )

    def _impossible(
        self, since: datetime, until: datetime, repair: bool
    ) -> ReconcileReport:
        return ReconcileReport(
            since=since,
            until=until,
            complete=False,
            repaired=repair,
            problems=(self._problem("payment_list"),),
        )

    def _problem(self, hook: str) -> str:
        return (
            f"provider {self.payments.provider.name!r} has no {hook}: {_LEFT_OUT[hook]}"
        )

    def _rows(self, since: datetime, until: datetime) -> Iterator[Operation]:
        first, end = since - _BEGUN_BEFORE, until + self.payments.policy.clock_skew
        last: Operation | None = None
        while page := self.ledger.operations_between(first, end, after=last):
            yield from page
            last = page[-1]

    def _list(
        self, since: datetime, until: datetime, candidates: tuple[str, ...]
    ) -> tuple[list[Transaction], bool]:
        """The provider's list; a window that is too full is asked for in halves."""
        result = self.payments.provider.list(
            ListRequest(since=since, until=until, candidates=candidates)
        )
        half = (until - since) / 2
        if not result.too_long or half < _SMALLEST_WINDOW:
            return list(result.transactions), result.complete
        early, early_complete = self._list(since, since + half, candidates)
        late, late_complete = self._list(since + half, until, candidates)
        both = {row.transaction_id: row for row in (*early, *late)}
        return list(both.values()), early_complete and late_complete

    def _judge(
        self,
        listed: list[Transaction],
        window: Window,
        repair: bool,
        on_progress: Progress | None,
    ) -> Iterator[Finding]:
        judge = self.payments.judge(repair=repair)
        for number, transaction in enumerate(sorted(listed, key=takings_first), 1):
            yield from judge.judge(transaction, window)
            if on_progress is not None:
                on_progress(number, len(listed))

    def _missing(
        self,
        since: datetime,
        until: datetime,
        listed: list[Transaction],
        window: Window,
        repair: bool,
    ) -> Iterator[Finding]:
        """Findings for money in the ledger that the provider does not know."""
        seen = {row.transaction_id for row in listed}
        skew = self.payments.policy.clock_skew
        for row in window.rows:
            is_within = since + skew <= row.created_at < until - skew
            is_unseen = row.funds_payment and row.transaction_id not in seen
            if not (is_within and is_unseen and self._owns(row)):
                continue
            if self.payments.resolver.fetch(row.transaction_id) is None:
                yield self._lost(row, repair)

    def _owns(self, row: Operation) -> bool:
        return self.payments.owns(self.payments.get(row.payment_id))

    def _lost(self, row: Operation, repair: bool) -> Finding:
        if repair:
            self.payments.flag(row.payment_id, Flag.MISSING_AT_PROVIDER)
        return Finding(
            kind=FindingKind.FLAGGED,
            transaction_id=row.transaction_id,
            reference=self.payments.get(row.payment_id).reference,
            payment_id=row.payment_id,
            expected=row.effective_amount,
            flag=Flag.MISSING_AT_PROVIDER,
        )


def reconcile_all(
    merchants: Iterable[Payments],
    since: datetime,
    until: datetime,
    *,
    repair: bool = False,
) -> ReconcileReport:
    """One report over all merchants of one ledger; as `Reconciliation.run` says."""
    reports = [
        Reconciliation(payments).run(since, until, repair=repair)
        for payments in merchants
    ]
    return ReconcileReport(
        since=since,
        until=until,
        findings=tuple(found for each in reports for found in each.findings),
        compared=sum(each.compared for each in reports),
        complete=all(each.complete for each in reports),
        repaired=repair,
        problems=tuple(found for each in reports for found in each.problems),
    )


def _waits(row: Operation) -> bool:
    return row.state.is_open
