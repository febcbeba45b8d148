"""3-D Secure: what a charge must tell of the browser, and which steps its card needs.

Clover publishes test cards for 3-D Secure, and not what becomes of each: which steps a
number needs is this simulator's own choice, and so are the words of the flow's status.
The bank's verdict is kept here; what a browser says of it decides nothing.

Source: "Initiate 3DS SDK with the Create a charge endpoint" and "Add 3DS authentication
to create a charge endpoint", docs.clover.com, read 2026-11; the two refusals are recorded
in "Use 3-D Secure for e-commerce transactions", community.clover.com.
"""

from datetime import timedelta
from urllib.parse import urlencode

from clover_simulator.state.records import (
    JSON,
    Authentication,
    Charge,
    ChargeState,
    Step,
)
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import invalid

OWN = "CLOVER"
FOREIGN = "NON_CLOVER"
BROWSER_FIELDS: dict[str, type] = {
    "browser_ip": str,
    "browser_accept_header": str,
    "browser_javascript_enabled": bool,
    "browser_java_enabled": bool,
    "browser_language": str,
    "browser_screen_width": str,
    "browser_screen_height": str,
    "browser_color_depth": str,
    "browser_tz": str,
    "browser_user_agent": str,
    "browser_http_origin": str,
}
"""All of them are mandatory, in the form in which Clover's SDK gives them."""
STEPS: dict[tuple[str, str], tuple[Step, ...]] = {
    ("400123", "0129"): (),
    ("601100", "9424"): (),
    ("481132", "4875"): (Step.METHOD,),
    ("401200", "0026"): (Step.CHALLENGE,),
    ("373953", "1004"): (Step.CHALLENGE,),
    ("404313", "4792"): (Step.METHOD, Step.CHALLENGE),
}
"""By the first six and last four digits of the published cards; others take no part."""
COMPLETED = {Step.METHOD: "METHOD_COMPLETED", Step.CHALLENGE: "CHALLENGE_COMPLETED"}
PROTOCOL = "2.2.0"


def require(threeds: JSON) -> None:
    """Refuse a charge whose `threeds` is incomplete, in the recorded words."""
    source = threeds.get("source")
    if source not in (OWN, FOREIGN):
        raise invalid("Missing or invalid source (CLOVER / NON_CLOVER) for 3DSecure")
    if source == FOREIGN:
        raise invalid("This simulator plays Clover's own 3-D Secure; send CLOVER.")
    browser = threeds.get("browser_info")
    if not isinstance(browser, dict) or not all(
        isinstance(browser.get(name), kind) and browser.get(name) != ""
        for name, kind in BROWSER_FIELDS.items()
    ):
        raise invalid(
            "Missing or invalid/incomplete browser_info for 3DSecure via source (CLOVER)"
        )


def begin(state: State, charge: Charge, base_url: str) -> None:
    """Let the charge wait, if the bank of its card wants to hear of the shopper."""
    steps = STEPS.get((charge.card.first6, charge.card.last4))
    charge.authentication = Authentication(
        server_transaction_id=state.ids.uuid("threeds_server"),
        acs_transaction_id=state.ids.uuid("threeds_acs"),
        base_url=base_url,
        steps=list(steps or ()),
        is_enrolled=steps is not None,
    )
    if steps:
        charge.state, charge.amount_captured = ChargeState.WAITING, 0


def end_if_late(state: State, charge: Charge) -> None:
    """Let a charge fail that has waited longer than the switch allows."""
    minutes = state.switches.threeds_minutes
    is_late = state.clock.now() >= charge.created + timedelta(minutes=minutes)
    if charge.state is ChargeState.WAITING and minutes and is_late:
        charge.state = ChargeState.FAILED


def find(state: State, transaction_id: str) -> Authentication | None:
    """The authentication which the bank knows under one of its two ids."""
    for charge in state.ledger.charges.values():
        known = charge.authentication
        is_waiting = charge.state is ChargeState.WAITING
        if known and is_waiting and transaction_id in known.ids:
            return known
    return None


def render(charge: Charge) -> JSON:
    """The `threeds` object of a charge, and what the browser's next step needs."""
    known = charge.authentication
    if known is None:
        return {}
    if charge.state is ChargeState.WAITING:
        return {"threeds": _render_step(known)}
    if known.is_enrolled and charge.status == "succeeded":
        result, liability = "AUTHENTICATION_SUCCESSFUL", "PROTECTED"
    else:
        result, liability = "AUTHENTICATION_STATUS_UNKNOWN", "NOT_PROTECTED"
    return {
        "threeds": {
            "validation_result": result,
            "liability_protection_status": liability,
        }
    }


def _render_step(known: Authentication) -> JSON:
    is_method = known.steps[0] is Step.METHOD
    asked = {"transaction": known.server_transaction_id}
    own = {
        "method_url": f"{known.base_url}/3ds/method?{urlencode(asked)}",
        "method_notification_url": f"{known.base_url}/3ds/done",
    }
    if not is_method:
        asked = {"transaction": known.acs_transaction_id}
        own = {
            "acs_url": f"{known.base_url}/3ds/challenge?{urlencode(asked)}",
            "acs_transaction_id": known.acs_transaction_id,
        }
    result = "THREEDS_METHOD_FLOW_REQUIRED" if is_method else "CHALLENGE_FLOW_REQUIRED"
    return {
        "validation_result": result,
        "liability_protection_status": "NOT_PROTECTED",
        "source": OWN,
        "data": {
            **own,
            "threeds_server_transaction_id": known.server_transaction_id,
            "threeds_protocol_version": PROTOCOL,
        },
    }
