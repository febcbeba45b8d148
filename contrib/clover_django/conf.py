"""The one setting, `CLOVER`: what is the provider's and what is the adapters'.

It is read once. `override_settings(CLOVER=...)` in a test has it read anew, and so does
its end; a dictionary that is changed in place is not looked at again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections
from django.http import HttpRequest
from django.utils.module_loading import import_string

from clover_provider.config import CloverConfig, Environment
from payment_hooks import ConfigurationError, FailedChecks, Mode
from payment_hooks.storefront import CLIENT_IP_KINDS, ClientIp, client_ip_mistake

SETTING = "CLOVER"
AUTOMATIC_LEDGER = "clover_ledger"
"""The database alias that is made when `LEDGER_DATABASE` is empty."""

_DEFAULTS: dict[str, object] = {
    "AUTO_CAPTURE": True,
    "CART_URL": "",
    "CLIENT_IP": None,
    "EXTRAS_ALLOWED": False,
    "REFUSE_BROKEN_PLUGINS": False,
    "FAILED_CHECKS": FailedChecks.ACCEPT.value,
    "LEDGER_DATABASE": "",
    "PLUGINS": (),
    "RETURN_BASE_URL": "",
    "SHOP_NAME": "",
    "SHOP_URL": "/",
    "URL_NAMESPACE": "clover",
}
"""The adapters' keys and what holds when one is absent; `declare` adds to them."""

_KINDS: tuple[tuple[type, tuple[type, ...], str], ...] = (
    (bool, (bool,), "True or False"),
    (str, (str,), "text"),
    (tuple, (tuple, list), "a list"),
    (dict, (Mapping,), "a dict"),
)
"""What a default is, what a value in its place may be, and how to say so."""

_ADDRESSES = ("/", "https://", "http://")
_NO_DATABASE = "unknown"
"""What Django calls the vendor of an empty entry of `DATABASES`."""

Mistakes = Iterator[tuple[str, str]]


def declare(name: str, default: object) -> None:
    """Let an adapter read one more key of `CLOVER`; the default says its type."""
    _DEFAULTS[name] = default
    forget()


def watch(*dependents: Callable[[], object]) -> None:
    """Forget what was read when a test overrides the setting; then call these."""

    def change(setting: str, **kwargs: Any) -> None:
        if setting == SETTING:
            forget()
            for dependent in dependents:
                dependent()

    setting_changed.connect(change, weak=False, dispatch_uid="clover_django.conf")


def forget() -> None:
    """Read the setting anew when it is needed next."""
    for read in (_adapter_settings, ledger_alias, client_ip, get_config):
        read.cache_clear()


def is_set() -> bool:
    """Whether there is a `CLOVER` at all."""
    return bool(getattr(settings, SETTING, None))


def adapter_setting(name: str) -> object:
    """The value of an adapter's key, or its default."""
    return _adapter_settings()[name]


@cache
def client_ip() -> ClientIp[HttpRequest]:
    """Where the shopper's address comes from: how many proxies, or a function."""
    chosen = adapter_setting("CLIENT_IP") or 0
    found = import_string(chosen) if isinstance(chosen, str) else chosen
    return cast("ClientIp[HttpRequest]", found)


@cache
def ledger_alias() -> str:
    """The database alias of the ledger: the one that is named, or the automatic one."""
    try:
        return str(adapter_setting("LEDGER_DATABASE") or AUTOMATIC_LEDGER)
    except ConfigurationError:  # the checks say so; the shop's own queries go on
        return AUTOMATIC_LEDGER


def page_name(page: str) -> str:
    """The name of one of our pages for `reverse`, in the shop's namespace."""
    return f"{_namespace()}:{page}"


def provider_settings() -> dict[str, object]:
    """What of `CLOVER` belongs to the provider."""
    return {name: value for name, value in _setting().items() if name not in _DEFAULTS}


