"""The one setting, `CLOVER`: what is the provider's and what is the adapters'."""

from collections.abc import Callable
from functools import cache

from django.conf import settings

from clover_provider.config import CloverConfig
from payment_hooks import ConfigurationError, FailedChecks, Mode

SETTING = "CLOVER"

_DEFAULTS: dict[str, object] = {
    "AUTO_CAPTURE": True,
    "EXTRAS_ALLOWED": False,
    "FAILED_CHECKS": FailedChecks.ACCEPT.value,
    "LEDGER_DATABASE": "default",
    "PLUGINS": (),
}
"""The adapters' keys and what holds when one is absent; `declare` adds to them."""


def declare(name: str, default: object) -> None:
    """Let an adapter read one more key of `CLOVER`."""
    _DEFAULTS[name] = default


def adapter_setting(name: str) -> object:
    """The value of an adapter's key, or its default."""
    return _setting().get(name, _DEFAULTS[name])


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
    config = CloverConfig.from_mapping(provider_settings(), source=SETTING)
    for is_wrong, mistake in _mistakes():
        if is_wrong(config):
            raise ConfigurationError(f"{SETTING}{mistake}")
    return config


def _setting() -> dict[str, object]:
    return dict(getattr(settings, SETTING, None) or {})


def _mistakes() -> tuple[tuple[Callable[[CloverConfig], bool], str], ...]:
    choices = [choice.value for choice in FailedChecks]
    return (
        (
            lambda config: (
                config.mode is Mode.HOSTED and not adapter_setting("AUTO_CAPTURE")
            ),
            "['AUTO_CAPTURE'] is False, but hosted checkout always takes the money at "
            "once: set it to True, or use mode iframe",
        ),
        (
            lambda config: adapter_setting("FAILED_CHECKS") not in choices,
            f"['FAILED_CHECKS'] must be one of {', '.join(choices)}",
        ),
    )
