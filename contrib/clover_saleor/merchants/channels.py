"""The merchant of each channel: the settings and the `Payments` made of them."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from clover_django.payments import build_payments
from clover_saleor.installation.names import GATEWAY
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants import configuration
from payment_hooks import (
    ConfigurationError,
    Mode,
    Movement,
    Operation,
    Payment,
    Payments,
)

logger = logging.getLogger(__name__)

_MOST_KEPT = 100


class SaleorStaff:
    """Who asks for a movement: Saleor, which has seen to its permissions by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """One channel's merchant."""

    merchant_id: str
    payments: Payments
    mode: Mode
    currency: str
    captures_at_once: bool
    seconds: float
    """How long a request may wait for the provider while it holds Saleor's locks."""

    def move(self, payment: Payment, asked: Movement, *, notify: bool) -> Operation:
        """Capture, refund or void; see `Payments.move`."""
        return self.payments.move(
            payment.payment_id, asked, caller=SaleorStaff(), notify=notify
        )


_known: dict[str, Merchant] = {}
_lock = Lock()


def merchant_of(values: configuration.Values) -> Merchant:
    """The merchant with these values; built once in a process, so connections are kept.

    Raises:
        ConfigurationError: a value is missing or wrong.
    """
    digest = hashlib.sha256(
        json.dumps(values, sort_keys=True, default=str).encode()
    ).hexdigest()
    with _lock:
        known = _known.get(digest)
        if known is None:
            known = _build(values)
            while len(_known) >= _MOST_KEPT:
                del _known[next(iter(_known))]
            _known[digest] = known
    return known


def merchant_of_channel(slug: str, *, also_off: bool = False) -> Merchant | None:
    """The merchant of a channel, where the plugin is active; None where it is not.

    Raises:
        ConfigurationError: a value is missing or wrong.
    """
    row = _rows().filter(channel__slug=slug).first()
    if row is None or not (row.active or also_off):
        return None
    return merchant_of(configuration.values_of(row.configuration))


def all_payments() -> Iterator[Payments]:
    """The `Payments` of each merchant, also where the plugin is off and some are open."""
    from saleor.core.db.connection import allow_writer

    with allow_writer():
        rows = list(_rows().order_by("-active", "pk"))
    seen = set()
    for row in rows:
        try:
            merchant = merchant_of(configuration.values_of(row.configuration))
        except ConfigurationError as error:
            if row.active:
                logger.warning("channel %s is misconfigured: %s", row.channel, error)
            continue
        if merchant.merchant_id not in seen:
            seen.add(merchant.merchant_id)
            yield merchant.payments


def _build(values: configuration.Values) -> Merchant:
    config = configuration.to_config(values)
    return Merchant(
        merchant_id=config.merchant_id,
        payments=build_payments(config),
        mode=config.mode,
        currency=config.currency,
        captures_at_once=bool(values["auto_capture"]),
        seconds=configuration.seconds_of(values),
    )


def _rows() -> SaleorObject:
    from saleor.plugins.models import PluginConfiguration

    rows = PluginConfiguration.objects.using("default")
    return rows.filter(identifier=GATEWAY, channel__isnull=False)
