"""Faults on request: which request is hit, when, and by what.

A rule names a method and a path; a request can also carry its own fault in its metadata
(`sim_fault`), which strikes once, so that the repeat of the same request goes through.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from types import NoneType
from typing import Any


class Action(StrEnum):
    """What goes wrong."""

    RESET_BEFORE = "reset_before"
    """The connection is reset; nothing was executed."""
    RESET_AFTER = "reset_after"
    """Executed, but the connection is reset before the answer: the answer is lost."""
    DELAY_BEFORE = "delay_before"
    """Wait `seconds`, then execute and answer, even if the client has gone."""
    DELAY_AFTER = "delay_after"
    """Execute, wait `seconds`, answer."""
    DRIP = "drip"
    """Execute, then answer byte by byte with `seconds` between two."""
    CUT = "cut"
    """Execute, then close after `at_byte` bytes of the body."""
    MALFORMED = "malformed"
    """Execute, then answer JSON that ends in the middle."""
    HTML = "html"
    """Execute, then answer a gateway's HTML page with `status` (502)."""
    WRONG_LENGTH = "wrong_length"
    """Execute, then promise `at_byte` bytes more than there are."""
    ERROR_BEFORE = "error_before"
    """Answer `status` (500) without executing."""
    ERROR_AFTER = "error_after"
    """Execute, then answer `status` (500)."""
    RATE_LIMIT = "rate_limit"
    """Answer 429, with `retry-after` if `retry_after` is given; not executed."""
    UNAUTHORIZED = "unauthorized"
    """Answer 401 in plain text; not executed."""
    ANSWER = "answer"
    """Answer `status` and `body` as given; not executed."""
    ECHO_REQUEST = "echo_request"
    """Answer `status` (400) with the whole request in it, in `form`; not executed."""


FORMS = ("plain", "spaced", "json", "base64", "url", "all")
MEDIA = ("json", "html")


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule, or one trigger."""

    action: Action
    method: str = "*"
    path: str = "*"
    """A path, `*` matching anything: `/v1/charges/*/capture`."""
    nth: int = 1
    """The first matching request that is hit."""
    times: int | None = 1
    """How many are hit; None is all from then on."""
    seconds: float = 1.0
    at_byte: int = 20
    status: int | None = None
    body: Any = None
    retry_after: int | None = None
    form: str = "plain"
    """How an echo is written: one of `FORMS`."""
    media: str = "json"
    """What an echo comes in: one of `MEDIA`."""
    seen: int = 0
    """Matching requests so far."""
    fired: int = 0
    """Requests hit so far."""

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Fault":
        """A rule as the control API receives it."""
        unknown = set(given) - SETTABLE
        if unknown or "action" not in given:
            raise ValueError(f"a fault has an action and may have {sorted(SETTABLE)}")
        for name, value in given.items():
            if name in KINDS and not _is_kind(value, KINDS[name]):
                raise ValueError(
                    f"{name} is no {' or '.join(k.__name__ for k in KINDS[name])}"
                )
        rule = cls(**{**given, "action": Action(given["action"])})
        rule._check()
        return rule

    def _check(self) -> None:
        if self.nth < 1 or self.at_byte < 0 or self.seconds < 0:
            raise ValueError("nth starts at 1; at_byte and seconds are not negative")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status is from 200 to 599")
        if self.form not in FORMS or self.media not in MEDIA:
            raise ValueError(f"form is one of {FORMS}, media one of {MEDIA}")

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON."""
        return asdict(self)

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule speaks of this request."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)

    def strikes(self) -> bool:
        """Count a matching request; whether it is hit."""
        self.seen += 1
        is_due = self.seen >= self.nth
        if is_due and (self.times is None or self.fired < self.times):
            self.fired += 1
            return True
        return False


KINDS: dict[str, tuple[type, ...]] = {
    "action": (str,),
    "method": (str,),
    "path": (str,),
    "nth": (int,),
    "times": (int, NoneType),
    "seconds": (int, float),
    "at_byte": (int,),
    "status": (int, NoneType),
    "retry_after": (int, NoneType),
    "form": (str,),
    "media": (str,),
}
SETTABLE = frozenset(f.name for f in fields(Fault)) - {"seen", "fired"}


@dataclass(slots=True, kw_only=True)
class Faults:
    """The rules in force."""

    rules: list[Fault] = field(default_factory=list)
    declines: int = 0
    """How many of the next cards the bank declines, whichever they are."""
    _triggered: set[str] = field(default_factory=set)

    def clear(self) -> None:
        """Drop all rules, and the declines that were ordered."""
        self.rules.clear()
        self.declines = 0

    def declines_next(self) -> bool:
        """Whether the bank declines this card because it was told to; counts it."""
        if not self.declines:
            return False
        self.declines -= 1
        return True

    def hitting(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request; every matching rule counts it."""
        struck = [r for r in self.rules if r.matches(method, path) and r.strikes()]
        return struck[0] if struck else None

    def triggered(self, metadata: Mapping[str, Any], identity: bytes) -> Fault | None:
        """The fault which `metadata.sim_fault` asks for, once for each `identity`."""
        name = metadata.get("sim_fault")
        digest = hashlib.sha256(identity).hexdigest()
        if name not in set(Action) or digest in self._triggered:
            return None
        self._triggered.add(digest)
        fault = Fault(action=Action(name))
        fault.seconds = _number(metadata.get("sim_seconds"), fault.seconds)
        fault.at_byte = int(_number(metadata.get("sim_at_byte"), fault.at_byte))
        status = int(_number(metadata.get("sim_http_status"), 500))
        fault.status = status if 200 <= status <= 599 else None
        form = metadata.get("sim_form")
        fault.form = form if form in FORMS else fault.form
        return fault


def _is_kind(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _number(text: object, default: float) -> float:
    try:
        number = abs(float(str(text)))
        return number if math.isfinite(number) else default
    except ValueError:
        return default
