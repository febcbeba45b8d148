"""`/v1/charges`: create, read and list."""

import json

from clover_simulator.api import tokens
from clover_simulator.bank import authentication, issuer
from clover_simulator.bank.issuer import Decline
from clover_simulator.calls import addresses, listing
from clover_simulator.calls.call import Call
from clover_simulator.rows import refund_rows, surcharges
from clover_simulator.state import forms
from clover_simulator.state.cards import CardOnFile
from clover_simulator.state.clock import milliseconds
from clover_simulator.state.records import JSON, Charge, ChargeState, Token, TokenState
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal, invalid

LONGEST_METADATA = 500
PAYMENT_METHODS = ("card", "giftCard")
STATUSES = ("succeeded", "pending", "failed")
ECHOED = (
    "description",
    "ecomind",
    "external_customer_reference",
    "receipt_email",
    "stored_credentials",
    "soft_descriptor",
    "level2",
    "level3",
    "tax_rate_uuid",
    "customer",
    "shipping",
)
LIST_FILTERS = frozenset(
    {"customer", "is_threeds", "status_transitions", "threeds_validation_result"}
) | {f"status_transitions.{name}" for name in listing.COMPARISONS}
"""Of these, only `customer` has a meaning here."""
LEFT_OUT_OF_GIFT_CARDS = frozenset({"currency", "created", "auth_code"})
LEFT_OUT_WHILE_WAITING = ("auth_code", "outcome", "ref_num")
LEFT_OUT_WHEN_BARE = ("captured", "paid", "status")
LEFT_OUT_OF_THIN_READS = (
    "threeds",
    "amount_refunded",
    "amount_captured",
    "refunded",
    "refunds",
    "ref_num",
)


def create(call: Call) -> Answer:
    """`POST /v1/charges`: charge or authorize, once per token."""
    charge = fund(call, call.body)
    return Answer(body=render(call.state, charge))


def fund(call: Call, body: JSON) -> Charge:
    """The approved charge which `body` asks for."""
    require_shopper_address(call)
    _check_currency(call, body["currency"])
    _check_body(call, body)
    token = tokens.of_source(call, body["source"])
    issuer.check_stored_credentials(call, body, token)
    decline = _decide(call, token)
    is_saved = token.state is TokenState.MULTIPAY
    charge = _record(
        call, body, token.card, is_declined=decline is not None, is_saved=is_saved
    )
    if decline is not None:
        raise declined(call.state, charge, decline, token)
    tokens.spend(token, call.state.clock.now())
    if "threeds" in body:
        authentication.begin(call.state, charge, call.base_url)
    return charge


def _decide(call: Call, token: Token) -> Decline | None:
    sequence = call.body.get("stored_credentials", {}).get("sequence")
    if token.state is TokenState.MULTIPAY and sequence == "FIRST":
        # Recorded: a card that is already saved must be charged as SUBSEQUENT.
        return Decline(code="incorrect_cvc", message=issuer.MESSAGES["incorrect_cvc"])
    return issuer.decide(token.card, call.state, call.simulated)


def require_shopper_address(call: Call) -> None:
    """Refuse a call without the shopper's IP address, unless the switch allows it.

    Source: "Capture a charge", Clover Ecommerce API reference, read 2026-11: requests
    that do not include the header are not successful.
    """
    shown = call.headers.get(addresses.HEADER, "")
    if call.state.switches.require_forwarded_for and not addresses.is_bare(shown):
        raise invalid(addresses.WANTED)


def _check_currency(call: Call, currency: str) -> None:
    if currency.upper() != call.merchant.currency:
        raise invalid("Please provide a valid currency.")


def _check_body(call: Call, body: JSON) -> None:
    if call.state.switches.tip_included and body.get("tip_amount", 0) >= body["amount"]:
        raise invalid("Please provide a valid tip amount.", "invalid_tip_amount")
    if "threeds" in body:
        authentication.require(body["threeds"])
    if len(json.dumps(body.get("metadata", {}))) > LONGEST_METADATA:
        raise invalid(
            f"Please provide metadata of at most {LONGEST_METADATA} characters."
        )


