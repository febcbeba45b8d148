"""Clover before the kit of providers: the real provider, against the simulator."""

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_provider.api.webhooks import sign
from clover_simulator.shopper import CHALLENGE_CARD
from payment_hooks import (
    BrowserInfo,
    Challenge,
    ChargeDetails,
    EventKind,
    PaymentSource,
    WebhookRequest,
)
from payment_hooks.testing import ProviderKit
from payment_hooks.testing.provider_kit import Moved

DECLINED_CARD = "4005571702222222"
BROWSER = BrowserInfo(
    accept_header="*/*",
    user_agent="Mozilla/5.0",
    language="en-US",
    origin="https://shop.example",
    screen_width=1792,
    screen_height=1120,
    color_depth=24,
    time_zone_offset=420,
)
PATHS = {
    "payment_charge": "/v1/charges",
    "payment_authorize": "/v1/charges",
    "payment_confirm": "/v1/charges/finalize_payment",
    "payment_capture": "/v1/charges/*/capture",
    "payment_refund": "/v1/refunds",
    "payment_void": "/v1/refunds",
    "payment_tokenize": "/v1/tokens",
    "payment_save_source": "/v1/customers",
}


class CloverBench:
    """A merchant at the simulator."""

    currency = "USD"
    lacks = ()
    sends = (EventKind.PAYMENT,)
    ends_challenges = False

    def __init__(self, simulator):
        self.simulator = simulator
        merchant = simulator.merchant
        self.provider = CloverProvider(
            CloverConfig.from_mapping(
                {
                    "ENVIRONMENT": "local",
                    "BASE_URL": simulator.url,
                    "MERCHANT_ID": merchant.id,
                    "PRIVATE_KEY": merchant.private_key,
                    "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
                    "WEBHOOK_SECRETS": merchant.webhook_secret,
                    "MODES": ["iframe", "hosted", "api"],
                    "PCI_ATTESTATION": "SAQ D of the tests",
                    "THREE_D_SECURE": True,
                }
            )
        )

    def approved(self) -> PaymentSource:
        return PaymentSource(token=self.simulator.token())

    def declined(self) -> PaymentSource:
        return PaymentSource(token=self.simulator.token(DECLINED_CARD))

    def challenged(self) -> tuple[PaymentSource, ChargeDetails]:
        source = PaymentSource(token=self.simulator.token(CHALLENGE_CARD))
        return source, ChargeDetails(shopper_ip="203.0.113.7", browser=BROWSER)

    def answer(self, challenge: Challenge) -> dict[str, str]:
        return {"flow_status": self.simulator.authenticate(challenge.data)}

    def lose_answer(self, hook: str) -> None:
        self.simulator.fail("POST", PATHS[hook], "reset_after")

    def refusing(self) -> AbstractContextManager[object]:
        return self.simulator.refusing_connections()

    def moved(self) -> Moved:
        records = self.simulator.ledger
        approved = [row for row in records.charges if row.status == "succeeded"]
        refunds = [row for row in records.refunds if not row.was_void]
        return Moved(
            payments=len(approved),
            taken=sum(row.amount_captured for row in approved if row.captured),
            returned=sum(row.amount for row in refunds),
        )

    def message(
        self,
        *,
        kind: EventKind | None = None,
        age: timedelta = timedelta(0),
        forged: bool = False,
        merchant_id: str = "",
    ) -> WebhookRequest:
        merchant = self.simulator.merchant
        now = datetime.now(UTC)
        body = json.dumps(
            {
                "createdTime": int(now.timestamp()),
                "message": "Approved for 2599",
                "status": "APPROVED",
                "type": "PAYMENT",
                "id": "ABCDEFGHJKMN1",
                "merchantId": merchant_id or merchant.id,
                "data": "11111111-2222-4333-8444-555555555555",
            }
        ).encode()
        stamp = int((now - age).timestamp())
        secret = "another-secret" if forged else merchant.webhook_secret
        return WebhookRequest(
            body=body,
            headers={"Clover-Signature": sign(secret, stamp, body)},
            received_at=now,
        )


class TestClover(ProviderKit):
    """The whole kit; Clover names no way to end a charge that waits for the shopper."""

    @pytest.fixture
    def bench(self, clover_simulator):
        bench = CloverBench(clover_simulator)
        yield bench
        bench.provider.close()
