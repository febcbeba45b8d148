"""A running simulator, and a client that knows no more than HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from clover_simulator.state.merchants import Merchant
from clover_simulator.testing import (
    Simulator,
    clover_simulator,
    clover_simulator_server,
)
from clover_simulator.traffic.client import Page, fetch

SHOPPER_ADDRESS = "203.0.113.7"
__all__ = ["clover_simulator", "clover_simulator_server"]


@dataclass
class Client:
    """Calls the simulator as one merchant."""

    simulator: Simulator
    merchant: Merchant

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        **query: object,
    ) -> Page:
        """One request; a header that is None in `headers` is left out."""
        sent: dict[str, str | None] = {
            "authorization": f"Bearer {self.merchant.private_key}",
            "x-forwarded-for": SHOPPER_ADDRESS,
        }
        text = ""
        if body is not None:
            sent["content-type"] = "application/json"
            text = body if isinstance(body, str) else json.dumps(body)
        if key is not None:
            sent["idempotency-key"] = key
        target = f"{self.simulator.url}{path}" + (
            f"?{urlencode(query)}" if query else ""
        )
        given = (sent | dict(headers or {})).items()
        kept = {name: value for name, value in given if value is not None}
        return fetch(method, target, text, kept)

    def get(self, path: str, **query: object) -> Page:
        return self.call("GET", path, **query)

    def post(self, path: str, body: object = None, **options: Any) -> Page:
        return self.call("POST", path, {} if body is None else body, **options)

    def charge(
        self, amount: int = 2599, *, key: str | None = None, **fields: Any
    ) -> Page:
        fields.setdefault("source", None)
        source = fields.pop("source") or self.simulator.token()
        body = {"amount": amount, "currency": "USD", "source": source} | fields
        return self.post("/v1/charges", body, key=key)

    def control(self, method: str, path: str, body: object = None) -> Page:
        headers = {"content-type": "application/json"}
        text = "" if body is None else json.dumps(body)
        return fetch(method, f"{self.simulator.url}/_simulator{path}", text, headers)


@pytest.fixture
def client(clover_simulator: Simulator) -> Client:
    return Client(clover_simulator, clover_simulator.merchant)


@pytest.fixture
def canadian(clover_simulator: Simulator) -> Client:
    return Client(clover_simulator, clover_simulator.merchants[1])


def error_of(page: Page) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    error = page.json()["error"]
    return page.status, error["code"], error["message"]


MUG = {"name": "Mug", "price": 1195, "unitQty": 2}
REDIRECTS = {
    "success": "https://shop.example/ok?x=1",
    "failure": "https://shop.example/no",
    "cancel": "https://shop.example/back",
}


def open_checkout(client: Client, *lines: Any, **fields: Any) -> Page:
    """A hosted session over `lines`, two mugs by default."""
    cart = {"lineItems": list(lines) or [MUG]}
    body = {"customer": {}, "shoppingCart": cart, "redirectUrls": REDIRECTS} | fields
    headers = {
        "authorization": f"Bearer {client.merchant.hosted_private_key}",
        "x-clover-merchant-id": client.merchant.id,
    }
    return client.post("/invoicingcheckoutservice/v1/checkouts", body, headers=headers)
