"""A shop in a process of its own, which says how its memory grew in one movement.

It reads JSON from the standard input, a line at a time: first the settings, then the
name of a movement. It answers "ready" when all before the movement is done, waits for
another line, makes the movement, and prints how many KiB more it held at its worst.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from clover_provider import CloverConfig, CloverProvider
from clover_simulator import shopper
from payment_hooks import OutcomeUnknown, Payments
from payment_hooks.ledger import OperationKind
from tests.faults.road import Movement, Road

_STATUS = Path("/proc/self/status")


def main() -> None:
    """Answer until the input ends."""
    given = json.loads(sys.stdin.readline())
    road = _road(given)
    for line in sys.stdin:
        movement = road.prepare(OperationKind(line.strip()))
        _say("ready")
        sys.stdin.readline()
        _say(str(_growth_of(movement)))


def _road(given: dict[str, object]) -> Road:
    """A shop that knows the simulator only by its address."""
    provider = CloverProvider(CloverConfig.from_mapping(given))
    payments = Payments.using(provider)
    url, key = str(given["BASE_URL"]), str(given["PUBLIC_KEY"])
    cards = SimpleNamespace(
        token=lambda: shopper.tokenize(url, key, shopper.APPROVED_CARD)
    )
    return Road(payments, provider, cards, None, payments.ledger, None, None)  # type: ignore[arg-type]  # what this process has no use for


def _growth_of(movement: Movement) -> int:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew here
    before = _kib("VmRSS")
    try:
        movement.make()
    except OutcomeUnknown:
        return _kib("VmHWM") - before
    raise AssertionError("it was to end in doubt")


def _kib(name: str) -> int:
    line = next(row for row in _STATUS.read_text().splitlines() if row.startswith(name))
    return int(line.split()[1])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
