"""Run as a program: the demo shop and its simulator, until standard input ends."""

import json
import sys
from pathlib import Path

from clover_demo import run
from clover_demo.display import Display

if __name__ == "__main__":
    run.SETTINGS = sys.argv[2] if sys.argv[2:] else run.SETTINGS
    with run.run(Display(), Path(sys.argv[1]), port=0, fresh=False) as outcome:
        print(json.dumps(dict(outcome.addresses)), flush=True)
        sys.stdin.read()
