"""What `manage.py check` says of the configuration, without a secret in it."""

import re
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import override

from clover_django import conf, payments
from clover_provider.config import CloverConfig, Environment
from payment_hooks import ConfigurationError, Mode, PluginRegistry

TAG = "clover"
_SQLITE = "django.db.backends.sqlite3"
_WAITING = ("IMMEDIATE", "EXCLUSIVE")
_DEMANDS_LOGIN = re.compile(
    r"login_?(required|everywhere)|(require|force|global)_?login|(auth|http)_?required|"
    r"(require|force)_?auth|basic_?auth|stronghold|password_?protect|maintenance",
    re.IGNORECASE,
)
_STRONGHOLD = "stronghold.middleware."
_DJANGO_ASKS = "django.contrib.auth.middleware.LoginRequiredMiddleware.process_view"
"""Django's own, or a subclass that asks for the marks as it does."""


def check_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """The setting can be read, every value makes sense, every plugin can be used."""
    if payments.keeps_merchants_elsewhere():
        return []
    try:
        config = conf.get_config()
        registry = payments.get_payments().plugins
    except ConfigurationError as error:
        hint = "See the settings pages of clover-provider's documentation."
        return [Error(str(error), hint=hint, id="clover_django.E001")]
    return [
        *_broken_plugins(registry),
        *_insecure_addresses(config),
        *_uncounted_proxies(config),
        *_secrets_on_show(config),
    ]


def check_urls(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """The pages are included, once for all languages."""
    is_needless = payments.keeps_merchants_elsewhere()
    if is_needless or not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        addresses = set(_addresses())
    except NoReverseMatch:
        return [
            Error(
                "Clover's pages are not among the URLs, or not in the namespace "
                f"{conf.page_name('webhook').rpartition(':')[0]!r}",
                hint='Add path("clover/", include("clover_django.urls")) to the '
                "root URLconf; where they are nested, set CLOVER['URL_NAMESPACE']",
                id="clover_django.E002",
            )
        ]
    if len(addresses) > 1:
        return [
            Error(
                "The webhook's address changes with the language",
                hint="Move the include of clover_django.urls out of i18n_patterns",
                id="clover_django.E003",
            )
        ]
    return []


def check_middleware(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Nothing demands a login of Clover, as far as names and classes show.

    Only a request would show it for certain, and a check sends none: `clover_doctor` does.
    """
    found: list[CheckMessage] = []
    for path in getattr(settings, "MIDDLEWARE", None) or ():
        if _DEMANDS_LOGIN.search(path) and not _heeds_marks(path):
            found.append(
                Warning(
                    f"{path} may demand a login of Clover's webhook and of guests",
                    hint="Exempt the URLs of clover_django.urls there. manage.py "
                    "clover_doctor sends them something and says whether they are "
                    "reached; if so, put clover_django.W004 into SILENCED_SYSTEM_CHECKS",
                    id="clover_django.W004",
                )
            )
    return found


def check_databases(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """A transaction of the shop's that reads first and writes later waits for its turn.

    SQLite ends it at once where another one wrote in between: the payment is safe, but
    its order is placed minutes later, by the next look.
    """
    if django.VERSION < (5, 1):  # it has no setting for it
        return []
    return [
        Warning(
            f"DATABASES[{alias!r}] is SQLite, and its transactions do not wait for each "
            "other: an order may be placed minutes after its payment",
            hint="Set its OPTIONS['transaction_mode'] to 'IMMEDIATE', or use PostgreSQL, "
            "MySQL or MariaDB",
            id="clover_django.W005",
        )
        for alias, row in settings.DATABASES.items()
        if row.get("ENGINE") == _SQLITE
        and row.get("OPTIONS", {}).get("transaction_mode") not in _WAITING
        and alias != conf.ledger_alias()
        and "memory" not in str(row.get("NAME"))
    ]


def _heeds_marks(path: str) -> bool:
    """Whether the middleware honours the attributes that exempt our views from a login."""
    try:
        found = import_string(path)
    except ImportError:
        return True  # Django says so itself, to whoever starts the shop
    if path.startswith(_STRONGHOLD):
        return True
    # By name: importing Django's own needs its accounts, and a shop may have none.
    view = getattr(found, "process_view", None)
    name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', '')}"
    return name == _DJANGO_ASKS


def _addresses() -> Iterator[str]:
    for language, _ in settings.LANGUAGES:
        with override(language):
            yield reverse(conf.page_name("webhook"))


def _broken_plugins(registry: PluginRegistry) -> Iterator[CheckMessage]:
    for row in registry.broken:
        yield Error(
            str(row),
            hint="Mend or uninstall it: payments are taken without it meanwhile",
            id="clover_django.E004",
        )


def _insecure_addresses(config: CloverConfig) -> Iterator[CheckMessage]:
    is_https = (
        config.environment is Environment.LOCAL
        or conf.adapter_setting("RETURN_BASE_URL")
        or settings.SECURE_PROXY_SSL_HEADER
        or settings.SECURE_SSL_REDIRECT
    )
    if Mode.HOSTED in config.modes and not is_https:
        yield Warning(
            "Return addresses may come out as http, which Clover refuses",
            hint="Behind a proxy that ends TLS, set SECURE_PROXY_SSL_HEADER; else set "
            "SECURE_SSL_REDIRECT, or CLOVER['RETURN_BASE_URL']",
            id="clover_django.W001",
        )


def _uncounted_proxies(config: CloverConfig) -> Iterator[CheckMessage]:
    """Whether the settings name a proxy, and not how to read the address behind it."""
    shown = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
    named = [name for name in shown if getattr(settings, name, None)]
    takes_cards = any(mode is not Mode.HOSTED for mode in config.modes)
    if named and takes_cards and conf.adapter_setting("CLIENT_IP") is None:
        yield Warning(
            f"{named[0]} names a proxy: Clover may see its address as that of every "
            "shopper, and decline them all at its limit of sales for one address",
            hint="Set CLOVER['CLIENT_IP'] to the number of proxies that are trusted, or "
            "to 0 where REMOTE_ADDR is the shopper's all the same",
            id="clover_django.W003",
        )


def _secrets_on_show(config: CloverConfig) -> Iterator[CheckMessage]:
    if config.environment is Environment.PRODUCTION and settings.DEBUG:
        yield Warning(
            "DEBUG is on while real money is taken: its error pages show local variables",
            hint="Set DEBUG = False, or CLOVER['ENVIRONMENT'] to sandbox",
            id="clover_django.W002",
        )
