import pytest
from django.core.management import call_command


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """Locks and the ledger's own connection need transactions that end."""


@pytest.fixture
def channel():
    from saleor.channel.models import Channel

    from clover_saleor.installation.app import ensure_app

    ensure_app()
    return Channel.objects.create(slug="us", currency_code="USD")


@pytest.fixture
def shop(channel, clover_simulator):
    from tests.clover_saleor.helper import Shop

    return Shop(channel, clover_simulator)


@pytest.fixture
def recover():
    """A pass of recovery, long after."""

    def run(*, completing=True):
        from datetime import timedelta

        from django.utils import timezone
        from saleor.checkout.models import Checkout

        from clover_django.models import Operation

        then = timezone.now() - timedelta(minutes=10)
        rows = Operation.objects.using("clover_ledger")
        rows.filter(due__isnull=False).update(due=then)
        rows.filter(lease_until__isnull=False).update(lease_until=then)
        if completing:
            begun = Checkout.objects.filter(completing_started_at__isnull=False)
            begun.update(completing_started_at=then)
        call_command("clover_recover")

    return run
