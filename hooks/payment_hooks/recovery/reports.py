"""Reports of recovery and reconciliation as text and JSON, for every command line."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from payment_hooks.engine.matching.findings import Finding, FindingKind
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.recovery.findings import ReconcileReport
from payment_hooks.recovery.recovery import Recovered, RecoveryReport

_AGO = re.compile(r"([0-9]{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_moment(text: str, now: datetime) -> datetime:
    """The moment that `text` names: `36h`, `7d`, a date, or an ISO time.

    Without an offset it is in UTC.

    >>> read_moment("36h", datetime(2026, 11, 3, 12, tzinfo=UTC)).isoformat()
    '2026-11-02T00:00:00+00:00'

    Raises:
        InvalidRequest: it names none.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"{text!r} is no time: say 36h, 7d, 2026-11-03 or 2026-11-03T12:00+00:00",
            code=ErrorCode.TIME_INVALID,
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def recovery_table(report: RecoveryReport) -> str:
    """The report as a table, followed by what is left to do."""
    rows = [
        (row.reference, row.payment_id, str(row.amount_due), row.state, _remark(row))
        for row in report.rows
    ]
    table = _table(("REFERENCE", "PAYMENT", "DUE", "STATE", ""), rows)
    said = [
        f"{row.kind} message {row.event_id} of {row.transaction_id} fits no payment: "
        f"{row.remedy}"
        for row in report.messages
    ]
    sums = (
        f"{len(report.rows)} looked at, {len(report.unresolved)} still unknown, "
        f"{len(report.flagged)} for a person"
    )
    return table + "\n".join([*said, sums])


def recovery_json(report: RecoveryReport) -> str:
    """The report as JSON."""
    rows = [
        {
            "reference": row.reference,
            "payment_id": row.payment_id,
            "amount_due": str(row.amount_due),
            "state": row.state.value,
            "flags": list(row.flags),
            "problem": row.problem,
        }
        for row in report.rows
    ]
    messages = [
        {
            "event_id": row.event_id,
            "kind": row.kind.value,
            "transaction_id": row.transaction_id,
            "occurred_at": row.occurred_at.isoformat(),
            "remedy": row.remedy,
        }
        for row in report.messages
    ]
    return _json({"clean": report.is_clean, "payments": rows, "messages": messages})


def reconcile_table(report: ReconcileReport) -> str:
    """The differences as a table, followed by their number."""
    rows = [
        (
            row.kind,
            row.flag,
            row.reference,
            row.transaction_id,
            _amount(row.expected),
            _amount(row.found),
            row.payment_id,
        )
        for row in report.findings
    ]
    heads = ("", "WHY", "REFERENCE", "TRANSACTION", "EXPECTED", "FOUND", "PAYMENT")
    sums = ", ".join(f"{len(report.of(kind))} {kind}" for kind in FindingKind)
    lines = [f"{report.compared} compared, {sums}, no money moved"]
    if not report.repaired:
        lines.append("dry run: nothing was changed; say --repair to write it down")
    lines += report.problems
    if not (report.complete or report.problems):
        lines.append(
            "the provider's list has a gap: absence proves nothing; look again later"
        )
    return _table(heads, rows) + "\n".join(lines)


def reconcile_json(report: ReconcileReport) -> str:
    """The differences as JSON."""
    return _json(
        {
            "since": report.since.isoformat(),
            "until": report.until.isoformat(),
            "clean": report.is_clean,
            "complete": report.complete,
            "repaired": report.repaired,
            "compared": report.compared,
            "problems": list(report.problems),
            "findings": [_finding(row) for row in report.findings],
        }
    )


def _remark(row: Recovered) -> str:
    flags = f"look: {', '.join(row.flags)}" if row.flags else ""
    return "; ".join(part for part in (flags, row.problem) if part)


def _finding(row: Finding) -> dict[str, str | None]:
    return {
        "kind": row.kind.value,
        "flag": row.flag,
        "reference": row.reference,
        "payment_id": row.payment_id,
        "transaction_id": row.transaction_id,
        "expected": _amount(row.expected) or None,
        "found": _amount(row.found) or None,
    }


def _amount(amount: object) -> str:
    return "" if amount is None else str(amount)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Aligned columns, or nothing where there are no rows."""
    lines = [tuple(map(str, row)) for row in rows]
    if not lines:
        return ""
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    return "".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        + "\n"
        for line in (tuple(heads), *lines)
    )


def _json(content: dict[str, object]) -> str:
    return json.dumps(content, indent=2)
