"""The shopper comes back to this payment's pages."""

from datetime import UTC, datetime

import pytest

from clover_django.web.addresses import return_urls
from payment_hooks import Mode, Money, Payment

PAYMENT = Payment(
    payment_id="p1",
    provider="clover",
    merchant_id="TESTMERCH0001",
    reference="100123",
    mode=Mode.HOSTED,
    amount_due=Money(2599, "USD"),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("base", "start"),
    [
        ("", "http://testserver/clover"),
        ("https://shop.example", "https://shop.example/clover"),
        ("https://shop.example/", "https://shop.example/clover"),
    ],
)
def test_addresses_stand_on_the_setting_or_the_request(settings, rf, base, start):
    settings.CLOVER = {**settings.CLOVER, "RETURN_BASE_URL": base}

    urls = return_urls(rf.get("/anything"), PAYMENT)

    assert urls.success == f"{start}/return/p1/"
    assert urls.failure == urls.cancel == f"{start}/cancel/p1/"