def _record(
    call: Call, body: JSON, card: CardOnFile, *, is_declined: bool, is_saved: bool
) -> Charge:
    switches = call.state.switches
    checks = issuer.check(card, switches, call.simulated)
    amount = _approved_amount(call, body["amount"])
    tip = body.get("tip_amount", 0)
    charge = new_charge(
        call.state,
        merchant_id=call.merchant.id,
        amount=amount - tip if switches.tip_included else amount,
        currency=body["currency"],
        source_id=body["source"],
        card=card,
    )
    charge.was_authorization = not body.get("capture", True)
    charge.tip_amount = tip
    charge.tax_amount = body.get("tax_amount", 0)
    charge.external_reference_id = body.get("external_reference_id")
    charge.metadata = body.get("metadata", {})
    charge.idempotency_key = call.idempotency_key
    charge.cvc_check, charge.address_check = checks.cvc, checks.address
    charge.echo = {name: body[name] for name in ECHOED if name in body}
    charge.echo |= issuer.warn_without_first(body, is_saved=is_saved)
    if amount != body["amount"]:
        charge.echo["partial_auth"] = True
    asked = call.simulated("payment_method")
    charge.payment_method = asked if asked in PAYMENT_METHODS else charge.payment_method
    set_outcome(charge, _outcome(call, is_declined=is_declined))
    return charge


def _outcome(call: Call, *, is_declined: bool) -> str:
    if is_declined:
        return "declined"
    asked = call.simulated("status")
    return asked if asked in STATUSES else call.state.switches.charge_status


def _approved_amount(call: Call, amount: int) -> int:
    asked = call.simulated("partial_amount")
    return min(amount, int(asked)) if asked and asked.isdecimal() else amount


def new_charge(
    state: State,
    *,
    merchant_id: str,
    amount: int,
    currency: str,
    source_id: str,
    card: CardOnFile,
) -> Charge:
    """A charge in the ledger, not yet captured."""
    charge = Charge(
        id=state.ids.object_id("charge"),
        merchant_id=merchant_id,
        amount=amount,
        currency=currency,
        state=ChargeState.AUTHORIZED,
        created=state.clock.now(),
        source_id=source_id,
        card=card,
        payment_method=state.switches.payment_method,
        surcharge_rate=surcharges.rate_for(state, card),
        order_id=state.ids.object_id("order"),
        ref_num=state.ids.digits("ref_num", 12),
        auth_code="OK" + state.ids.digits("auth_code", 4),
    )
    state.ledger.charges[charge.id] = charge
    return charge


def set_outcome(charge: Charge, outcome: str) -> None:
    """Put a charge into the state of `outcome`: one of `STATUSES`, or `declined`."""
    if outcome != "succeeded":
        charge.state, charge.amount_captured = ChargeState(outcome), 0
    elif charge.was_authorization:
        charge.state = ChargeState.AUTHORIZED
    else:
        charge.state, charge.amount_captured = ChargeState.CAPTURED, charge.amount


def declined(state: State, charge: Charge, decline: Decline, token: Token) -> Refusal:
    """HTTP 402: nothing was taken; `charge` names the failed attempt."""
    if state.switches.decline_spends_token:
        tokens.spend(token, state.clock.now())
    return Refusal.ecommerce(
        402,
        decline.code,
        decline.message,
        details={
            state.switches.decline_code_key: decline.decline_code,
            "charge": charge.id,
        },
    )


def retrieve(call: Call) -> Answer:
    """`GET /v1/charges/{id}`."""
    charge = find(call, call.path["id"])
    if charge is None:
        raise not_found(call.path["id"])
    return Answer(body=render_read(call.state, charge))


def not_found(charge_id: str) -> Refusal:
    """The recorded answer to an unknown charge id."""
    return Refusal.ecommerce(
        404, "invalid_request", f"Charge with id {charge_id} not found."
    )


def find(call: Call, charge_id: str) -> Charge | None:
    """The merchant's charge, unless it was declined or is out of the API's reach."""
    charge = call.state.ledger.charges.get(charge_id)
    if charge is None or charge.merchant_id != call.merchant.id:
        return None
    authentication.end_if_late(call.state, charge)
    switches = call.state.switches
    hidden = charge.via == "hosted" and not switches.hosted_on_v1
    hidden |= _is_waiting(charge) and switches.threeds_waiting == "hidden"
    return None if hidden or charge.state is ChargeState.DECLINED else charge


def list_page(call: Call) -> Answer:
    """`GET /v1/charges`."""
    rows = [
        c for c in call.state.ledger.charges_of(call.merchant.id) if find(call, c.id)
    ]
    if (customer := call.query.get("customer")) is not None:
        rows = [charge for charge in rows if charge.source_id == customer]
    return listing.page(
        call,
        rows,
        lambda charge: render_read(call.state, charge),
        url="/v1/charges",
        filters=LIST_FILTERS,
    )


