"""Clover before the kit of providers: the real provider, against the simulator."""

import json
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_provider.api.webhooks import sign
from clover_simulator.state.records import ChargeState
from payment_hooks import EventKind, PaymentSource, WebhookRequest
from payment_hooks.testing import ProviderKit
from payment_hooks.testing.provider_kit import Moved

DECLINED_CARD = "4005571702222222"
PATHS = {
    "payment_charge": "/v1/charges",
    "payment_authorize": "/v1/charges",
    "payment_capture": "/v1/charges/*/capture",
    "payment_refund": "/v1/refunds",
    "payment_void": "/v1/refunds",
    "payment_tokenize": "/v1/tokens",
    "payment_save_source": "/v1/customers",
}


class CloverBench:
    """A merchant at the simulator."""

    currency = "USD"
    lacks = ("payment_confirm",)
    sends = (EventKind.PAYMENT,)

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
                }
            )
        )

    def approved(self) -> PaymentSource:
        return PaymentSource(token=self.simulator.token())

    def declined(self) -> PaymentSource:
        return PaymentSource(token=self.simulator.token(DECLINED_CARD))

    def lose_answer(self, hook: str) -> None:
        self.simulator.fail("POST", PATHS[hook], "reset_after")

    def refusing(self) -> AbstractContextManager[object]:
        return self.simulator.refusing_connections()

    def moved(self) -> Moved:
        records = self.simulator.ledger
        approved = [row for row in records.charges if row.state != ChargeState.DECLINED]
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
    """The whole kit; no charge asks for 3-D Secure."""

    @pytest.fixture
    def bench(self, clover_simulator):
        bench = CloverBench(clover_simulator)
        yield bench
        bench.provider.close()
