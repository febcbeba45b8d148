"""The card's bank: approvals, declines, address and security-code checks.

The published cards decide. Everything else can be asked for by a switch, by declines that
are ordered beforehand, or by a trigger in the request's metadata (`sim_decline`,
`sim_message`, `sim_cvc_check`), never by an amount.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clover_simulator.calls.call import Call
from clover_simulator.state.cards import CardOnFile, Outcome
from clover_simulator.state.records import JSON, Token, TokenState
from clover_simulator.state.state import State
from clover_simulator.state.switches import Switches
from clover_simulator.traffic.answers import invalid

MESSAGES = {
    "card_declined": "Do not honor",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "CVV could not be verified",
    "processing_error": "The processor refused the card.",
}
DECLINE_CODE = "issuer_declined"
WITHOUT_FIRST = "Subsequent use of a stored credential without a first one."
Trigger = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A card that was refused."""

    code: str
    message: str
    decline_code: str = DECLINE_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Results of the CVC and the address checks: pass, fail, unavailable or unchecked."""

    cvc: str
    address: str


def no_trigger(name: str) -> None:
    """The triggers of a payment that carries no metadata."""


def decide(
    card: CardOnFile, state: State, trigger: Trigger = no_trigger
) -> Decline | None:
    """The decline, or None for an approval."""
    code, now = trigger("decline"), state.clock.now()
    if code is None and card.expires < (now.year, now.month):
        code = "expired_card"
    if code is None and card.outcome is Outcome.DECLINED:
        code = "card_declined"
    if code is None and state.faults.declines_next():
        code = "card_declined"
    if code is None:
        return None
    return Decline(
        code=code,
        message=trigger("message") or MESSAGES.get(code, "The card was declined."),
        decline_code=trigger("decline_code") or DECLINE_CODE,
    )


def check(
    card: CardOnFile, switches: Switches, trigger: Trigger = no_trigger
) -> Checks:
    """The checks, which never stop an approval."""
    address = "pass" if card.outcome is Outcome.AVS else switches.address_check
    return Checks(
        cvc=trigger("cvc_check") or switches.cvc_check,
        address=trigger("address_check") or address,
    )


def check_stored_credentials(call: Call, body: JSON, token: Token) -> None:
    """Refuse a charge of a card on file that the pages do not allow, unless lenient.

    Source: "Create a charge" and "Save a card for future transactions", docs.clover.com,
    read 2026-11. That the later payments of a plan are the merchant's act is a rule of
    the card networks, which Clover's pages refer to.
    """
    if call.state.switches.stored_credentials == "lenient":
        return
    told = body.get("stored_credentials", {})
    is_saved = token.state is TokenState.MULTIPAY
    if told.get("initiator") == "MERCHANT" and not is_saved:
        raise invalid("A merchant initiates payments with a saved card only.")
    if is_saved and body["source"] == token.id and not told.get("sequence"):
        raise invalid("A multi-pay token needs stored_credentials.sequence.")
    is_later = told.get("sequence") == "SUBSEQUENT"
    if is_later and told.get("is_scheduled") and told.get("initiator") != "MERCHANT":
        raise invalid("A scheduled payment that follows is the merchant's act.")


def warn_without_first(body: JSON, *, is_saved: bool) -> JSON:
    """The remark on a charge that follows another one which never was."""
    told = body.get("stored_credentials", {})
    if is_saved or told.get("sequence") != "SUBSEQUENT":
        return {}
    return {"warning_message": WITHOUT_FIRST}
