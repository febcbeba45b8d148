"""A merchant's settings, canned answers, and a provider on each kind of Clover."""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_provider.wire.json_strict import read_json
from clover_provider.wire.message import Answer, Call
from clover_simulator.testing import (  # noqa: F401  fixtures
    Simulator,
    clover_simulator,
    clover_simulator_server,
)
from payment_hooks import ChargeDetails, Money, PaymentRequest, PaymentSource

DETAILS = {row.name for row in fields(ChargeDetails)}
ANSWERS = Path(__file__).parents[1] / "answers" / "clover"
SANDBOX = {
    "ENVIRONMENT": "sandbox",
    "MERCHANT_ID": "TESTMERCH0001",
    "PRIVATE_KEY": "private-key-of-the-tests",
    "PUBLIC_KEY": "public-key-of-the-tests",
}


@pytest.fixture
def configure() -> Callable[..., CloverConfig]:
    """Builds a configuration from the sandbox's settings with changes; None removes."""

    def build(**changes: object) -> CloverConfig:
        return CloverConfig.from_mapping(SANDBOX | changes)

    return build


@pytest.fixture
def config(configure: Callable[..., CloverConfig]) -> CloverConfig:
    """The sandbox merchant, cards in iframes."""
    return configure()


@pytest.fixture
def canned() -> Callable[..., dict]:
    """The body of a canned answer with changes; None removes a field."""

    def read(name: str, **changes: object) -> dict:
        body = json.loads((ANSWERS / f"{name}.json").read_text())["body"] | changes
        return {field: value for field, value in body.items() if value is not None}

    return read


class FakeTransport:
    """Answers with what it was given, in order, and remembers the calls."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        """The next answer, parsed as the real transport does."""
        self.calls.append(call)
        status, body = self.answers.pop(0)
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(
            call=call, status=status, body=read_json(text), request_id="req-1"
        )


@pytest.fixture
def answering(config: CloverConfig) -> Callable[..., tuple]:
    """Builds a provider that gets the given answers, and its transport."""

    def build(*answers: tuple[int, object], **options: object) -> tuple:
        transport = FakeTransport(*answers)
        asked = options.pop("config", config)
        return CloverProvider(asked, transport=transport, **options), transport

    return build


@pytest.fixture
def settings_of() -> Callable[..., dict]:
    """The settings of the simulator's merchant, with changes."""

    def build(simulator: Simulator, **changes: object) -> dict:
        merchant = simulator.merchant
        return {
            "ENVIRONMENT": "local",
            "BASE_URL": simulator.url,
            "MERCHANT_ID": merchant.id,
            "PRIVATE_KEY": merchant.private_key,
            "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
            "WEBHOOK_SECRETS": merchant.webhook_secret,
            "MODES": ["iframe", "hosted", "api"],
            "PCI_ATTESTATION": "SAQ D of the tests",
        } | changes

    return build


@pytest.fixture
def provide(clover_simulator: Simulator, settings_of: Callable[..., dict]):  # noqa: F811
    """Builds providers for the simulator's merchant and closes them at the end."""
    made = []

    def build(**changes: object) -> CloverProvider:
        settings = settings_of(clover_simulator, **changes)
        made.append(CloverProvider(CloverConfig.from_mapping(settings)))
        return made[-1]

    yield build
    for provider in made:
        provider.close()


@pytest.fixture
def ask_for():
    """Builds payment requests; the details of a charge are named beside the rest."""

    def build(cents: int = 2599, **changes: object) -> PaymentRequest:
        given = {name: changes.pop(name) for name in DETAILS & set(changes)}
        defaults = {
            "amount": Money(cents, "USD"),
            "source": PaymentSource(token="clv_1TSTSabcDEF123ghiJKL456mno"),
            "reference": "100123",
            "idempotency_key": "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10",
            "details": ChargeDetails(**{"shopper_ip": "203.0.113.7"} | given),
        }
        return PaymentRequest(**defaults | changes)

    return build
