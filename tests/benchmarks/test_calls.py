"""How much Python a charge costs, counted in calls: a number without noise."""

import json
import sys
from pathlib import Path

import pytest

from clover_provider import CloverConfig, CloverProvider
from payment_hooks import (
    ChargeDetails,
    Money,
    PaymentRequest,
    PaymentSource,
    ProviderHooks,
)
from tests.clover_provider.badserver import answering, http_answer, serving

MOST_CALLS = 1_900
"""Some 150 of them see to it that no answer shows what was sent as a secret."""
ANSWER = Path(__file__).parents[1] / "answers" / "clover" / "charge.json"


@pytest.fixture
def gateway():
    """A gateway to a Clover that gives every request the same charge."""
    body = json.dumps(json.loads(ANSWER.read_text())["body"]).encode()
    with serving(answering(http_answer(body, "Content-Type: application/json"))) as url:
        config = CloverConfig.from_mapping(
            {
                "ENVIRONMENT": "local",
                "BASE_URL": url,
                "MERCHANT_ID": "TESTMERCH0001",
                "PRIVATE_KEY": "key",
            }
        )
        provider = CloverProvider(config)
        yield ProviderHooks.to(provider)
        provider.close()


def count_calls(act):
    """Python and C calls while `act` runs in this thread."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_a_warm_charge_stays_within_its_calls(gateway):
    def charge():
        gateway.charge(
            PaymentRequest(
                amount=Money(2599, "USD"),
                source=PaymentSource(token="clv_1"),
                reference="100123",
                details=ChargeDetails(shopper_ip="203.0.113.7"),
            )
        )

    for _ in range(3):
        charge()

    assert count_calls(charge) <= MOST_CALLS