@cache
def get_config() -> CloverConfig:
    """The merchant's configuration, checked.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message says which.
    """
    if not _setting():
        raise ConfigurationError(
            f"{SETTING} is missing: put a dict with at least ENVIRONMENT, MERCHANT_ID "
            "and PRIVATE_KEY into the settings"
        )
    _refuse(_misspelt())
    config = CloverConfig.from_mapping(provider_settings(), source=SETTING)
    _refuse(_wrong_kinds())
    _refuse(_wrong_values(config))
    return config


def _namespace() -> str:
    try:
        return str(adapter_setting("URL_NAMESPACE"))
    except ConfigurationError:  # the checks say so
        return str(_DEFAULTS["URL_NAMESPACE"])


@cache
def _adapter_settings() -> Mapping[str, object]:
    """Each key of the adapters; an absent one and None mean the default."""
    given = _setting()
    return {
        name: default if given.get(name) is None else given[name]
        for name, default in _DEFAULTS.items()
    }


def _setting() -> Mapping[str, object]:
    found = getattr(settings, SETTING, None) or {}
    if not isinstance(found, Mapping):
        raise ConfigurationError(
            f"{SETTING} must be a dict of settings, not {type(found).__name__}"
        )
    return found


def _refuse(mistakes: Mistakes) -> None:
    for name, remedy in mistakes:
        raise ConfigurationError(f"{SETTING}[{name!r}] {remedy}")


def _misspelt() -> Mistakes:
    """Keys like an adapter's, of which the provider could not say what is meant."""
    known = {entry.name.upper() for entry in fields(CloverConfig)}
    for name in provider_settings().keys() - known:
        close = get_close_matches(str(name).upper(), _DEFAULTS, n=1, cutoff=0.8)
        if close:
            yield name, f"is no setting: did you mean {close[0]}?"


def _wrong_kinds() -> Mistakes:
    for name, default in _DEFAULTS.items():
        value = adapter_setting(name)
        for kind, accepted, words in _KINDS:
            if isinstance(default, kind) and not isinstance(value, accepted):
                yield name, f"must be {words}, not {type(value).__name__}"


def _wrong_values(config: CloverConfig) -> Mistakes:
    if Mode.HOSTED in config.modes and not adapter_setting("AUTO_CAPTURE"):
        yield (
            "AUTO_CAPTURE",
            "is False, but hosted checkout always takes the money at once: set it to "
            "True, or leave hosted out of MODE and MODES",
        )
    yield from _wrong_client_ip(adapter_setting("CLIENT_IP"))
    choices = [choice.value for choice in FailedChecks]
    if adapter_setting("FAILED_CHECKS") not in choices:
        yield "FAILED_CHECKS", f"must be one of {', '.join(choices)}"
    if ledger_alias() not in list(connections):
        known = ", ".join(connections)
        yield "LEDGER_DATABASE", f"must be empty, or an alias in DATABASES: {known}"
    elif connections[ledger_alias()].vendor == _NO_DATABASE:
        yield "LEDGER_DATABASE", "must name an alias, since DATABASES has no default"
    for name in ("SHOP_URL", "CART_URL"):
        url = str(adapter_setting(name))
        if url and not url.startswith(_ADDRESSES):
            yield name, "must be a path such as /cart/, or a whole https address"
    base = str(adapter_setting("RETURN_BASE_URL"))
    if base and not _is_base(base, config):
        yield (
            "RETURN_BASE_URL",
            "must be the shop's scheme and host alone, such as https://shop.example",
        )


def _wrong_client_ip(chosen: object) -> Mistakes:
    if chosen is None:
        return
    if isinstance(chosen, str) and not chosen.isdigit():
        try:
            chosen = import_string(chosen)
        except ImportError as error:
            yield "CLIENT_IP", f"cannot be used ({error}): it is {CLIENT_IP_KINDS}"
            return
    if mistake := client_ip_mistake(chosen):
        yield "CLIENT_IP", mistake


def _is_base(url: str, config: CloverConfig) -> bool:
    schemes = {"https", "http"} if _is_local(config) else {"https"}
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    has_more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    return bool(host) and parts.scheme in schemes and not has_more


def _is_local(config: CloverConfig) -> bool:
    return config.environment is Environment.LOCAL
