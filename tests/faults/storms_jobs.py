"""What many workers do at once: race for orders, bombard a view, share a token."""

import http.client
import time
from collections import Counter
from random import Random
from typing import Any

from payment_hooks import (
    ChargeDetails,
    Mode,
    Money,
    PaymentError,
    Payments,
    PaymentSource,
)
from tests.faults.kills_jobs import JSON, Context, build

PATIENCE_SECONDS = 300
"""How long a worker waits for the others at the barrier."""


def race(
    context: Context, orders: list[JSON], seed: int, block: int, wait: float
) -> JSON:
    """Charge every order, block by block with the others, each in an order of its own."""
    payments, chance = build(context, wait=wait), Random(seed)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    context.go()
    for start in range(0, len(orders), block):
        mine = orders[start : start + block]
        chance.shuffle(mine)
        context.barrier.wait(PATIENCE_SECONDS)
        for order in mine:
            began = time.monotonic()
            outcomes[_submit(payments, order, chance)] += 1
            slowest = max(slowest, time.monotonic() - began)
    return {"outcomes": outcomes, "slowest": slowest}


def _submit(payments: Payments, order: JSON, chance: Random) -> str:
    due = Money(order["amount"], "USD")
    try:
        payment = payments.open(order["reference"], mode=Mode.IFRAME, amount_due=due)
        source = PaymentSource(token=chance.choice(order["tokens"]))
        payments.charge(
            payment.payment_id, source, details=ChargeDetails(shopper_ip="203.0.113.7")
        )
    except PaymentError as error:
        return error.code
    return "paid"


def bombard(context: Context, port: int, messages: list[tuple[str, str]]) -> JSON:
    """Post every message, and how long each took, by what was answered."""
    took: dict[int, list[float]] = {}
    context.barrier.wait(PATIENCE_SECONDS)
    context.go()
    for body, signature in messages:
        began = time.monotonic()
        status = _post(port, body, signature)
        took.setdefault(status, []).append(time.monotonic() - began)
    return {"took": took}


def _post(port: int, body: str, signature: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Clover-Signature": signature}
    try:
        connection.request("POST", "/clover/webhook/", body.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


JOBS: dict[str, Any] = {"bombard": bombard, "race": race}
