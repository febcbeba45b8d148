"""What the hosted page does: charge the card, once per session; send the webhook."""

import re
from collections.abc import Mapping

from clover_simulator.api import charges, checkout
from clover_simulator.api.card_entry import CardProblem, read_card
from clover_simulator.bank import issuer
from clover_simulator.bank.issuer import Decline
from clover_simulator.state.cards import CardOnFile
from clover_simulator.state.records import Charge, CheckoutSession
from clover_simulator.state.state import State

EXPIRY = re.compile(r"(0[1-9]|1[0-2]) ?/ ?((?:20)?[0-9]{2})")
SECURITY_CODE = re.compile(r"[0-9]{3,4}")


class NotPayable(Exception):
    """The session is paid already, or has expired."""


def pay(
    state: State, session: CheckoutSession, form: Mapping[str, str]
) -> Decline | None:
    """Take the session's total; None when it was approved.

    Raises:
        NotPayable: nothing was tried.
        CardProblem: the form holds no card; nothing was tried.
    """
    expired = checkout.is_expired(state, session)
    if session.charge_id or (expired and not state.switches.pays_after_expiry):
        raise NotPayable
    card = _read_form(state, form)
    decline = issuer.decide(card, state)
    charge = _record(state, session, card, is_declined=decline is not None)
    session.attempts.append(charge.id)
    if decline is None:
        session.charge_id = charge.id
    state.webhooks.announce(charge)
    return decline


def _read_form(state: State, form: Mapping[str, str]) -> CardOnFile:
    expiry = EXPIRY.fullmatch(form.get("exp", "").strip())
    if expiry is None:
        raise CardProblem(
            "invalid_expiry_month", "Please enter the expiry date as MM/YY."
        )
    cvv = form.get("cvv", "").strip()
    if not SECURITY_CODE.fullmatch(cvv):
        raise CardProblem("invalid_cvc", "CVV is invalid.")
    card = {
        "number": re.sub(r"[ -]", "", form.get("number", "")),
        "exp_month": expiry[1],
        "exp_year": expiry[2],
        "cvv": cvv,
        "address_zip": form.get("zip", "").strip(),
    }
    return read_card(state, card)


def _record(
    state: State, session: CheckoutSession, card: CardOnFile, *, is_declined: bool
) -> Charge:
    merchant = state.merchants.get(session.merchant_id)
    charge = charges.new_charge(
        state,
        merchant_id=session.merchant_id,
        amount=session.total,
        currency=merchant.currency if merchant else "USD",
        source_id="",
        card=card,
    )
    checks = issuer.check(card, state.switches)
    charge.via, charge.session_id = "hosted", session.id
    charge.tax_amount, charge.tip_amount = session.tax, state.switches.hosted_tip
    charge.cvc_check, charge.address_check = checks.cvc, checks.address
    charges.set_outcome(
        charge, "declined" if is_declined else state.switches.charge_status
    )
    return charge
