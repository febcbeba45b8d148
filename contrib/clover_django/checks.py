"""What `manage.py check` says of the configuration, without a secret in it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from clover_django import conf
from payment_hooks import ConfigurationError, Mode

TAG = "clover"


def check_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """The setting can be read, and every value of it makes sense."""
    try:
        config = conf.get_config()
    except ConfigurationError as error:
        return [Error(str(error), id="clover_django.E001")]
    if config.mode is Mode.HOSTED and not _is_behind_https():
        return [
            Warning(
                "Return addresses may come out as http, which Clover refuses",
                hint="Behind a proxy that ends TLS, set SECURE_PROXY_SSL_HEADER; "
                "else serve the shop over https and set SECURE_SSL_REDIRECT",
                id="clover_django.W001",
            )
        ]
    return []


def check_urls(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """The pages are included, once for all languages."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        addresses = set(_addresses())
    except NoReverseMatch:
        return [
            Error(
                "Clover's pages are not among the URLs",
                hint='Add path("clover/", include("clover_django.urls")) to the '
                "root URLconf",
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


def _addresses() -> Iterator[str]:
    for language, _ in settings.LANGUAGES:
        with override(language):
            yield reverse("clover:webhook")


def _is_behind_https() -> bool:
    is_local = conf.get_config().environment.value == "local"
    return bool(
        is_local or settings.SECURE_PROXY_SSL_HEADER or settings.SECURE_SSL_REDIRECT
    )
