"""Looks at the whole shop: system checks, the account at Clover, the ledger, adapters."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.checks import CheckMessage, run_checks
from django.db import DatabaseError

from clover_django import checks, conf, payments
from clover_django.ledger.overview import Overview, read_overview
from clover_django.web import probes
from clover_django.web.addresses import path_of
from clover_provider.cli.doctor import Finding, Verdict, examine
from payment_hooks import ConfigurationError

__all__ = ["Examination", "Examined", "Finding", "Verdict", "examine_shop", "register"]

Examination = Callable[[bool], Iterable[Finding]]
"""What an adapter adds: findings; its argument says whether Clover may be asked."""

CHECKS, CLOVER, LEDGER = "system checks", "Clover", "ledger"
LATE = timedelta(minutes=15)
"""How old an unknown outcome, or what is due, may be before recovery is at fault."""

_adapters: dict[str, Examination] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One part of the shop and what was found there."""

    part: str
    findings: tuple[Finding, ...]

    def as_rows(self) -> list[dict[str, object]]:
        """For JSON: `part`, `subject`, `text` and `verdict` of each."""
        return [{"part": self.part, **row.as_dict()} for row in self.findings]


def register(part: str, examination: Examination) -> None:
    """Let an adapter add a part of its own; call it in `AppConfig.ready`."""
    _adapters[part] = examination


def examine_shop(*, online: bool) -> Iterator[Examined]:
    """Each part in turn; with `online`, Clover is asked by reading calls alone."""
    yield _examined(CHECKS, _system())
    yield _examined(CLOVER, _account(online=online))
    yield _examined(LEDGER, _ledger())
    for part, examination in _adapters.items():
        yield _examined(part, examination(online))


def _examined(part: str, findings: Iterable[Finding]) -> Examined:
    return Examined(part=part, findings=tuple(findings))


def _system() -> Iterator[Finding]:
    """The registered checks, and what only a request through all middleware shows."""
    rows = run_checks(tags=[checks.TAG], include_deployment_checks=True)
    found = [row for row in rows if not row.is_silenced()]
    has_pages = not payments.keeps_merchants_elsewhere()
    if has_pages and not any(row.is_serious() for row in found):
        found += probes.check_pages()
    yield from (_of_check(row) for row in found)
    if any(row.is_serious() for row in found):
        return
    if has_pages:
        yield Finding(subject="webhook path", text=path_of("webhook"))
    elif not found:
        yield Finding(subject=CHECKS, text="have nothing to say")


def _of_check(message: CheckMessage) -> Finding:
    hint = f". {message.hint}" if message.hint else ""
    verdict = Verdict.WRONG if message.is_serious() else Verdict.UNKNOWN
    subject = message.id or CHECKS
    return Finding(subject=subject, text=f"{message.msg}{hint}", verdict=verdict)


def _account(*, online: bool) -> Iterable[Finding]:
    """What the provider finds; merchants elsewhere are in their adapter's part."""
    if payments.keeps_merchants_elsewhere():
        return ()
    try:
        return examine(conf.get_config(), online=online)
    except ConfigurationError:
        return (_NOT_EXAMINED,)


_NOT_EXAMINED = Finding(
    subject="settings",
    text="nothing more can be looked at before they can be read",
    verdict=Verdict.UNKNOWN,
)


def _ledger() -> Iterator[Finding]:
    now = datetime.now(UTC)
    alias = conf.ledger_alias()
    try:
        overview = read_overview(alias, due_before=now - LATE)
    except DatabaseError as error:
        text = f"cannot be read: run manage.py migrate ({error})"
        yield Finding(subject=f"database {alias}", text=text, verdict=Verdict.WRONG)
        return
    yield _open_operations(overview)
    yield _unknown_outcomes(overview, now)
    yield _recovery(overview)
    yield _flags(overview)
    yield from _messages(overview)


def _open_operations(overview: Overview) -> Finding:
    counts = [f"{number} {state}" for state, number in overview.open.items()]
    return Finding(subject="open operations", text=", ".join(counts) or "none")


def _unknown_outcomes(overview: Overview, now: datetime) -> Finding:
    subject, oldest = "unknown outcomes", overview.oldest_unknown
    if oldest is None:
        return Finding(subject=subject, text="none")
    is_late = oldest < now - LATE
    return Finding(
        subject=subject,
        text=f"the oldest is of {_shown(oldest)}: manage.py clover_recover asks Clover "
        "about them, and says what it cannot find out",
        verdict=Verdict.WRONG if is_late else Verdict.UNKNOWN,
    )


def _recovery(overview: Overview) -> Finding:
    subject = "recovery"
    if overview.overdue_since is None:
        return Finding(subject=subject, text="nothing has been waiting for long")
    return Finding(
        subject=subject,
        text=f"has not looked at payments due since {_shown(overview.overdue_since)}: "
        "start the Celery worker and beat that run clover_django.recover, or call "
        "manage.py clover_recover every minute",
        verdict=Verdict.WRONG,
    )


def _flags(overview: Overview) -> Finding:
    if not overview.flagged:
        return Finding(subject="flagged payments", text="none")
    return Finding(
        subject="flagged payments",
        text=f"{overview.flagged} in the admin: a person must look, and the page of "
        "flags has the remedies",
        verdict=Verdict.UNKNOWN,
    )


def _messages(overview: Overview) -> Iterator[Finding]:
    subject, last = "webhooks", overview.last_message_at
    text = f"the last one came {_shown(last)}" if last else "none has come yet"
    yield Finding(subject=subject, text=text)
    if overview.unmatched:
        text = f"{overview.unmatched} of them fit no payment: clover_recover names them"
        yield Finding(subject=subject, text=text, verdict=Verdict.UNKNOWN)
    if overview.unfinished:
        text = f"{overview.unfinished} of them had no effect yet: clover_recover looks "
        text += "at their payments when they are due"
        yield Finding(subject=subject, text=text, verdict=Verdict.UNKNOWN)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
