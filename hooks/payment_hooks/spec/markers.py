"""How hooks are declared and implemented."""

import pluggy

PROJECT = "payment_hooks"
"""The pluggy project name, and the entry-point group that plugins register under."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
