"""What the page's forms do, by the end of their address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clover_simulator.board import controls, faults
from clover_simulator.control import commands, dashboard
from clover_simulator.state.state import State

Given = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One form: what it does, and the part of the page that is shown afterwards."""

    run: Callable[[State, Given], None]
    section: str


def steer_charge(state: State, given: Given) -> None:
    """Refund or void a charge in Clover's dashboard, or let a pending one end."""
    wanted, charge = given.get("do", ""), {"charge": given.get("id", "")}
    if wanted == "refund":
        dashboard.refund_in_dashboard(state, charge)
    elif wanted == "void":
        dashboard.void_in_dashboard(state, charge)
    else:
        dashboard.set_status(state, charge | {"status": wanted})


def steer_refund(state: State, given: Given) -> None:
    """Let a pending refund succeed or fail."""
    refund = {"refund": given.get("id", ""), "status": given.get("do", "")}
    dashboard.set_refund_status(state, refund)


def redeliver(state: State, given: Given) -> None:
    """Send a webhook once more."""
    number = given.get("number", "")
    if not number.isdecimal():
        raise ValueError("no such webhook")
    commands.redeliver(state, {"number": int(number)})


ACTIONS = {
    "faults": Action(run=faults.arm, section="faults"),
    "faults/clear": Action(run=faults.clear, section="faults"),
    "clock": Action(run=controls.move_clock, section="clock"),
    "charges": Action(run=steer_charge, section="charges"),
    "refunds": Action(run=steer_refund, section="refunds"),
    "redeliver": Action(run=redeliver, section="webhooks"),
    "merchants": Action(run=controls.set_webhook_url, section="merchants"),
    "switches": Action(run=controls.set_switches, section="switches"),
}
