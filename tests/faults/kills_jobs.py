"""What a worker of the nursery can be asked to do; each job is one short life."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import django

from clover_provider.provider import CloverProvider
from clover_provider.wire.transport import Transport
from payment_hooks import (
    ChargeDetails,
    CheckoutRequest,
    Mode,
    Money,
    Operation,
    PaymentError,
    Payments,
    PaymentSource,
    ReturnUrls,
    WebhookRequest,
)
from payment_hooks.ledger.store import Ledger
from payment_hooks.recovery.recovery import Recovery
from tests.faults.kills_trace import (
    Forgetful,
    Shop,
    Trace,
    TracedLedger,
    TracedTransport,
)
from tests.faults.rig import SHOPPER

JSON = dict[str, Any]
NOTIFIED = ("event_id", "reference", "kind", "transaction_id", "times")
SHOP = "http://127.0.0.1:9/"


@dataclass(frozen=True, slots=True)
class Context:
    """What the nursery gives a worker."""

    trace: Trace
    barrier: Any
    """Where all workers of one command wait for each other."""
    go: Callable[[], object]
    """Says that the work begins now."""


def warm_up() -> None:
    """Load everything and make the tables, so that a worker finds all in place."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from clover_django import payments as shop_payments

    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE notified (event_id varchar(255) PRIMARY KEY, "
            "reference varchar(255), kind varchar(16), "
            "transaction_id varchar(255), times integer)"
        )
    shop_payments.get_payments()
    connections.close_all()


def build(
    context: Context, *, later: float = 0, wait: float = 0.05, naive: bool = False
) -> Payments:
    """The `Payments` of the settings, with points to be killed at, `later` by its clock."""
    from clover_django import conf
    from clover_django import payments as shop_payments

    real, config = shop_payments.get_payments(), conf.get_config()
    made = Forgetful if naive else TracedLedger
    ledger = made(real.ledger, context.trace)
    transport = TracedTransport(Transport(config), context.trace, ledger)
    registry = real.plugins
    registry.unregister(name=shop_payments.PROVIDER)
    registry.register(
        CloverProvider(config, transport=transport), shop_payments.PROVIDER
    )
    registry.register(Shop(context.trace))
    return Payments(
        real.provider,
        cast("Ledger", ledger),
        policy=replace(real.policy, wait_seconds=wait),
        now=lambda: datetime.now(UTC) + timedelta(seconds=later),
    )


def visit(
    context: Context, order: JSON, token: str, later: float = 0, naive: bool = False
) -> JSON:
    """A shopper submits the form, and a clerk does what the order asks for."""
    payments = build(context, later=later, naive=naive)
    context.go()
    try:
        FLOWS[order["flow"]](payments, order, PaymentSource(token=token))
    except PaymentError as error:
        return {"error": error.code}
    return {"error": ""}


def open_pages(context: Context, orders: list[JSON]) -> JSON:
    """The address of a hosted page for each order."""
    payments = build(context)
    return {"urls": [_open_page(payments, order) for order in orders]}


def _open_page(payments: Payments, order: JSON) -> str:
    payment = _open(payments, order, Mode.HOSTED)
    request = CheckoutRequest(
        amount=payment.amount_due,
        reference=payment.reference,
        mode=Mode.HOSTED,
        return_urls=ReturnUrls(success=SHOP, failure=SHOP, cancel=SHOP),
    )
    page = payments.start_checkout(payment.payment_id, request)
    return str(getattr(page, "url", ""))


def take_message(context: Context, body: str, signature: str, later: float = 0) -> JSON:
    """A webhook comes in."""
    payments = build(context, later=later)
    context.go()
    message = WebhookRequest(
        body=body.encode(),
        headers={"Clover-Signature": signature},
        received_at=datetime.now(UTC),
    )
    try:
        payments.receive_webhook(message)
    except PaymentError as error:
        return {"error": error.code}
    return {"error": ""}


def recover(context: Context, later: float) -> JSON:
    """One pass of recovery."""
    payments = build(context, later=later)
    context.go()
    report = Recovery(payments).run()
    return {
        "looked_at": len(report.rows),
        "unresolved": [row.problem for row in report.unresolved],
        "flagged": [row.reference for row in report.flagged],
    }


def dump(context: Context) -> JSON:
    """The shop's rows as they are, read without the shop_payments."""
    from django.db import connection

    from clover_django import models

    payments = models.Payment.objects.using(_alias())
    operations = models.Operation.objects.using(_alias())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(NOTIFIED)} FROM notified")
        notified = [dict(zip(NOTIFIED, row, strict=True)) for row in cursor.fetchall()]
    return {
        "payments": list(payments.values("reference", "state", "flags")),
        "operations": [
            {**row, "reference": row.pop("payment__reference")}
            for row in operations.values(
                "payment__reference",
                "kind",
                "state",
                "transaction_id",
                "notified",
                "flag",
            )
        ],
        "notified": notified,
    }


def everything(context: Context) -> JSON:
    """All that the shop's database holds, as text by table."""
    from django.db import connections

    found = {}
    for alias in connections:
        for table in connections[alias].introspection.table_names():
            with connections[alias].cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}"')
                found[f"{alias}.{table}"] = str(cursor.fetchall())
    return found


def clear(context: Context) -> JSON:
    """An empty shop."""
    from django.db import connection

    from clover_django import models

    for model in (
        models.PaymentEvent,
        models.Operation,
        models.Payment,
        models.WebhookReceipt,
    ):
        model.objects.using(_alias()).all()._raw_delete(_alias())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notified")
    return {}


def _alias() -> str:
    from clover_django import payments as shop_payments

    return str(getattr(shop_payments.get_payments().ledger, "using", "default"))


def _open(payments: Payments, order: JSON, mode: Mode = Mode.IFRAME) -> Any:
    due = Money(order["amount"], "USD")
    return payments.open(order["reference"], mode=mode, amount_due=due)


def _charge(payments: Payments, order: JSON, source: PaymentSource) -> str:
    payment = _open(payments, order)
    return _done(
        payments,
        payments.charge(
            payment.payment_id, source, details=ChargeDetails(shopper_ip=SHOPPER)
        ),
    )


def _authorize(payments: Payments, order: JSON, source: PaymentSource) -> str:
    payment = _open(payments, order)
    return _done(
        payments,
        payments.authorize(
            payment.payment_id, source, details=ChargeDetails(shopper_ip=SHOPPER)
        ),
    )


def _capture(payments: Payments, order: JSON, source: PaymentSource) -> str:
    payment_id = _authorize(payments, order, source)
    return _done(payments, payments.capture(payment_id))


def _void(payments: Payments, order: JSON, source: PaymentSource) -> str:
    payment_id = _authorize(payments, order, source)
    return _done(payments, payments.void(payment_id))


def _refund(payments: Payments, order: JSON, source: PaymentSource) -> str:
    payment_id = _charge(payments, order, source)
    back = Money(order["refund"], "USD")
    return _done(payments, payments.refund(payment_id, back, intent_id="the form"))


def _done(payments: Payments, operation: Operation) -> str:
    payments.notify(operation.payment_id)
    return operation.payment_id


FLOWS: dict[str, Callable[[Payments, JSON, PaymentSource], str]] = {
    "authorize": _authorize,
    "capture": _capture,
    "charge": _charge,
    "refund": _refund,
    "void": _void,
}
"""By the movement that comes last."""

JOBS: dict[str, Callable[..., JSON]] = {
    "clear": clear,
    "dump": dump,
    "everything": everything,
    "open_pages": open_pages,
    "recover": recover,
    "take_message": take_message,
    "visit": visit,
}
