"""A worker that is forked after its first payment, as gunicorn does with --preload.

It reads the settings as JSON from the standard input. Parent and child then make every
movement at the same time, and each prints its name when all of them succeeded.
"""

import json
import os
import sys

from payment_hooks.model.records import OperationKind
from tests.faults.outside import rig_outside
from tests.faults.rig import Rig


def main() -> None:
    """Pay once, fork, and pay in both."""
    rig = rig_outside(json.loads(sys.stdin.readline()))
    rig.prefix = "before"
    _make_all(rig)
    child = os.fork()
    rig.prefix = "parent" if child else "child"
    _make_all(rig)
    if child:
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    os.write(1, f"{rig.prefix}\n".encode())
    if not child:
        os._exit(0)


def _make_all(rig: Rig) -> None:
    for kind in OperationKind:
        if kind is not OperationKind.HOSTED_PAGE:
            rig.prepare(kind).make()


if __name__ == "__main__":
    main()
