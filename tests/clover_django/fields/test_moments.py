"""A moment stays one, whatever the shop's settings make of times."""

import ast
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.test import Client

from clover_django import models
from clover_django.fields.moments import to_utc
from clover_django.testing import let_time_pass
from payment_hooks import (
    Mode,
    Money,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
)
from payment_hooks.recovery.recovery import recover_all
from payment_hooks.testing import FakeProvider
from payment_hooks.testing.ledger_checks.records import make_payment
from tests.clover_django.conftest import ALIAS
from tests.clover_django.paying import paid, unknown_outcome
from tests.house.project import ROOT

NEW_YORK = "America/New_York"
REPEATED = [  # 1:30 in New York, and an hour later 1:30 again
    datetime(2026, 11, 1, 5, 30, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, 0, 1, tzinfo=UTC),
]


@pytest.fixture
def local(settings):
    settings.USE_TZ, settings.TIME_ZONE = False, NEW_YORK


def keep(ledger):
    """A payment of each moment of the repeated hour."""
    for number, moment in enumerate(REPEATED):
        ledger.add_payment(
            make_payment(
                payment_id=f"p{number}", reference=f"r{number}", created_at=moment
            )
        )


def forget_zone(connection):
    """The next statement is sent on a connection with the settings' zone."""
    connection.close()
    for name in ("timezone", "timezone_name"):
        connection.__dict__.pop(name, None)


def kept(ledger):
    return [ledger.get_payment(f"p{number}").created_at for number in range(2)]


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, "Asia/Kathmandu"])
@pytest.mark.parametrize("before", [True, False])
def test_a_shop_that_changes_its_settings_keeps_its_times(
    database, settings, before, zone
):
    settings.USE_TZ, settings.TIME_ZONE = before, NEW_YORK
    keep(database)

    settings.USE_TZ, settings.TIME_ZONE = not before, zone

    assert kept(database) == REPEATED


@pytest.mark.parametrize("use_tz", [True, False])
def test_the_time_zone_of_a_database_moves_no_time(
    database, settings, monkeypatch, use_tz
):
    settings.USE_TZ = use_tz
    if use_tz:  # Django refuses it otherwise
        connection = connections[ALIAS]
        monkeypatch.setitem(connection.settings_dict, "TIME_ZONE", NEW_YORK)
        forget_zone(connection)

    keep(database)

    assert kept(database) == REPEATED
    forget_zone(connections[ALIAS])


def test_the_shop_sees_its_own_local_times(database, local):
    keep(database)

    rows = models.Payment.objects.using(ALIAS).order_by("pk")
    seen = [row.created_at for row in rows]

    assert [moment.isoformat() for moment in seen] == ["2026-11-01T01:30:00.000001"] * 2
    assert [to_utc(moment) for moment in seen] == REPEATED


def test_local_times_find_what_happened_since(database, local):
    keep(database)
    rows = models.Payment.objects.using(ALIAS)
    second = datetime(2026, 11, 1, 1, 30, 0, 1, fold=1)

    found = rows.filter(created_at__gte=second).values_list("payment_id", flat=True)

    assert list(found) == ["p1"]


def test_what_is_stamped_by_the_database_row_is_now(database, local):
    database.add_payment(make_payment())

    (event,) = models.PaymentEvent.objects.using(ALIAS)

    assert abs(to_utc(event.at) - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_unknown_outcome_is_resolved_without_time_zones(database, local):
    fake = FakeProvider()
    payments = Payments.using(fake, ledger=database)
    payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))
    fake.fail("payment_charge", OutcomeUnknown("cut off"), after=True)
    fake.fail("payment_retry", OutcomeUnknown("cut off"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment.payment_id, PaymentSource(token="tok"))
    fake.mend()
    ago = datetime.now(UTC) - timedelta(minutes=2)
    models.Operation.objects.using(ALIAS).update(due=ago, updated_at=ago)

    report = recover_all([payments])

    assert [row.state for row in report.rows] == [PaymentState.PAID]
    assert report.is_clean


def test_the_command_resolves_an_unknown_outcome_without_time_zones(
    local, fake, capsys
):
    unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    call_command("clover_recover")
    call_command("clover_reconcile", "--json")

    assert "1 looked at, 0 still unknown" in capsys.readouterr().out


def test_the_admin_shows_local_times(local, fake):
    payment = paid()
    moment = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)
    models.Payment.objects.update(created_at=moment)
    client = Client()
    client.force_login(User.objects.create_superuser("owner"))

    listed = client.get("/admin/clover_django/payment/").content.decode()
    row = models.Payment.objects.get(payment_id=payment.payment_id)
    shown = client.get(f"/admin/clover_django/payment/{row.pk}/change/")

    assert "July 1, 2026, 12:30 p.m." in listed
    assert "July 1, 2026, 12:30 p.m." in shown.content.decode()


def test_the_adapters_ask_no_clock_that_may_be_naive():
    """`timezone.now()` is naive without `USE_TZ`; the records' times are not."""
    found = [
        f"{path.name}:{node.lineno}"
        for name in ("clover_django", "clover_oscar")
        for path in (ROOT / "contrib" / name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow"}
        and ast.unparse(node) in {"timezone.now", "datetime.utcnow"}
    ]

    assert found == []
