"""The simulator's clock: it ticks like the real one, but can be moved or stopped."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock under control; every expiry and every timestamp reads it."""

    _offset: timedelta
    _stopped_at: datetime | None

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Go back to the real time."""
        self._offset, self._stopped_at = timedelta(), None

    def now(self) -> datetime:
        """The simulated time, aware and in UTC."""
        return self._stopped_at or datetime.now(UTC) + self._offset

    def seconds(self) -> int:
        """The simulated time as Unix seconds."""
        return int(self.now().timestamp())

    def milliseconds(self) -> int:
        """The simulated time as Unix milliseconds."""
        return int(self.now().timestamp() * 1000)

    def advance(self, **units: float) -> datetime:
        """Move by `timedelta` units such as `minutes=16`; the new time."""
        return self.set(self.now() + timedelta(**units))

    def set(self, moment: datetime) -> datetime:
        """Jump to `moment`; a stopped clock stays stopped, a running one runs on."""
        if moment.tzinfo is None:
            raise ValueError(
                "give the time with its zone, such as 2026-01-01T00:00:00Z"
            )
        if self._stopped_at is not None:
            self._stopped_at = moment.astimezone(UTC)
        else:
            self._offset = moment - datetime.now(UTC)
        return self.now()

    def freeze(self, moment: datetime | None = None) -> datetime:
        """Stop at `moment`, or at the clock's present time."""
        self._stopped_at = self.now()
        return self.set(moment or self.now())

    def resume(self) -> datetime:
        """Let a stopped clock run on from its time."""
        if self._stopped_at is not None:
            self._offset = self._stopped_at - datetime.now(UTC)
            self._stopped_at = None
        return self.now()


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """`moment` as Clover's platform writes it: milliseconds and `+0000`."""
    return (
        moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}+0000"
    )
