"""The page about the simulator says what is there."""

from pathlib import Path

from clover_simulator.control.routes import CHANGED, SHOWN
from clover_simulator.state.switches import describe
from clover_simulator.traffic.faults import Action

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "simulator.md").read_text(
    "utf-8"
)


def test_every_switch_has_its_row():
    for entry in describe():
        is_flag = isinstance(entry.default, bool)
        default = str(entry.default).lower() if is_flag else entry.default
        choices = ", ".join(f"`{choice}`" for choice in entry.choices)
        ending = f" One of {choices}." if choices else ""
        row = f"| `{entry.name}` | `{default}` | {entry.row} | {entry.text}{ending} |"
        assert row in PAGE, row


def test_every_fault_has_its_row():
    for action in Action:
        assert f"| `{action}` |" in PAGE, action


def test_every_control_endpoint_has_its_row():
    for path in {*SHOWN, *(path for _, path in CHANGED), "/refuse", "/openapi.json"}:
        assert f"/_simulator{path}` |" in PAGE, path
