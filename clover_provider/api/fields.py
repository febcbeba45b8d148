"""Reads fields of Clover's JSON; a missing or malformed field raises, with no guess."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from clover_provider.codes import ANSWER_UNREADABLE, PROVIDER
from clover_provider.wire.json_strict import Fields, read_json
from payment_hooks import Money, OutcomeUnknown, ProviderUnavailable

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_MINOR_UNITS = 10**12
_SECONDS_END = 10**11
"""Unix seconds stay below it until the year 5138, milliseconds are above it since 1973."""
_UNIX = re.compile(r"[0-9]{10}|[0-9]{13}")
_DIGITS = re.compile(r"[0-9]{1,4}")
_CENTURY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A JSON object that Clover sent; `what` names it in messages.

    Every `need_…` raises `OutcomeUnknown` when the field is missing or odd: the answer
    cannot be trusted, whatever its status was. For a call that only reads,
    `only_read` turns that into `ProviderUnavailable`.
    """

    fields: Mapping[str, object] = field(repr=False)
    what: str
    request_id: str = ""

    def refuse(self, why: str) -> OutcomeUnknown:
        """The error for an answer that cannot be read; the caller raises it."""
        asked = f" (request {self.request_id})" if self.request_id else ""
        return OutcomeUnknown(
            f"{self.what} cannot be read: {why}; look it up{asked}",
            code=ANSWER_UNREADABLE,
            provider=PROVIDER,
            provider_request_id=self.request_id,
        )

    def text(self, name: str) -> str:
        """The text of that name, empty when there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def need_text(self, name: str) -> str:
        """The text of that name."""
        value = self.text(name)
        if not value or not value.isprintable():
            raise self.refuse(f"it has no {name}")
        return value

    def need_id(self) -> str:
        """Clover's id of the object."""
        value = self.text("id")
        if not _ID.fullmatch(value):
            raise self.refuse("it has no id")
        return value

    def flag(self, name: str) -> bool | None:
        """The boolean of that name; None when there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else None

    def minor_units(self, name: str) -> int | None:
        """The amount of that name; None when there is none."""
        value = self.fields.get(name)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= _MOST_MINOR_UNITS:
            raise self.refuse(f"its {name} is no amount")
        return value

    def need_minor_units(self, name: str) -> int:
        """The amount of that name, above zero."""
        value = self.minor_units(name)
        if not value:
            raise self.refuse(f"it has no {name}")
        return value

    def need_currency(self) -> str:
        """The currency, in upper case."""
        try:
            return Money(0, self.need_text("currency")).currency
        except ValueError:
            raise self.refuse("its currency is unknown") from None

    def part(self, name: str) -> Self:
        """The object of that name, empty when there is none; JSON in a text is read."""
        value = self.fields.get(name)
        if isinstance(value, str):
            value = read_json(value.encode())
        known = value if isinstance(value, Mapping) else Fields()
        return type(self)(fields=known, what=self.what, request_id=self.request_id)

    def moment(self, name: str) -> datetime | None:
        """The time of that name; None when there is none, or an odd one."""
        return read_moment(self.fields.get(name))

    def number(self, name: str) -> int | None:
        """The small number of that name, such as a month; as text or as a number."""
        return read_number(self.fields.get(name))

    def year(self, name: str) -> int | None:
        """The year of that name with four digits; Clover writes two or four."""
        year = self.number(name)
        return year + _CENTURY if year is not None and year < _CENTURY else year

    def last4(self, name: str = "last4") -> str:
        """The last four digits of a card; leading zeros are put back if it is a number."""
        value = self.fields.get(name)
        if type(value) is int and 0 <= value <= 9999:
            return f"{value:04d}"
        text = self.text(name)[-4:]
        return text if _DIGITS.fullmatch(text) else ""


def read_moment(value: object) -> datetime | None:
    """A time in any of the forms that Clover's pages and recordings show.

    Unix seconds or milliseconds, as a number or as text; ISO 8601; a date and a time
    with a blank between them, which are UTC.

    >>> read_moment("2026-01-01 12:00:00") == read_moment(1767268800000)
    True
    """
    try:
        if isinstance(value, str) and _UNIX.fullmatch(value):
            value = int(value)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value if value < _SECONDS_END else value / 1000
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def read_number(value: object) -> int | None:
    """Up to four digits, as text or as a number; None for anything else."""
    text = str(value) if type(value) is int else value
    is_number = isinstance(text, str) and _DIGITS.fullmatch(text)
    return int(text) if is_number and isinstance(text, str) else None


@contextmanager
def only_read() -> Iterator[None]:
    """Raise `ProviderUnavailable` for `OutcomeUnknown` inside: the call moved no money."""
    try:
        yield
    except OutcomeUnknown as error:
        raise ProviderUnavailable(
            error.message,
            code=error.code,
            provider=PROVIDER,
            provider_request_id=error.provider_request_id,
        ) from error


def rows_of(body: object, what: str) -> tuple[Fields, ...]:
    """The objects of a list, from any of the three envelopes that Clover uses.

    Raises:
        ProviderUnavailable: it is none of them; only reading calls are answered with lists.
    """
    data = body
    for name in ("data", "elements"):
        if isinstance(data, Mapping) and name in data:
            data = data[name]
    if not isinstance(data, list) or not all(isinstance(row, Fields) for row in data):
        raise ProviderUnavailable(
            f"{what} cannot be read: it is no list; ask again",
            code=ANSWER_UNREADABLE,
            provider=PROVIDER,
        )
    return tuple(data)
