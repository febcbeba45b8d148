"""An event with tickets, a shopper, and `FakeProvider` in Clover's place."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Event, Organizer

from clover_django.testing import provider_in_place
from payment_hooks.testing import FakeProvider

from .bench import Bench

DATABASES = ["default", "clover_ledger"]


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.django_db(transaction=True, databases=DATABASES))


@pytest.fixture
def event(transactional_db):
    with scopes_disabled():
        organizer = Organizer.objects.create(name="Tea Society", slug="tea")
        event = Event.objects.create(
            organizer=organizer,
            name="Tasting",
            slug="tasting",
            currency="USD",
            date_from=now() + timedelta(days=30),
            plugins="pretix_clover",
            live=True,
        )
        event.settings.payment_clover__enabled = True
        event.settings.payment_clover_mode = "iframe"
        item = event.items.create(name="Seat", default_price=10)
        event.quotas.create(name="Seats", size=100).items.add(item)
        yield event


@pytest.fixture
def provider(event):
    with provider_in_place(FakeProvider(secret="shared")) as fake:
        yield fake


@pytest.fixture
def shop(event, provider):
    with scopes_disabled():
        yield Bench(event, provider)
