"""Defaults of settings that depend on other settings."""

from clover_provider.config.hosts import Environment
from clover_provider.config.limits import REQUESTS_AT_ONCE, REQUESTS_PER_SECOND
from clover_provider.config.refusals import refuse, shown
from clover_provider.config.values import ConfigValues, HostedLines
from payment_hooks import Mode

COUNTRY_OF = {"USD": "US", "CAD": "CA"}
LOCALE_OF = {"US": "en", "CA": "en-CA"}


def complete(config: ConfigValues) -> None:
    """Fill in the settings that follow from others."""
    _choose(config, "environment", Environment)
    _choose(config, "mode", Mode)
    _choose(config, "hosted_lines", HostedLines)
    _set(config, "modes", config.modes or (config.mode,))
    # The dashboard's address shows it in either case; Clover's answers, in capitals.
    _set(config, "merchant_id", config.merchant_id.upper())
    _set(config, "currency", config.currency.upper())
    country = config.country or COUNTRY_OF.get(config.currency, "")
    _set(config, "country", country.upper())
    is_local = config.environment is Environment.LOCAL
    if config.requests_per_second < 0:
        _set(config, "requests_per_second", 0 if is_local else REQUESTS_PER_SECOND)
    if config.requests_at_once < 0:
        _set(config, "requests_at_once", 0 if is_local else REQUESTS_AT_ONCE)
    _set(config, "locale", config.locale or LOCALE_OF.get(config.country, ""))


def _set(config: ConfigValues, name: str, value: object) -> None:
    object.__setattr__(config, name, value)


def _choose(
    config: ConfigValues,
    name: str,
    kind: type[Environment] | type[Mode] | type[HostedLines],
) -> None:
    value = getattr(config, name)
    choices = [str(choice) for choice in kind]
    if value not in choices:
        refuse(
            config.source,
            name,
            f"must be one of {', '.join(choices)}, not {shown(value)}",
        )
    _set(config, name, kind(value))
