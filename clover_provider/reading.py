"""Reading Clover's JSON field by field: what is missing or odd is a doubt, not a guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from clover_provider.exchange import Fields, read_json
from payment_hooks import InvalidRequest, Money, OutcomeUnknown

PROVIDER = "clover"

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_MINOR_UNITS = 10**12
_SECONDS_END = 10**11
"""Unix seconds stay below it until the year 5138, milliseconds are above it since 1973."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An object that Clover sent, and what it is, for messages.

    Every `need_…` raises `OutcomeUnknown` when the field is missing or odd: the answer
    cannot be trusted, whatever its status was.
    """

    fields: Mapping[str, object] = field(repr=False)
    what: str
    request_id: str = ""

    def refuse(self, why: str) -> OutcomeUnknown:
        """The error for an answer that cannot be read."""
        asked = f" (request {self.request_id})" if self.request_id else ""
        return OutcomeUnknown(
            f"{self.what} cannot be read: {why}; look it up{asked}",
            code="answer_unreadable",
            provider=PROVIDER,
            request_id=self.request_id,
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
        except InvalidRequest:
            raise self.refuse("its currency is unknown") from None

    def part(self, name: str) -> Self:
        """The object of that name, empty when there is none; JSON in a text is read."""
        value = self.fields.get(name)
        if isinstance(value, str):
            value = read_json(value.encode())
        known = value if isinstance(value, Mapping) else Fields()
        return type(self)(fields=known, what=self.what, request_id=self.request_id)

    def moment(self, name: str) -> datetime | None:
        """The time of that name: Unix milliseconds or seconds, or ISO 8601."""
        value = self.fields.get(name)
        try:
            if isinstance(value, str):
                moment = datetime.fromisoformat(value)
                aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return aware.astimezone(UTC)
            if type(value) is int:
                seconds = value if value < _SECONDS_END else value / 1000
                return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return None


def rows_of(body: object, what: str) -> tuple[Fields, ...]:
    """The objects of a list, in whichever of its three envelopes it came.

    Raises:
        OutcomeUnknown: it is none of them.
    """
    data = body
    for name in ("data", "elements"):
        if isinstance(data, Mapping) and name in data:
            data = data[name]
    if not isinstance(data, list) or not all(isinstance(row, Fields) for row in data):
        raise Reading(fields=Fields(), what=what).refuse("it is no list")
    return tuple(data)
