"""The `Payments` of this process, from the settings or from where an adapter keeps them."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import cast

import pluggy
from django.db import DatabaseError, transaction
from django.utils.module_loading import import_string

from clover_django import conf
from clover_django.database.transactions import find_open
from clover_django.ledger.store import DjangoLedger
from clover_provider.config import CloverConfig
from clover_provider.provider import CloverProvider
from payment_hooks import (
    ConfigurationError,
    ErrorCode,
    FailedChecks,
    InvalidRequest,
    Payment,
    PaymentError,
    Payments,
    PluginRegistry,
    Policy,
    ProviderHooks,
)

PROVIDER = "clover"
NOT_NOW = (PaymentError, ConfigurationError, DatabaseError)
"""Errors after which a payment is looked at again later."""

Merchants = Callable[[], Iterable[Payments]]

_shops: list[object] = []
_merchants: list[Merchants] = []


def register_shop(plugin: object) -> None:
    """Let an adapter's shop hooks take part; call it in `AppConfig.ready`."""
    if plugin not in _shops:
        _shops.append(plugin)
        reset()


def register_merchants(merchants: Merchants) -> None:
    """Let merchants take part that are not in the settings: call it in `AppConfig.ready`.

    `merchants` gives the `Payments` of each, made by `build_payments` and kept by whoever
    made them. The webhook and the pages around a payment serve them as well, and so do
    recovery and reconciliation.
    """
    if merchants not in _merchants:
        _merchants.append(merchants)


def keeps_merchants_elsewhere() -> bool:
    """Whether there is no `CLOVER`, and an adapter which needs none."""
    return bool(_merchants) and not conf.is_set()


def each_merchant() -> Iterator[Payments]:
    """One for each merchant that is configured anywhere, the settings' own first.

    Raises:
        ConfigurationError: nothing is configured, or something is wrong.
    """
    if not keeps_merchants_elsewhere():
        yield get_payments()
    for merchants in _merchants:
        yield from merchants()


def all_payments() -> list[Payments]:
    """The same as a list."""
    return list(each_merchant())


def get_ledger() -> DjangoLedger:
    """The ledger of all merchants."""
    return DjangoLedger(using=conf.ledger_alias())


def find_payment(payment_id: str) -> Payment:
    """The payment of that id, of whatever merchant.

    Raises:
        InvalidRequest: there is none.
    """
    payment = get_ledger().get_payment(payment_id)
    if payment is None:
        raise InvalidRequest(
            f"there is no payment {payment_id!r}", code=ErrorCode.PAYMENT_UNKNOWN
        )
    return payment


def payments_of(payment: Payment) -> Payments:
    """The `Payments` of the merchant that this payment is made with.

    Raises:
        ConfigurationError: the merchant is configured nowhere, or something is wrong.
    """
    for found in each_merchant():
        if found.owns(payment):
            return found
    raise ConfigurationError(
        f"payment {payment.payment_id} is of merchant {payment.merchant_id}, which is "
        f"neither in {conf.SETTING} nor registered: register_merchants"
    )


@cache
def get_payments() -> Payments:
    """The `Payments` of the merchant in the settings.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message says which.
    """
    return build_payments(conf.get_config())


def build_payments(config: CloverConfig) -> Payments:
    """The `Payments` of this merchant, with every plugin that is installed or named.

    Raises:
        ConfigurationError: a plugin cannot be used.
    """
    registry = PluginRegistry()
    registry.register(CloverProvider(config), PROVIDER)
    registry.load_installed()
    if conf.adapter_setting("REFUSE_BROKEN_PLUGINS"):
        registry.refuse_broken()
    for plugin in (*_shops, *_configured_plugins()):
        _take_in(registry, plugin)
    policy = Policy(
        failed_checks=FailedChecks(str(conf.adapter_setting("FAILED_CHECKS"))),
        extras_allowed=bool(conf.adapter_setting("EXTRAS_ALLOWED")),
        lease_seconds=max(Policy().lease_seconds, 3 * config.deadline_seconds),
    )
    provider = ProviderHooks(registry, PROVIDER)
    return Payments(provider, get_ledger(), policy=policy, defer=defer_until_commit)


def defer_until_commit(notify: Callable[[], object]) -> bool:
    """Whether the notification waits for the commit of the shop's open transaction.

    What a handler writes there is gone when it rolls back, while the ledger would
    remember for ever that the shop was notified. After a rollback the outcome stays
    due, for recovery or the next look.
    """
    alias = find_open()
    if alias is None:
        return False
    transaction.on_commit(notify, using=alias, robust=True)
    return True


def reset() -> None:
    """Forget what was built; the next use builds it anew from the settings."""
    get_payments.cache_clear()
    conf.forget()


def _configured_plugins() -> Iterator[object]:
    """`CLOVER["PLUGINS"]`: dotted paths of plugins, or of classes without arguments."""
    for path in cast("Iterable[str]", conf.adapter_setting("PLUGINS")):
        try:
            plugin = import_string(path)
            yield plugin() if isinstance(plugin, type) else plugin
        except (ImportError, AttributeError, TypeError) as error:
            raise ConfigurationError(
                f"{conf.SETTING}['PLUGINS'] names {path!r}, which cannot be used: {error}"
            ) from error


def _take_in(registry: PluginRegistry, plugin: object) -> None:
    try:
        registry.register(plugin)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise ConfigurationError(f"a payment plugin was refused: {error}") from error
