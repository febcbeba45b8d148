"""What plugins implement, and how they are called."""

from payment_hooks.spec.plugins import (
    BrokenPlugin,
)
from payment_hooks.spec.time_limit import (
    seconds_left,
    time_limit,
)

__all__ = ["BrokenPlugin", "seconds_left", "time_limit"]
