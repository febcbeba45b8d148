"""How far a long command is, on a terminal alone; needs rich."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

Advance = Callable[[int, int | None], None]
"""Moves the bar: how many are done, of how many if that is known."""


@contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """A bar on standard error where that is a terminal; else nothing is written."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:  # rich before 13.8 ends a disabled bar with a line
        yield lambda done, total: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
