"""Which payments the dashboard lists: the views, and what staff searches for."""

from datetime import UTC, date, datetime, timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from clover_django import conf
from clover_django.language import words
from clover_django.models import Operation
from clover_django.models import Payment as PaymentRow
from clover_django.payments import get_payments
from clover_oscar.baskets.snapshot import ADAPTER
from payment_hooks import (
    FUNDING,
    ConfigurationError,
    OperationKind,
    OperationState,
    PaymentState,
)

ATTENTION, LAPSING, OPEN, ALL = "attention", "lapsing", "open", "all"
VIEWS = {
    ATTENTION: gettext_lazy("Needs attention"),
    LAPSING: pgettext_lazy("payments", "About to lapse"),
    OPEN: pgettext_lazy("payments", "Open"),
    ALL: pgettext_lazy("payments", "All"),
}
WARNED_BEFORE = timedelta(days=2)
"""How long before it may lapse an authorization needs attention."""

_UNKNOWN = [
    state.value
    for state in OperationState
    if state.is_open and state is not OperationState.WAITING
]
_STATES = (*PaymentState, OperationState.DECLINED, OperationState.UNKNOWN)
_LAST4 = 4
_MOST_IDS = 1000


def payments_in(view: str) -> QuerySet[PaymentRow]:
    """The payments of Oscar's checkout in one of `VIEWS`."""
    rows = PaymentRow.objects.using(conf.ledger_alias()).filter(adapter=ADAPTER)
    if view == ATTENTION:
        return rows.filter(~Q(flags=[]) | _having(_unfinished()) | _lapsing())
    if view == LAPSING:
        return rows.filter(_lapsing())
    return rows.filter(state=PaymentState.OPEN.value) if view == OPEN else rows


def authorization_window() -> timedelta | None:
    """How long the provider lets an authorization be captured; None if not known."""
    try:
        return get_payments().provider.info.limits.authorization_window
    except ConfigurationError:  # the checks say so, and the list is shown all the same
        return None


class PaymentSearch(forms.Form):
    """What staff searches for; every field may be empty."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        help_text=gettext_lazy(
            "Order number, customer's email, Clover's id or the card's last 4 digits"
        ),
        max_length=255,
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Payment state"),
        choices=[
            ("", pgettext_lazy("payment state", "Any")),
            *words.choices(_STATES, words.STATES),
        ],
        required=False,
    )
    since = forms.DateField(
        label=pgettext_lazy("date", "From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    until = forms.DateField(
        label=pgettext_lazy("date", "Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )

    def __init__(self, sent: QueryDict) -> None:
        super().__init__(sent, label_suffix="")
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control"
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_help"

    def narrow(self, rows: QuerySet[PaymentRow]) -> QuerySet[PaymentRow]:
        """Those of the rows that fit; what is typed wrong narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        if given.get("since"):
            rows = rows.filter(created_at__gte=_start_of(given["since"]))
        if given.get("until"):
            end = _start_of(given["until"] + timedelta(days=1))
            rows = rows.filter(created_at__lt=end)
        if given.get("state"):
            rows = rows.filter(_in_state(given["state"]))
        typed = str(given.get("q", "")).strip().removeprefix("#")
        return rows.filter(_matching(typed)) if typed else rows


def _operations() -> QuerySet[Operation]:
    return Operation.objects.using(conf.ledger_alias())


def _having(operations: QuerySet[Operation]) -> Q:
    # A subquery instead of a join: no payment comes twice, so nothing is made distinct.
    return Q(payment_id__in=operations.values("payment_id"))


def _unfinished() -> QuerySet[Operation]:
    """Of unknown outcome, or with money the shop was not notified of: both are due."""
    is_news = Q(notified=False, state=OperationState.SUCCEEDED.value)
    return _operations().filter(Q(state__in=_UNKNOWN) | is_news, due__isnull=False)


def _lapsing() -> Q:
    window = authorization_window()
    if window is None:
        return Q(pk__in=[])
    before = datetime.now(UTC) + WARNED_BEFORE - window
    old = _operations().filter(
        kind=OperationKind.AUTHORIZE.value,
        state=OperationState.SUCCEEDED.value,
        created_at__lte=before,
    )
    return Q(state=PaymentState.AUTHORIZED.value) & _having(old)


def _in_state(state: str) -> Q:
    if state in set(PaymentState):
        return Q(state=state)
    is_open = Q(state=PaymentState.OPEN.value)
    of_it = _operations().filter(payment_id=OuterRef("payment_id"))
    if state == OperationState.UNKNOWN:
        return Q(Exists(of_it.filter(state__in=_UNKNOWN, due__isnull=False)))
    kinds = [kind.value for kind in FUNDING]
    declined = of_it.filter(state=state, kind__in=kinds)
    unfinished = of_it.filter(open_slot__isnull=False)
    return is_open & Q(Exists(declined)) & ~Q(Exists(unfinished))


def _matching(typed: str) -> Q:
    wanted = Q(reference__startswith=typed) | Q(payment_id=typed)
    # Ids instead of a subquery: beside OR, PostgreSQL would read the whole table.
    named = _operations().filter(Q(transaction_id=typed) | Q(session_id=typed))
    ids = named.values_list("payment_id", flat=True)[:_MOST_IDS]
    wanted |= Q(payment_id__in=list(ids))
    if typed.isdecimal() and len(typed) == _LAST4:
        wanted |= _having(_operations().filter(details__last4=typed))
    if "@" in typed:
        users = get_user_model()._default_manager.filter(email__iexact=typed)
        pks = [str(pk) for pk in users.values_list("pk", flat=True)[:100]]
        wanted |= Q(context__order_fields__guest_email__iexact=typed)
        wanted |= Q(context__user_id__in=pks)
    return wanted


def _start_of(day: date) -> datetime:
    start = datetime(day.year, day.month, day.day)
    return timezone.make_aware(start, timezone.get_current_timezone())
