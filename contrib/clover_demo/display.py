"""What the demo shows: bars on a terminal, plain lines in a pipe."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from clover_demo.purchases.audit import Verdict, decimal

WIDTH_OF_A_PIPE = 120
TEST_CARDS = (
    ("4242 4242 4242 4242", "Visa", "approved"),
    ("5204 2452 5000 3294", "Mastercard", "approved"),
    ("3782 822463 10005", "Amex", "approved"),
    ("4005 5717 0222 2222", "Visa", "declined"),
    ("5424 1802 7333 3333", "Mastercard", "declined"),
)
_RIGHT, _WRONG = "[green]✓[/]", "[red]✗[/]"

Advance = Callable[[str], None]


class Display:
    """One run of the demo on one console."""

    def __init__(self, console: Console | None = None) -> None:
        self._started = time.monotonic()
        self._console = console or Console(highlight=False)
        if not self._console.is_terminal:
            self._console.width = WIDTH_OF_A_PIPE

    @contextmanager
    def step(self, text: str, total: int = 1) -> Iterator[Advance]:
        """Show that `text` goes on; the function given counts what is done."""
        started, mark = time.monotonic(), _WRONG
        try:
            with self._progress() as progress:
                task = progress.add_task(text, total=total, detail="")
                yield lambda detail: progress.update(task, advance=1, detail=detail)
            mark = _RIGHT
        finally:
            seconds = time.monotonic() - started
            self._console.print(f"{mark} {text} [dim]{seconds:.1f} s[/]")

    def announce(self, url: str) -> None:
        """The shop sells from now on."""
        seconds = time.monotonic() - self._started
        self._console.print(f"{_RIGHT} Selling at {url} [dim]after {seconds:.1f} s[/]")

    def show(self, verdicts: Sequence[Verdict], leftovers: Sequence[str]) -> None:
        """The table of orders, and everything that is wrong."""
        self._console.print()
        self._console.print(_table(verdicts))
        self._console.print()
        for verdict in verdicts:
            for problem in verdict.problems:
                self.complain(f"{verdict.mode}: {problem}")
        for problem in leftovers:
            self.complain(problem)

    def complain(self, text: str) -> None:
        """One line on what is wrong."""
        self._console.print(f"{_WRONG} {escape(text)}")

    def say(self, text: str = "") -> None:
        """One line."""
        self._console.print(text)

    def invite(self, addresses: Sequence[tuple[str, str]]) -> None:
        """Where a person can go on, and with which cards."""
        self._console.print()
        for name, address in addresses:
            self._console.print(
                f"  [bold]{name:<9}[/] {escape(address)}", soft_wrap=True
            )
        self._console.print(
            "\n  [bold]Test cards[/], any later date, any security code"
        )
        for number, brand, outcome in TEST_CARDS:
            colour = "green" if outcome == "approved" else "red"
            self._console.print(f"    {number:<20} {brand:<11} [{colour}]{outcome}[/]")
        self._console.print()

    def _progress(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[dim]{task.fields[detail]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )


def _table(verdicts: Sequence[Verdict]) -> Table:
    """Nine columns that fit into eighty characters."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("Order", "Mode", "Charge", "USD", "Status"):
        table.add_column(name, no_wrap=True)
    for name in ("At Clover", "USD", "State", ""):
        table.add_column(name, no_wrap=True, header_style="bold green")
    for verdict in verdicts:
        table.add_row(*_cells(verdict))
    return table


def _cells(verdict: Verdict) -> list[str]:
    order, charge = verdict.order, verdict.charge
    shop, clover = ["-", verdict.mode, "-", "-", "-"], ["-", "-", "-"]
    if order is not None:
        sold = decimal(order.cents)
        shop = [order.number, verdict.mode, order.charge_id, sold, order.status]
    if charge is not None:
        clover = [charge.id, decimal(charge.amount), str(charge.state)]
    return [*map(escape, shop + clover), _RIGHT if verdict.is_right else _WRONG]
