"""What can be wrong with a merchant's settings, and how to mend it."""

import importlib.util
import math
import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from clover_provider.config.addresses import is_safe_base
from clover_provider.config.defaults import COUNTRY_OF, LOCALE_OF
from clover_provider.config.hosts import Environment
from clover_provider.config.locales import LOCALES
from clover_provider.config.refusals import shown
from clover_provider.config.secret import Secret
from clover_provider.config.values import ConfigValues
from payment_hooks import Mode

_MERCHANT_ID = re.compile(r"[0-9A-Za-z]{13}")
_SECRETS = (
    "private_key",
    "hosted_private_key",
    "platform_token",
    "access_token",
    "app_secret",
)
_MAY_BE_EQUAL = {"private_key", "hosted_private_key"}
_NAMES = ("merchant_id", "app_id", "page_config_id")
"""No secrets, but each from a field of its own, and two of them look alike."""
_DURATIONS = (
    "connect_timeout_seconds",
    "read_timeout_seconds",
    "deadline_seconds",
    "webhook_tolerance_seconds",
)
_SMALLEST_CAP = 1024
_COPY = "copy each from its own field of Clover's dashboard"

Mistakes = Iterator[tuple[str, str]]


def find_mistakes(config: ConfigValues) -> Mistakes:
    """The name of each wrong setting, and the rest of the sentence that says so."""
    yield from _identity_mistakes(config)
    yield from _key_mistakes(config)
    yield from _mode_mistakes(config)
    yield from _address_mistakes(config)
    yield from _certificate_mistakes(config)
    yield from _number_mistakes(config)


def _identity_mistakes(config: ConfigValues) -> Mistakes:
    if not _MERCHANT_ID.fullmatch(config.merchant_id):
        yield (
            "merchant_id",
            f"must be exactly 13 letters and digits, not {len(config.merchant_id)} "
            "characters: copy it from the address of the merchant's dashboard",
        )
    if config.currency not in COUNTRY_OF:
        yield "currency", f"must be USD or CAD, not {shown(config.currency)}"
    if config.country not in LOCALE_OF:
        yield "country", f"must be US or CA, not {shown(config.country)}"
    if config.locale not in LOCALES:
        yield (
            "locale",
            f"must be one of {', '.join(LOCALES)}, not {shown(config.locale)}",
        )


def _key_mistakes(config: ConfigValues) -> Mistakes:
    keys = {name: getattr(config, name) for name in _SECRETS}
    keys["public_key"] = Secret(config.public_key)
    keys |= {
        f"webhook_secrets[{n}]": key for n, key in enumerate(config.webhook_secrets)
    }
    seen: dict[Secret, str] = {}
    for name, key in keys.items():
        if name.startswith("webhook") and not key:
            yield "webhook_secrets", "holds an empty secret: leave it out"
        if not _is_header_text(key.reveal()):
            yield (
                name,
                "holds a blank, a line break or a letter no key has: paste it again",
            )
        twin = seen.get(key)
        if key and twin and {name, twin} != _MAY_BE_EQUAL:
            yield name, f"is the same as {twin}: these are different keys, {_COPY}"
        seen[key] = name
    for name in _NAMES:
        text = Secret(getattr(config, name))
        if text and text in seen:
            yield name, f"is the same as {seen[text]}: these differ, {_COPY}"
        seen[text] = name


def _mode_mistakes(config: ConfigValues) -> Mistakes:
    if config.mode not in config.modes:
        yield "modes", f"must hold the mode in use, {config.mode}"
    # An app's merchants bring their access token with the consent.
    if not config.ecommerce_key and not config.app_id:
        yield (
            "private_key",
            "is missing: make an ecommerce API token in the merchant's dashboard and "
            "copy its private half",
        )
    if Mode.HOSTED in config.modes:
        yield from _hosted_mistakes(config)
    if Mode.API in config.modes and not config.pci_attestation:
        yield (
            "pci_attestation",
            "is missing: mode api lets the shop handle card numbers, so name your PCI DSS "
            "assessment (SAQ D), or use mode iframe or hosted",
        )
    if Mode.API in config.modes and config.require_encryption and not can_encrypt():
        yield (
            "require_encryption",
            "needs the package cryptography: pip install clover-provider[api-only]",
        )


def _hosted_mistakes(config: ConfigValues) -> Mistakes:
    if not config.hosted_key:
        yield (
            "hosted_private_key",
            "is missing: mode hosted wants the private key of the pair made for the "
            "integration type Hosted Checkout",
        )
    if not config.webhook_secrets:
        yield (
            "webhook_secrets",
            "is missing: without it no hosted payment can be proven; generate the signing "
            "secret in the dashboard under Hosted Checkout, webhook",
        )


def _address_mistakes(config: ConfigValues) -> Mistakes:
    is_local = config.environment is Environment.LOCAL
    if config.base_url and not is_local:
        yield (
            "base_url",
            f"is for environment local only: remove it, {config.environment} has fixed "
            "addresses",
        )
    if is_local and not is_safe_base(config.base_url):
        yield (
            "base_url",
            "must be the address of a Clover double, https or http on this machine, such "
            "as http://127.0.0.1:8100",
        )


def _certificate_mistakes(config: ConfigValues) -> Mistakes:
    if config.ca_bundle and not os.path.exists(config.ca_bundle):
        yield (
            "ca_bundle",
            f"must name a file of certificates: {shown(config.ca_bundle)} is none",
        )


def _number_mistakes(config: ConfigValues) -> Mistakes:
    url = config.redis_url.reveal()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        yield "redis_url", "must begin with redis://, rediss:// or unix://"
    elif not _is_readable(url):
        yield (
            "redis_url",
            "is no address: write the letters / ? # [ ] @ : of a password as %2F, %3F, "
            "%23, %5B, %5D, %40 and %3A",
        )
    for name in _DURATIONS:
        value = getattr(config, name)
        if not (math.isfinite(value) and value > 0):
            yield name, f"must be a number of seconds above 0, not {value!r}"
    if config.max_answer_bytes < _SMALLEST_CAP:
        yield "max_answer_bytes", f"must be at least {_SMALLEST_CAP}, or no answer fits"


def can_encrypt() -> bool:
    """Whether the extra `api-only` is installed."""
    return importlib.util.find_spec("cryptography") is not None


def _is_readable(url: str) -> bool:
    """Whether the address has a readable port; a slash in a password hides it."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _is_header_text(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
