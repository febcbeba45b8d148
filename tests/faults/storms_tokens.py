"""One merchant's OAuth tokens, shared by processes: a file, and a lock beside it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clover_provider import CloverConfig, CloverProvider
from clover_provider.oauth import OAuthSession, OAuthTokens, oauth_sender, read_tokens
from clover_provider.wire.transport import Transport
from clover_simulator.shopper import APPROVED_CARD, tokenize
from clover_simulator.traffic.client import fetch
from payment_hooks import (
    ChargeDetails,
    MemoryLedger,
    Money,
    PaymentError,
    PaymentRequest,
    PaymentSource,
)
from tests.faults.kills_jobs import JSON, Context
from tests.faults.kills_trace import TracedLedger, TracedTransport

PATIENCE_SECONDS = 60
EXPIRY_MINUTES = 45
"""Longer than an access token lives."""


class FileStore:
    """A `TokenStore` in a file; without the lock, it is the mistake."""

    def __init__(self, path: Path, *, locks: bool = True) -> None:
        self.path = path
        self.locks = locks

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time; the system frees the lock of one that died."""
        with self.path.with_suffix(".lock").open("a") as lock:
            if self.locks:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def load(self) -> OAuthTokens:
        """See `TokenStore`."""
        return read_tokens(json.loads(self.path.read_text()))

    def save(self, tokens: OAuthTokens) -> None:
        """See `TokenStore`; a reader finds the old ones or the new, never half."""
        new = self.path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(_as_answer(tokens)))
        new.replace(self.path)


def _as_answer(tokens: OAuthTokens) -> dict[str, Any]:
    return {
        "access_token": tokens.access_token.reveal(),
        "access_token_expiration": int(tokens.access_expires_at.timestamp()),
        "refresh_token": tokens.refresh_token.reveal(),
        "refresh_token_expiration": int(tokens.refresh_expires_at.timestamp()),
    }


def charge_past_expiries(
    context: Context, app: JSON, path: str, card_key: str, rounds: int, locks: bool
) -> JSON:
    """Charge once after each expiry, at the same moment as the others."""
    config = CloverConfig.from_mapping(app)
    ledger = TracedLedger(MemoryLedger(), context.trace)
    transport = TracedTransport(Transport(config), context.trace, ledger)
    expired = 0

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=expired * EXPIRY_MINUTES)

    store = FileStore(Path(path), locks=locks)
    session = OAuthSession(config, store, oauth_sender(config, transport), now=now)
    provider = CloverProvider(
        lambda: replace(config, access_token=session.access_token()),
        renew=session.renew,
    )
    outcomes = []
    for _ in range(rounds):
        token = tokenize(config.api_url, card_key, APPROVED_CARD)
        if context.barrier.wait(PATIENCE_SECONDS) == 0:
            _let_expire(config.api_url)
        context.barrier.wait(PATIENCE_SECONDS)
        expired += 1
        outcomes.append(_charge(provider, token))
    return {"outcomes": outcomes}


def _let_expire(url: str) -> None:
    moved = json.dumps({"advance": {"minutes": EXPIRY_MINUTES}})
    headers = {"Content-Type": "application/json"}
    answer = fetch("POST", f"{url}/_simulator/clock", moved, headers)
    assert answer.status == 200, answer.text


def _charge(provider: CloverProvider, token: str) -> str:
    request = PaymentRequest(
        amount=Money(500, "USD"),
        source=PaymentSource(token=token),
        reference="shared",
        details=ChargeDetails(shopper_ip="203.0.113.7"),
    )
    try:
        provider.payment_charge(request)
    except PaymentError as error:
        return error.code
    return "paid"


JOBS: dict[str, Any] = {"charge_past_expiries": charge_past_expiries}
