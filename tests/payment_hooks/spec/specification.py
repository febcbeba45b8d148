"""The specification as text: `python -m tests.payment_hooks.spec.specification`."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum

import payment_hooks
from payment_hooks.spec import provider, shop

_ROOMS = re.compile(r"payment_hooks\.(\w+\.)+")


def describe() -> str:
    """Every hook, and everything that goes in or comes out, one line each."""
    version = ".".join(map(str, payment_hooks.SPECIFICATION))
    return "\n".join([f"specification {version}", *_hooks(), *_types()]) + "\n"


def _hooks() -> Iterator[str]:
    known = vars(provider) | vars(shop)
    for name in sorted(known):
        if name.startswith(("payment_", "shop_")):
            first = known[name].payment_hooks_spec["firstresult"]
            asked = "" if first else "  # everyone is called"
            yield f"{name}{_plain(inspect.signature(known[name]))}{asked}"


def _types() -> Iterator[str]:
    for name in sorted(payment_hooks.__all__):
        kind = getattr(payment_hooks, name)
        if not isinstance(kind, type):
            continue
        if issubclass(kind, Enum):
            yield f"{name}: {', '.join(str(row.value) for row in kind)}"
        elif is_dataclass(kind) and kind.__module__.startswith("payment_hooks.model"):
            yield name
            yield from (f"    {line}" for line in _fields(kind))


def _fields(kind: type) -> Iterator[str]:
    for row in fields(kind):
        may_be_left_out = (
            row.default is not MISSING or row.default_factory is not MISSING
        )
        kind_of = _plain(inspect.formatannotation(row.type))
        yield f"{row.name}: {kind_of}{' = ...' if may_be_left_out else ''}"


def _plain(text: object) -> str:
    return _ROOMS.sub("", str(text))


if __name__ == "__main__":
    print(describe(), end="")
