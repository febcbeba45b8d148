"""A shop in a process of its own, which says how its memory grew in one movement.

It reads JSON from the standard input, a line at a time: first the settings, then the
name of a movement. It answers "ready" when all before the movement is done, waits for
another line, makes the movement, and prints how many KiB more it held at its worst.
"""

import json
import sys
from pathlib import Path

from payment_hooks import OutcomeUnknown
from payment_hooks.model.records import OperationKind
from tests.faults.outside import rig_outside
from tests.faults.rig import Movement

_STATUS = Path("/proc/self/status")


def main() -> None:
    """Answer until the input ends."""
    given = json.loads(sys.stdin.readline())
    rig = rig_outside(given)
    for line in sys.stdin:
        movement = rig.prepare(OperationKind(line.strip()))
        _say("ready")
        sys.stdin.readline()
        _say(str(_growth_of(movement)))


def _growth_of(movement: Movement) -> int:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew here
    before = _kib("VmRSS")
    try:
        movement.make()
    except OutcomeUnknown:
        return _kib("VmHWM") - before
    raise AssertionError("its outcome was to be unknown")


def _kib(name: str) -> int:
    line = next(row for row in _STATUS.read_text().splitlines() if row.startswith(name))
    return int(line.split()[1])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
