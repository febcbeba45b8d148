"""The history of payments as people read it: when, what, why and who."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clover_django import conf, models
from clover_django.fields.moments import to_utc
from clover_django.language import words
from clover_django.language.amounts import show_amount
from clover_django.language.sentences import Show, describe_operation
from payment_hooks import FUNDING, Operation, PaymentRecord, PaymentState

_STAFF = "user "
_SHOPPER = "shopper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to a payment; its texts are in the reader's language."""

    at: datetime
    what: str
    why: str = ""
    who: str = ""
    operation: Operation | None = None
    """The movement it is about; None for what concerns the payment as a whole."""

    @property
    def state(self) -> str:
        """Of the operation; empty without one."""
        return self.operation.state.value if self.operation else ""

    @property
    def transaction_id(self) -> str:
        """Clover's id; empty where there is none."""
        return self.operation.transaction_id if self.operation else ""


def read_timelines(
    records: Iterable[PaymentRecord], show: Show = show_amount
) -> dict[str, list[Entry]]:
    """The entries of each payment by its id, oldest first; two queries for all of them."""
    known = {record.payment.payment_id: record for record in records}
    rows = models.PaymentEvent.objects.using(conf.ledger_alias())
    events: list[Any] = list(rows.filter(payment_id__in=list(known)).order_by("pk"))
    names = actor_names({event.actor for event in events})
    return {
        payment_id: _timeline(
            record,
            [event for event in events if event.payment_id == payment_id],
            names,
            show,
        )
        for payment_id, record in known.items()
    }


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Who the actors of the history are: staff by name or e-mail address."""
    known = set(actors)
    pks = {actor.removeprefix(_STAFF) for actor in known if actor.startswith(_STAFF)}
    users = get_user_model()._default_manager.in_bulk(
        [int(pk) for pk in pks if pk.isdecimal()]
    )
    people = {f"{_STAFF}{pk}": _name_of(user) for pk, user in users.items()}
    return {actor: people.get(actor) or _name_without_account(actor) for actor in known}


def _timeline(
    record: PaymentRecord,
    events: Sequence[Any],
    names: dict[str, str],
    show: Show,
) -> list[Entry]:
    card = next((row.card_label for row in record.operations if row.card_label), "")
    entries = [
        _of_operation(
            row,
            [event for event in events if event.operation_id == row.operation_id],
            names,
            describe_operation(row, card, show),
        )
        for row in record.operations
    ]
    entries += _of_payment([event for event in events if not event.operation_id], names)
    return sorted(entries, key=lambda entry: entry.at)


def _of_operation(
    row: Operation,
    events: Sequence[Any],
    names: dict[str, str],
    what: str,
) -> Entry:
    actor = events[0].actor if events else ""
    if not actor and row.kind in FUNDING:
        actor = _SHOPPER  # a checkout says no name
    reasons = [
        words.reason_name(row.refund_reason) if row.refund_reason else "",
        words.flag_name(row.flag) if row.flag else "",
        row.message,
    ]
    return Entry(
        at=to_utc(events[-1].at) if events else row.updated_at,
        what=what,
        why="; ".join(filter(None, reasons)),
        who=names.get(actor) or words.actor_name(actor),
        operation=row,
    )


def _of_payment(events: Sequence[Any], names: dict[str, str]) -> Iterable[Entry]:
    """The marks that came and went, and that the payment was given up."""
    marks: list[str] = []
    for event in events:
        now = [mark for mark in event.reason.split(", ") if mark]
        who = names.get(event.actor, "")
        for text, changed in (
            (_("Needs attention: %(flag)s"), [row for row in now if row not in marks]),
            (_("Done: %(flag)s"), [row for row in marks if row not in now]),
        ):
            for mark in changed:
                what = text % {"flag": words.flag_name(mark)}
                yield Entry(at=to_utc(event.at), what=what, who=who)
        if event.after == PaymentState.CLOSED != event.before:
            what = pgettext("history", "The payment was closed: nothing was taken")
            yield Entry(at=to_utc(event.at), what=what, who=who)
        marks = now


def _name_of(user: object) -> str:
    full_name = getattr(user, "get_full_name", str)()
    return str(full_name or getattr(user, "email", "") or user)


def _name_without_account(actor: str) -> str:
    if actor.startswith(_STAFF):
        return _("A deleted account (%(number)s)") % {
            "number": actor.removeprefix(_STAFF)
        }
    return words.actor_name(actor)