def render_read(state: State, charge: Charge) -> JSON:
    """The charge as it is read back, which can be thinner than the first answer."""
    rendered = render(state, charge)
    if state.switches.thin_reads:
        for name in LEFT_OUT_OF_THIN_READS:
            rendered.pop(name, None)
        rendered["source"].pop("exp_month", None)
        rendered["source"].pop("exp_year", None)
    return rendered


def render(state: State, charge: Charge) -> JSON:
    """The charge object."""
    voided = charge.state is ChargeState.VOIDED
    marks_refunded = voided and state.switches.void_marks_refunded
    refunded = charge.amount if marks_refunded else charge.amount_refunded
    fully = charge.captured and refunded >= charge.amount_captured + charge.tip_amount
    rendered: JSON = {
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount_captured,
        "amount_refunded": refunded,
        "payment_method_details": charge.payment_method,
        "currency": _currency(state, charge),
        "created": milliseconds(charge.created),
        "captured": charge.captured or _was_to_be_captured(charge),
        "ref_num": charge.ref_num,
        "auth_code": charge.auth_code,
        "paid": charge.status == "succeeded",
        "refunded": marks_refunded or fully,
        "status": charge.status,
        "order": charge.order_id,
        "source": _render_source(state, charge),
        "ecomind": "ecom",
        "livemode": False,
    }
    rendered |= _outcome_of(charge) | charge.echo | _optional(charge)
    rendered |= surcharges.on_charge(state, charge)
    if charge.payment_method == "giftCard":
        rendered = _as_gift_card(rendered)
    rendered |= refund_rows.of_charge(state, charge) | authentication.render(charge)
    return _as_waiting(state, rendered) if _is_waiting(charge) else rendered


def _is_waiting(charge: Charge) -> bool:
    return charge.state is ChargeState.WAITING


def _as_waiting(state: State, rendered: JSON) -> JSON:
    """A charge that waits for 3-D Secure; no page of Clover's shows one in full."""
    form = state.switches.threeds_waiting
    left_out = {
        *LEFT_OUT_WHILE_WAITING,
        *(LEFT_OUT_WHEN_BARE if form == "bare" else ()),
    }
    status = "succeeded" if form == "unpaid" else "pending"
    waiting = rendered | {"captured": False, "paid": False, "status": status}
    return {name: value for name, value in waiting.items() if name not in left_out}


def _as_gift_card(rendered: JSON) -> JSON:
    """A charge paid with a gift card, as Clover's page shows it.

    Source: "Check gift card balance", docs.clover.com, read 2026-11.
    """
    source = {name: rendered["source"][name] for name in ("id", "last4")}
    gift_card = {"previous_balance": rendered["amount"], "new_balance": 0}
    kept = {k: v for k, v in rendered.items() if k not in LEFT_OUT_OF_GIFT_CARDS}
    return kept | {"source": source, "gift_card": gift_card}


def _was_to_be_captured(charge: Charge) -> bool:
    """Clover describes `captured` as what was asked for; nothing was taken yet."""
    return charge.status != "succeeded" and not charge.was_authorization


def _outcome_of(charge: Charge) -> JSON:
    if charge.status == "failed":
        message = issuer.MESSAGES["card_declined"]
        return {"failure_code": "card_declined", "failure_message": message}
    return {"outcome": {"network_status": "approved_by_network", "type": "authorized"}}


def _optional(charge: Charge) -> JSON:
    fields: JSON = {
        "tip_amount": charge.tip_amount,
        "tax_amount": charge.tax_amount,
        "external_reference_id": charge.external_reference_id,
        "metadata": charge.metadata,
    }
    return {name: value for name, value in fields.items() if value}


def _render_source(state: State, charge: Charge) -> JSON:
    card = charge.card
    line1 = (
        "unavailable" if charge.address_check == "unchecked" else charge.address_check
    )
    source: JSON = {
        "id": charge.source_id,
        "brand": card.brand,
        "cvc_check": _worded(state, charge.cvc_check),
        **forms.card(state.switches, card),
        "address_zip": card.address_zip,
        "address_line1_check": _worded(state, line1),
        "address_zip_check": _worded(state, charge.address_check),
    }
    return {name: value for name, value in source.items() if value}


def _worded(state: State, result: str) -> str:
    longer = {"pass": "passed", "fail": "failed"}
    return (
        longer.get(result, result) if state.switches.check_words == "passed" else result
    )


def _currency(state: State, charge: Charge) -> str:
    case = state.switches.currency_case
    if case == "as_sent":
        return charge.currency
    return charge.currency.lower() if case == "lower" else charge.currency.upper()
