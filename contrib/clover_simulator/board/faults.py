"""The faults that a click orders, and those in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clover_simulator.board.markup import (
    Html,
    badge,
    button,
    form,
    html,
    section,
    select,
)
from clover_simulator.control import commands
from clover_simulator.state.state import State
from clover_simulator.traffic.faults import Action, Fault

TIMEOUT_SECONDS = 60.0
RETRY_AFTER_SECONDS = 2
Arm = Callable[[State, str, int | None], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The requests that a fault may be ordered for."""

    label: str
    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """A fault that has a button."""

    label: str
    meaning: str
    arm: Arm
    for_requests: bool = True
    """Whether it hits requests of a kind; else the next card or the next webhook."""


TARGETS = {
    "charge": Target(label="Charge", method="POST", path="/v1/charges"),
    "capture": Target(label="Capture", method="POST", path="/v1/charges/*/capture"),
    "refund": Target(label="Refund", method="POST", path="/v1/refunds"),
    "session": Target(
        label="Hosted session",
        method="POST",
        path="/invoicingcheckoutservice/v1/checkouts",
    ),
    "token": Target(label="Card token", method="POST", path="/v1/tokens"),
    "read": Target(label="Any look-up", method="GET", path="/v*"),
    "any": Target(label="Any request", method="*", path="*"),
}
LABELS: dict[Action, str] = {
    Action.RESET_AFTER: "Lost answer",
    Action.RESET_BEFORE: "Not reached",
    Action.DELAY_AFTER: "Time-out",
    Action.RATE_LIMIT: "429",
    Action.ERROR_BEFORE: "500",
    Action.ERROR_AFTER: "500, but done",
}
"""Actions that have a button are called as on it; others by their own names."""
TIMES = {"1": "once", "3": "three times", "": "until cleared"}
COUNTS = {"1": "1", "2": "2", "3": "3"}


def _rule(action: Action, **options: object) -> Arm:
    def arm(state: State, target: str, times: int | None) -> object:
        hit = TARGETS[target]
        rule = {"action": action, "method": hit.method, "path": hit.path}
        return commands.add_fault(state, rule | {"times": times} | options)

    return arm


def _decline(state: State, target: str, times: int | None) -> object:
    return commands.decline_next(state, {"count": times or 1})


def _webhook(changes: Mapping[str, object]) -> Arm:
    def arm(state: State, target: str, times: int | None) -> object:
        given = {"count": times or 1, "switches": dict(changes)}
        return commands.change_next_webhooks(state, given)

    return arm


FREQUENT: dict[str, Frequent] = {
    "lost_answer": Frequent(
        label=LABELS[Action.RESET_AFTER],
        meaning="done at Clover, then the connection breaks before the answer",
        arm=_rule(Action.RESET_AFTER),
    ),
    "not_reached": Frequent(
        label=LABELS[Action.RESET_BEFORE],
        meaning="the connection breaks, nothing was done",
        arm=_rule(Action.RESET_BEFORE),
    ),
    "timeout": Frequent(
        label=LABELS[Action.DELAY_AFTER],
        meaning=f"done at once, answered after {TIMEOUT_SECONDS:.0f} seconds",
        arm=_rule(Action.DELAY_AFTER, seconds=TIMEOUT_SECONDS),
    ),
    "rate_limit": Frequent(
        label=LABELS[Action.RATE_LIMIT],
        meaning=f"too many requests, again after {RETRY_AFTER_SECONDS} seconds",
        arm=_rule(Action.RATE_LIMIT, retry_after=RETRY_AFTER_SECONDS),
    ),
    "error": Frequent(
        label=LABELS[Action.ERROR_BEFORE],
        meaning="an error of Clover's, nothing was done",
        arm=_rule(Action.ERROR_BEFORE),
    ),
    "error_after": Frequent(
        label=LABELS[Action.ERROR_AFTER],
        meaning="an error of Clover's, although it was done",
        arm=_rule(Action.ERROR_AFTER),
    ),
    "decline": Frequent(
        label="Decline",
        meaning="the bank declines the next card, whichever it is",
        arm=_decline,
        for_requests=False,
    ),
    "webhook_drop": Frequent(
        label="Dropped webhook",
        meaning="the webhook of the next hosted payment is never sent",
        arm=_webhook({"webhook_drop": True}),
        for_requests=False,
    ),
    "webhook_copies": Frequent(
        label="Duplicated webhook",
        meaning="the webhook of the next hosted payment is sent twice",
        arm=_webhook({"webhook_copies": 2}),
        for_requests=False,
    ),
}


