"""How hooks are declared and implemented."""

import pluggy

PROJECT = "payment_hooks"
"""The pluggy project name, and the entry-point group that plugins register under."""

SPECIFICATION = (1, 0)
"""The version of the hooks and of what goes in and out of them, as major and minor.

The minor number grows with a new hook, a new field that may be left out, or a new member
of an enum; the major one with whatever makes a plugin wrong that was right before.
"""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
