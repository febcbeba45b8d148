"""What a merchant decides about unknown outcomes, checks and waiting."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class FailedChecks(StrEnum):
    """What to do with an approved charge whose CVC or address check failed."""

    ACCEPT = "accept"
    """Take it; the result is recorded and shown."""
    FLAG = "flag"
    """Take it, and ask a person to look."""
    VOID = "void"
    """Give it back at once and treat it as declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The knobs of `Payments`; the defaults are safe."""

    lease_seconds: float = 90
    """How long a sender owns an operation; longer than the provider's total deadline."""
    wait_seconds: float = 30
    """How long a second submit waits for the first one's result."""
    replay_seconds: float = 10
    """An unanswered charge is sent again under its key only this early in a request."""
    safe_window: timedelta = timedelta(hours=12)
    """How long the provider is trusted to remember a key; absence is believed after it."""
    read_margin: timedelta = timedelta(minutes=15)
    """When a capture, void or refund that cannot be read back counts as not made."""
    clock_skew: timedelta = timedelta(minutes=15)
    """How far the shop's clock and the provider's may be apart."""
    failed_checks: FailedChecks = FailedChecks.ACCEPT
    extras_allowed: bool = False
    """Whether tips and surcharges on the provider's page are welcome."""
