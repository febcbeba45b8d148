"""`clover_doctor`: one command for settings, account, ledger and adapters."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from clover_django import doctor, models, payments
from clover_django.conf import ledger_alias
from clover_django.doctor import Finding, Verdict
from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from tests.clover_django.paying import (
    at_the_page,
    broken_database,
    keep_message,
    paid,
    unknown_outcome,
)

pytest_plugins = ["clover_simulator.testing"]


@pytest.fixture(autouse=True)
def no_adapters(monkeypatch):
    monkeypatch.setattr(doctor, "_adapters", {})


def examined(part, *, online=False):
    """The findings of a part by subject, as `(verdict, text)`."""
    [found] = [row for row in doctor.examine_shop(online=online) if row.part == part]
    return {row.subject: (row.verdict, row.text) for row in found.findings}


def test_a_shop_that_is_set_up_well_ends_with_0(fake, capsys):
    call_command("clover_doctor", offline=True)

    said = capsys.readouterr().out
    assert "ok       settings: local, merchant TESTMERCH0001, USD, modes iframe" in said
    assert "ok       webhook path: /clover/webhook/" in said
    assert "ledger\nok       open operations: none" in said
    assert "wrong" not in said


def test_what_its_own_requests_provoke_is_not_logged(simulated, caplog):
    caplog.set_level("DEBUG")

    found = examined(doctor.CHECKS)

    assert found["webhook path"] == (Verdict.OK, "/clover/webhook/")
    assert [row for row in caplog.records if "clover/" in row.getMessage()] == []
    assert logging.root.manager.disable == logging.NOTSET


@pytest.mark.parametrize("value", [None, ["x"], {"ENVIRONMENT": "mars"}])
def test_a_broken_setting_ends_with_1_and_a_sentence(
    transactional_db, settings, capsys, value
):
    settings.CLOVER = value

    with pytest.raises(SystemExit) as ended:
        call_command("clover_doctor")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "wrong    clover_django.E001: CLOVER" in said
    assert "settings: nothing more can be looked at before they can be read" in said


def test_a_warning_may_be_right_and_a_silenced_one_is_left_out(fake, settings):
    settings.DEBUG = True
    settings.CLOVER = {**settings.CLOVER, "ENVIRONMENT": "production", "BASE_URL": ""}
    found = examined(doctor.CHECKS)

    settings.SILENCED_SYSTEM_CHECKS = ["clover_django.W002"]

    assert found["clover_django.W002"][0] is Verdict.UNKNOWN
    assert "clover_django.W002" not in examined(doctor.CHECKS)


@pytest.fixture
def simulated(transactional_db, settings, clover_simulator):
    merchant = clover_simulator.merchant
    settings.CLOVER = {
        "ENVIRONMENT": "local",
        "BASE_URL": clover_simulator.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
    }
    return clover_simulator


def test_clover_is_asked_by_reading_alone(simulated):
    found = examined(doctor.CLOVER, online=True)

    assert found["charges"] == (
        Verdict.OK,
        "Clover answers, and takes the private key",
    )
    assert {row.method for row in simulated.requests} == {"GET"}


def test_offline_asks_nothing(simulated, capsys):
    call_command("clover_doctor", offline=True)

    assert "charges" not in capsys.readouterr().out
    assert simulated.requests == []


def test_a_refused_key_ends_with_1(simulated, settings, capsys):
    settings.CLOVER = {**settings.CLOVER, "PRIVATE_KEY": "another-key"}

    with pytest.raises(SystemExit) as ended:
        call_command("clover_doctor")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "wrong    charges: " in said
    assert "another-key" not in said


def test_an_unknown_outcome_is_wrong_once_it_is_old(fake):
    unknown_outcome(fake)
    fresh = examined(doctor.LEDGER)
    models.Operation.objects.using(ledger_alias()).update(
        created_at=timezone.now() - timedelta(minutes=16)
    )

    old = examined(doctor.LEDGER)

    assert fresh["open operations"] == (Verdict.OK, "1 unknown")
    assert fresh["unknown outcomes"][0] is Verdict.UNKNOWN
    assert old["unknown outcomes"][0] is Verdict.WRONG


def test_recovery_that_does_not_run_is_wrong(fake):
    at_the_page()
    let_time_pass(minutes=14)
    before = examined(doctor.LEDGER)["recovery"]
    let_time_pass(minutes=16)

    after = examined(doctor.LEDGER)["recovery"]

    assert before[0] is Verdict.OK
    assert after[0] is Verdict.WRONG
    assert "clover_recover every minute" in after[1]


def test_flagged_payments_are_counted_and_end_with_0(fake, capsys):
    for _ in range(2):
        get_payments().flag(paid().payment_id, "look_here")
    paid()

    call_command("clover_doctor", offline=True)

    assert "unknown  flagged payments: 2 in the admin" in capsys.readouterr().out


def test_messages_are_told_apart(fake):
    none = examined(doctor.LEDGER)["webhooks"]
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(payment.amount_due))
    unfinished = [*_webhooks()]
    keep_message(replace(session, session_id=""), fake.pay_session(payment.amount_due))

    assert none == (Verdict.OK, "none has come yet")
    assert ["the last one" in unfinished[0], *unfinished[1:]] == [
        True,
        "1 of them had no effect yet: clover_recover looks at their payments when "
        "they are due",
    ]
    assert "1 of them fit no payment: clover_recover names them" in _webhooks()


def _webhooks():
    return [
        row.text
        for part in doctor.examine_shop(online=False)
        for row in part.findings
        if row.subject == "webhooks"
    ]


def test_a_ledger_that_cannot_be_read_is_wrong(fake):
    with broken_database("clover_django_operation"):
        found = examined(doctor.LEDGER)

    [(verdict, text)] = found.values()
    assert verdict is Verdict.WRONG
    assert "run manage.py migrate" in text


def test_nothing_is_written(fake):
    unknown_outcome(fake)
    written = []

    def watch(execute, sql, *arguments):
        written.extend([sql] if not sql.startswith("SELECT") else [])
        return execute(sql, *arguments)

    with connections[ledger_alias()].execute_wrapper(watch):
        list(doctor.examine_shop(online=False))

    assert written == []


def test_an_adapter_adds_a_part_and_hears_whether_clover_may_be_asked(fake, capsys):
    asked = []

    def examine(online):
        asked.append(online)
        yield Finding(subject="stock", text="empty", verdict=Verdict.WRONG)

    doctor.register("Warehouse", examine)

    with pytest.raises(SystemExit):
        call_command("clover_doctor", offline=True)

    assert asked == [False]
    assert "Warehouse\nwrong    stock: empty" in capsys.readouterr().out


def test_json_names_the_part_of_each_finding(fake, capsys):
    doctor.register("Warehouse", lambda online: [Finding(subject="stock", text="full")])

    call_command("clover_doctor", offline=True, json=True)

    rows = json.loads(capsys.readouterr().out)
    assert {row["part"] for row in rows} == {
        "system checks",
        "Clover",
        "ledger",
        "Warehouse",
    }
    assert rows[-1] == {
        "part": "Warehouse",
        "subject": "stock",
        "text": "full",
        "verdict": "ok",
    }


def test_merchants_that_are_kept_elsewhere_need_no_setting(
    transactional_db, settings, monkeypatch, capsys
):
    monkeypatch.setattr(payments, "_merchants", [list])
    settings.CLOVER = None

    call_command("clover_doctor")

    said = capsys.readouterr().out
    assert "ok       system checks: have nothing to say" in said
    assert "Clover\n" not in said
