"""What has happened is added to the history, and nothing takes it away again."""

from functools import partial

import pytest
from django.db.models import ProtectedError

from clover_django import models
from payment_hooks.testing.ledger_checks.records import make_payment


@pytest.fixture
def events(database):
    database.add_payment(make_payment())
    return models.PaymentEvent.objects.using(database.using)


def test_the_history_is_neither_changed_nor_deleted(events):
    event = events.get()
    event.reason = "another story"

    for change in (
        event.save,
        event.delete,
        events.delete,
        partial(events.update, reason="another story"),
        partial(events.bulk_update, [event], ["reason"]),
    ):
        with pytest.raises(models.HistoryIsKept):
            change()

    assert list(events.values_list("after", "reason")) == [("open", "")]


def test_what_has_a_history_cannot_be_deleted(events):
    with pytest.raises(ProtectedError):
        models.Payment.objects.using(events.db).all().delete()
