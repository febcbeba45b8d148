"""Constructor arguments from a mapping of upper-case names; every mistake is named."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, fields
from typing import Any

from clover_provider.config.refusals import PREFIX, refuse, shown
from clover_provider.config.secret import Secret
from clover_provider.config.values import ConfigValues
from payment_hooks import Mode

_RESEMBLANCE = 0.8
_REMEDIES = {
    "environment": "set sandbox, production or local",
    "merchant_id": "copy it from the address of the merchant's dashboard",
}
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def read(
    kind: type[ConfigValues], values: Mapping[str, object], source: str
) -> dict[str, Any]:
    """Constructor arguments from upper-case names; text is converted."""
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


def pick(kind: type[ConfigValues], environ: Mapping[str, str]) -> dict[str, object]:
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


def mask(kind: type[ConfigValues], values: Mapping[str, object]) -> dict[str, object]:
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