def arm(state: State, given: Mapping[str, str]) -> None:
    """Order the fault that was clicked.

    Raises:
        ValueError: there is no such fault, target or number of times.
    """
    frequent, target = FREQUENT.get(given.get("fault", "")), given.get("on", "charge")
    times = given.get("times", "1")
    if frequent is None or target not in TARGETS or times not in TIMES | COUNTS:
        raise ValueError("no such fault")
    frequent.arm(state, target, int(times) if times else None)


def clear(state: State, given: Mapping[str, str]) -> None:
    """Drop every fault: rules, declines and changes of the next webhooks."""
    state.faults.clear()
    state.webhooks.forget_next()


def faults(state: State) -> Html:
    """What is armed, and the buttons that arm more."""
    body = html(
        '<div id="faults-armed" class="armed" data-live>{armed}</div>{forms}',
        armed=_armed(state),
        forms=[_requests_form(), _others_form()],
    )
    return section("faults", "Faults", body)


def _requests_form() -> Html:
    targets = {name: target.label for name, target in TARGETS.items()}
    choices = html(
        '<p class="fields"><label for="faults-on">The next</label> {on} '
        '<label for="faults-times">fails</label> {times}</p>',
        on=select("on", targets, id="faults-on"),
        times=select("times", TIMES, id="faults-times"),
    )
    return form("faults", [choices, _buttons(for_requests=True)])


def _others_form() -> Html:
    choices = html(
        '<p class="fields"><label for="faults-many">How many</label> {count}</p>',
        count=select("times", COUNTS, id="faults-many"),
    )
    return form("faults", [choices, _buttons(for_requests=False)])


def _buttons(*, for_requests: bool) -> Html:
    shown = [
        html(
            "<li>{button} <span>{meaning}</span></li>",
            button=button(fault.label, "fault", name, id=f"arm-{name}"),
            meaning=fault.meaning,
        )
        for name, fault in FREQUENT.items()
        if fault.for_requests is for_requests
    ]
    return html('<ul class="choices">{shown}</ul>', shown=shown)


def _armed(state: State) -> Html:
    lines = [*_declines(state), *_webhook_changes(state)]
    lines += [_rule_line(rule) for rule in state.faults.rules]
    if not lines:
        return html("<p>Nothing is armed: every request works.</p>")
    cleared = form("faults/clear", button("Clear all faults", id="faults-clear"))
    return html("<ul>{lines}</ul>{cleared}", lines=lines, cleared=cleared)


def _line(what: str, detail: str, *, is_armed: bool = True) -> Html:
    mark = badge("armed", "wait") if is_armed else badge("spent")
    return html(
        "<li>{mark} <b>{what}</b> {detail}</li>", mark=mark, what=what, detail=detail
    )


def _declines(state: State) -> list[Html]:
    left = state.faults.declines
    return [_line("Decline", _next(left, "card"))] if left else []


def _webhook_changes(state: State) -> list[Html]:
    left, changes = state.webhooks.next_changes
    names = {"webhook_drop": "Dropped webhook", "webhook_copies": "Duplicated webhook"}
    told = ", ".join(names.get(name, name) for name in changes)
    return [_line(told, _next(left, "hosted payment"))] if left else []


def _next(count: int, what: str) -> str:
    return f"for the next {what}" if count == 1 else f"for the next {count} {what}s"


def _rule_line(rule: Fault) -> Html:
    is_armed = rule.times is None or rule.fired < rule.times
    left = "every one" if rule.times is None else f"{rule.times - rule.fired} to come"
    detail = f"{rule.method} {rule.path}: {left}, {rule.fired} hit"
    return _line(LABELS.get(rule.action, rule.action), detail, is_armed=is_armed)
