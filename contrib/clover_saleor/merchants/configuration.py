"""The form in the dashboard, and the merchant's configuration made of it."""

import re
from collections.abc import Mapping
from typing import Any

from saleor.plugins.base_plugin import ConfigurationTypeField

from clover_provider.cli.doctor import Verdict, examine
from clover_provider.config import CloverConfig
from payment_hooks import ConfigurationError, Mode

Values = Mapping[str, Any]

DEFAULT_SECONDS = 12
MOST_SECONDS = 40
"""Saleor keeps the stock of a checkout for 45 s while the payment is made."""
_TEXT = ConfigurationTypeField.STRING
_SECRET = ConfigurationTypeField.SECRET
_SHOWN = 4
"""How many characters of a secret Saleor shows."""


def _field(kind: str, label: str, help_text: str) -> dict[str, str]:
    return {"type": kind, "label": label, "help_text": help_text}


FIELDS = {
    "environment": _field(_TEXT, "Environment", "sandbox or production."),
    "merchant_id": _field(
        _TEXT, "Merchant id", "13 letters and digits, from the merchant dashboard."
    ),
    "mode": _field(
        _TEXT,
        "Mode",
        "iframe: card fields in your storefront. hosted: the provider's page. "
        "api: your own card form; needs the PCI attestation.",
    ),
    "private_key": _field(
        _SECRET, "Private key", "The private ecommerce key of the merchant."
    ),
    "public_key": _field(
        _TEXT, "Public key", "For the browser; fetched when you activate, if empty."
    ),
    "hosted_private_key": _field(
        _SECRET, "Private key of hosted checkout", "For mode hosted alone."
    ),
    "webhook_secret": _field(
        _SECRET, "Webhook secret", "Signs the messages about hosted payments."
    ),
    "webhook_url": _field(
        ConfigurationTypeField.OUTPUT,
        "Webhook URL",
        "Enter this address, and no other, where the provider asks for it.",
    ),
    "platform_token": _field(
        _SECRET,
        "Platform token",
        "Makes reading hosted payments back certain: lost messages lose nothing.",
    ),
    "access_token": _field(
        _SECRET, "OAuth access token", "Instead of the keys, for shops with an app."
    ),
    "app_id": _field(_TEXT, "OAuth app id", "For shops with an app."),
    "app_secret": _field(_SECRET, "OAuth app secret", "For shops with an app."),
    "auto_capture": _field(
        ConfigurationTypeField.BOOLEAN,
        "Take the money at once",
        "Off: only reserve it, and capture the order later. Not for mode hosted.",
    ),
    "three_d_secure": _field(
        ConfigurationTypeField.BOOLEAN,
        "3-D Secure",
        "The bank may ask the shopper before it pays. Only for mode iframe; also to be "
        "turned on in the provider's dashboard.",
    ),
    "supported_currencies": _field(
        _TEXT, "Currency", "The merchant's currency, which the channel has as well."
    ),
    "pci_attestation": _field(
        _TEXT, "PCI attestation", "Names your own assessment (SAQ D), for mode api."
    ),
    "time_limit": _field(
        _TEXT,
        "Time limit in seconds",
        "How long one request may keep Saleor's rows locked while it waits.",
    ),
    "base_url": _field(_TEXT, "Base URL", "Of the simulator, environment local only."),
}
DEFAULTS: list[dict[str, object]] = [
    {"name": name, "value": value}
    for name, value in {
        **dict.fromkeys(FIELDS, ""),
        "environment": "sandbox",
        "mode": Mode.IFRAME.value,
        "auto_capture": True,
        "three_d_secure": False,
        "supported_currencies": "USD",
        "time_limit": str(DEFAULT_SECONDS),
    }.items()
]
SECRETS = frozenset(name for name, row in FIELDS.items() if row["type"] == _SECRET)
_OURS = frozenset({"auto_capture", "supported_currencies", "time_limit", "webhook_url"})
"""Fields that are not passed to the provider's configuration."""
_FIELD_OF = {"currency": "supported_currencies", "webhook_secrets": "webhook_secret"}


class FieldError(ConfigurationError):
    """Something is wrong with one field of the form."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def values_of(configuration: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Values by name; the defaults where nothing is set."""
    values = {str(row["name"]): row["value"] for row in DEFAULTS}
    for row in configuration or ():
        if row.get("name") in FIELDS and row.get("value") is not None:
            values[str(row["name"])] = row["value"]
    return values


def currencies_of(values: Values) -> list[str]:
    """The currencies in which the merchant is paid: one, as a rule."""
    return re.findall(r"[A-Z]{3}", str(values["supported_currencies"]).upper())


def seconds_of(values: Values) -> float:
    """How long one request may wait for the provider.

    Raises:
        FieldError: no such number.
    """
    try:
        seconds = float(values["time_limit"])
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= MOST_SECONDS:
        raise FieldError("time_limit", f"must be a number from 1 to {MOST_SECONDS}")
    return seconds


def to_config(values: Values) -> CloverConfig:
    """The merchant's configuration.

    Raises:
        FieldError: a field is missing or wrong; the message says what to do.
    """
    settings: dict[str, object] = {
        name.upper(): value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name not in _OURS and value not in ("", None)
    }
    secret = settings.pop("WEBHOOK_SECRET", None)
    if secret:
        settings["WEBHOOK_SECRETS"] = [secret]
    currencies = currencies_of(values)
    if len(currencies) != 1:
        raise FieldError(
            "supported_currencies", "must be one currency: a merchant has one"
        )
    settings["CURRENCY"] = currencies[0]
    settings["DEADLINE_SECONDS"] = seconds_of(values)
    try:
        config = CloverConfig.from_mapping(settings, source="")
    except ConfigurationError as error:
        raise _at_field(str(error)) from None
    if config.mode is Mode.HOSTED and not values["auto_capture"]:
        raise FieldError(
            "auto_capture",
            "must be on with mode hosted, which always takes the money at once",
        )
    return config


def find_mistakes(config: CloverConfig) -> list[str]:
    """What the provider itself says against this configuration; it is asked now."""
    return [
        finding.text
        for finding in examine(config, online=True)
        if finding.verdict is Verdict.WRONG
    ]


def is_mask(name: str, value: object, known: object) -> bool:
    """Whether the value is Saleor's mask of the stored secret, sent back unchanged."""
    if name not in SECRETS or not known or not value:
        return False
    text = str(known)
    return value == (text[-_SHOWN:] if len(text) > _SHOWN else text[-1:])


def _at_field(message: str) -> FieldError:
    """The error at its field, which is the first word of the message."""
    name, _, remedy = message.partition(" ")
    name = _FIELD_OF.get(name, name)
    if name in FIELDS:
        return FieldError(name, remedy)
    return FieldError("environment", message)
