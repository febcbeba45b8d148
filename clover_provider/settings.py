"""From a mapping of names to a checked configuration; every mistake is named."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, NoReturn

from clover_provider.hosts import Environment, HostedLines
from clover_provider.limits import REQUESTS_AT_ONCE, REQUESTS_PER_SECOND
from clover_provider.mistakes import COUNTRY_OF, LOCALE_OF, shown
from clover_provider.secret import Secret
from payment_hooks import ConfigurationError, Mode

if TYPE_CHECKING:
    from clover_provider.config import CloverConfig

PREFIX = "CLOVER_"

_RESEMBLANCE = 0.8
_REMEDIES = {
    "environment": "set sandbox, production or local",
    "merchant_id": "copy it from the address of the merchant's dashboard",
}
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def read(
    kind: type[CloverConfig], values: Mapping[str, object], source: str
) -> dict[str, Any]:
    """Constructor arguments from upper-case names; text is turned into what is meant."""
    known = {
        entry.name.upper(): entry for entry in fields(kind) if entry.name != "source"
    }
    for name in values:
        if name not in known:
            refuse(source, str(name), f"is no setting: {_hint(name, known)}")
    for name, entry in known.items():
        if entry.default is MISSING and not values.get(name):
            refuse(source, entry.name, f"is missing: {_REMEDIES[entry.name]}")
    return {
        entry.name: _convert(entry.name, entry.default, values[name], source)
        for name, entry in known.items()
        if values.get(name) is not None
    }


def pick(kind: type[CloverConfig], environ: Mapping[str, str]) -> dict[str, object]:
    """The settings among the variables `CLOVER_…`; lists are separated by commas.

    Variables that resemble no setting are left alone: containers set `CLOVER_PORT` and
    the like by themselves.
    """
    lists = {entry.name.upper(): entry.default == () for entry in fields(kind)}
    picked: dict[str, object] = {}
    for variable, value in environ.items():
        name = variable.removeprefix(PREFIX)
        if not variable.startswith(PREFIX) or not value:
            continue
        if name in lists or _resembling(name, lists):
            picked[name] = _split(value) if lists.get(name) else value
    return picked


def mask(kind: type[CloverConfig], values: Mapping[str, object]) -> dict[str, object]:
    """The same settings with the keys masked, as a traceback may show them."""
    secret = {
        entry.name.upper()
        for entry in fields(kind)
        if isinstance(entry.default, Secret)
    }
    masked = dict(values)
    for name, value in values.items():
        if name in secret and isinstance(value, str):
            masked[name] = Secret(value)
        elif name == "WEBHOOK_SECRETS":
            masked[name] = tuple(
                Secret(item) if isinstance(item, str) else item
                for item in _items(value)
                if item is not None
            )
    return masked


def complete(config: CloverConfig) -> None:
    """Fill in what follows from something else."""
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


def refuse(source: str, name: str, remedy: str) -> NoReturn:
    """Raise for the setting of that name, spelt as the reader wrote it."""
    spelt = (
        f"{PREFIX}{name}".upper() if source == PREFIX else f"{source}[{name.upper()!r}]"
    )
    raise ConfigurationError(f"{spelt if source else name} {remedy}")


def _set(config: CloverConfig, name: str, value: object) -> None:
    object.__setattr__(config, name, value)


def _choose(
    config: CloverConfig,
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


def _hint(name: object, known: Mapping[str, object]) -> str:
    close = _resembling(str(name).upper(), known)
    return f"did you mean {close[0]}?" if close else f"use one of {', '.join(known)}"


def _resembling(name: str, known: Mapping[str, object]) -> list[str]:
    # Loaded for mistakes only.
    from difflib import get_close_matches

    return get_close_matches(name, known, n=1, cutoff=_RESEMBLANCE)


def _convert(name: str, default: object, value: object, source: str) -> object:
    """`value` as the field wants it; text is welcome for numbers and flags."""
    if isinstance(default, Secret):
        return Secret(_text(name, value, source))
    if name == "webhook_secrets":
        return tuple(Secret(_text(name, item, source)) for item in _items(value))
    if name == "modes":
        return tuple(_mode(name, item, source) for item in _items(value))
    if isinstance(default, bool):
        return _flag(name, value, source)
    if isinstance(default, int | float):
        return _number(name, default, value, source)
    return _text(name, value, source)


def _split(value: str) -> list[str]:
    return [item.strip() for item in value.split(",")]


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _mode(name: str, value: object, source: str) -> Mode:
    if value not in [str(mode) for mode in Mode]:
        refuse(source, name, f"must hold only {', '.join(Mode)}, not {shown(value)}")
    return Mode(str(value))


def _text(name: str, value: object, source: str) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    if not isinstance(value, str):
        refuse(source, name, f"must be text, not {type(value).__name__}")
    return value


def _flag(name: str, value: object, source: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _FLAGS:
        refuse(source, name, f"must be true or false, not {shown(value)}")
    return _FLAGS[str(value).lower()]


def _number(name: str, default: float, value: object, source: str) -> float:
    kind = type(default)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        # Refused outside of this block: the error that it would carry along repeats
        # the value.
        with suppress(ValueError):
            return kind(value)
    refuse(source, name, f"must be a number, not {shown(value)}")
