"""The records: charges, refunds, hosted sessions, customers with their cards."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from clover_simulator.api import refunds
from clover_simulator.board.markup import (
    Html,
    Row,
    badge,
    button,
    code,
    form,
    html,
    link,
    moment,
    money,
    pair,
    section,
    table,
)
from clover_simulator.calls import redact
from clover_simulator.pages import hosted_page, test_cards
from clover_simulator.state.records import (
    Charge,
    ChargeState,
    CheckoutSession,
    Customer,
    Refund,
)
from clover_simulator.state.state import State

Record = TypeVar("Record")
MOST_ROWS = 30
COLOURS = {
    "captured": "good",
    "succeeded": "good",
    "paid": "good",
    "declined": "bad",
    "failed": "bad",
    "expired": "bad",
    "canceled": "bad",
    "pending": "wait",
    "waiting": "wait",
    "open": "wait",
}
STEERED = {
    "Refund": "refund",
    "Void": "void",
    "Let it succeed": "succeeded",
    "Let it fail": "failed",
}
"""What may be done to a charge or a refund past the API: button and word."""


def charges(state: State) -> Html:
    """Every attempt to take money, the newest first, declined ones too."""
    known = state.ledger.charges
    rows = [_charge_row(state, charge) for charge in _newest(known.values())]
    body = table(
        "charges",
        ("Time", "Charge", "Amount", "Card", "State", "For", "In Clover's dashboard"),
        rows,
        empty="No charge yet: pay in your shop, with one of the test cards.",
        total=len(known),
    )
    return section("charges", "Charges", body, count=len(known))


def _charge_row(state: State, charge: Charge) -> Row:
    amount = [html("<b>{text}</b>", text=money(charge.amount, charge.currency))]
    extras = {
        "tip": charge.tip_amount,
        "tax": charge.tax_amount,
        "surcharge": charge.surcharge,
        "refunded": charge.amount_refunded,
    }
    if charge.captured and charge.amount_captured != charge.amount:
        extras["captured"] = charge.amount_captured
    amount += [
        _small(f"{name} {money(cents)}") for name, cents in extras.items() if cents
    ]
    return Row(
        id=f"charge-{charge.id}",
        cells=(
            moment(charge.created),
            code(charge.id),
            amount,
            test_cards.label(charge.card),
            _state(charge),
            _purpose(charge),
            _steering(state, charge),
        ),
    )


def _state(charge: Charge) -> list[Html]:
    word = str(charge.state)
    shown = [badge(word, COLOURS.get(word, ""))]
    if charge.amount_refunding:
        shown.append(badge("refund pending", "wait"))
    if charge.amount_refunded and charge.state is not ChargeState.VOIDED:
        is_whole = charge.amount_refunded >= charge.amount_captured + charge.tip_amount
        shown.append(badge("refunded" if is_whole else "partly refunded", "wait"))
    if charge.authentication is not None:
        shown.append(badge("3-D Secure"))
    return shown


def _purpose(charge: Charge) -> list[object]:
    """Where it came from, and what the shop said of it."""
    found: list[object] = [badge(charge.via)]
    if charge.session_id is not None:
        found.append(link(f"session-{charge.session_id}", "its session"))
    told = {
        "reference": charge.external_reference_id,
        "description": charge.echo.get("description"),
        **redact.body(charge.metadata, inside="metadata"),
    }
    lines = [
        pair(
            redact.without_card_numbers(str(name)),
            redact.without_card_numbers(str(value)),
        )
        for name, value in told.items()
        if value
    ]
    return (
        [*found, html('<dl class="facts">{lines}</dl>', lines=lines)]
        if lines
        else found
    )


def _steering(state: State, charge: Charge) -> Html:
    """What the merchant, or the bank, may do without the shop."""
    is_authorized = charge.state is ChargeState.AUTHORIZED
    is_captured = charge.state is ChargeState.CAPTURED
    wanted = []
    if is_captured and refunds.refundable(charge):
        wanted.append("Refund")
    if is_authorized or (is_captured and not charge.refund_ids):
        wanted.append("Void")
    if charge.state is ChargeState.PENDING:
        wanted += ["Let it succeed", "Let it fail"]
    return _buttons("charges", charge.id, wanted)


def _buttons(kind: str, record_id: str, wanted: list[str]) -> Html:
    if not wanted:
        return Html()
    shown = [
        button(
            text,
            "do",
            STEERED[text],
            id=f"{STEERED[text]}-{record_id}",
            kind="small",
            of=record_id,
        )
        for text in wanted
    ]
    return form(kind, shown, {"id": record_id})


def refunds_of(state: State) -> Html:
    """Every refund, the newest first."""
    known = state.ledger.refunds
    body = table(
        "refunds",
        ("Time", "Refund", "Amount", "Charge", "State", "Reason", "At the bank"),
        [_refund_row(state, refund) for refund in _newest(known.values())],
        empty="No refund yet.",
        total=len(known),
    )
    return section("refunds", "Refunds", body, count=len(known))


def _refund_row(state: State, refund: Refund) -> Row:
    currency = state.ledger.charges[refund.charge_id].currency
    word = "voided" if refund.voided else refund.status
    shown = [badge(word, COLOURS.get(word, ""))]
    if refund.was_void:
        shown.append(badge("released"))
    is_pending = refund.status == "pending"
    return Row(
        id=f"refund-{refund.id}",
        cells=(
            moment(refund.created),
            code(refund.id),
            html("<b>{text}</b>", text=money(refund.amount, currency)),
            link(f"charge-{refund.charge_id}", refund.charge_id),
            shown,
            [badge(refund.via), " ", redact.without_card_numbers(refund.reason or "")],
            _buttons(
                "refunds",
                refund.id,
                ["Let it succeed", "Let it fail"] if is_pending else [],
            ),
        ),
    )


def sessions(state: State) -> Html:
    """Every hosted session, the newest first."""
    known = state.ledger.sessions
    body = table(
        "sessions",
        ("Time", "Session", "Total", "Lines", "State", "Charges", "Expires"),
        [_session_row(state, session) for session in _newest(known.values())],
        empty="No hosted session yet: it begins when a shop in mode hosted sends a "
        "shopper to Clover's page.",
        total=len(known),
    )
    return section("sessions", "Hosted sessions", body, count=len(known))


def _session_row(state: State, session: CheckoutSession) -> Row:
    merchant = state.merchants.get(session.merchant_id)
    word = hosted_page.state_of(state, session)
    page = html(
        '<a href="/{path}/{id}">{id}</a>',
        path=state.switches.checkout_path,
        id=session.id,
    )
    lines = "; ".join(
        f"{line.quantity} \N{MULTIPLICATION SIGN} {line.name}" for line in session.lines
    )
    tried = [[link(f"charge-{name}", name), " "] for name in session.attempts]
    return Row(
        id=f"session-{session.id}",
        cells=(
            moment(session.created),
            page,
            html(
                "<b>{text}</b>",
                text=money(session.total, merchant.currency if merchant else ""),
            ),
            redact.without_card_numbers(lines),
            badge(word, COLOURS.get(word, "")),
            tried or "none",
            moment(session.expires),
        ),
    )


def customers(state: State) -> Html:
    """Shoppers with their cards on file."""
    known = state.ledger.customers
    body = table(
        "customers",
        ("Time", "Customer", "E-mail", "Cards on file"),
        [_customer_row(state, customer) for customer in _newest(known.values())],
        empty="No customer yet: one is made when a shopper saves a card.",
        total=len(known),
    )
    return section("customers", "Customers and cards on file", body, count=len(known))


def _customer_row(state: State, customer: Customer) -> Row:
    tokens = state.ledger.tokens
    cards = [
        html(
            "<li>{card} <small>until {month}/{year}</small></li>",
            card=test_cards.label(tokens[name].card),
            month=tokens[name].card.exp_month,
            year=tokens[name].card.exp_year,
        )
        for name in customer.sources.values()
        if name in tokens
    ]
    return Row(
        id=f"customer-{customer.id}",
        cells=(
            moment(customer.created),
            code(customer.id),
            redact.without_card_numbers(customer.email),
            html("<ul>{cards}</ul>", cards=cards) if cards else "none",
        ),
    )


def _small(text: str) -> Html:
    return html("<small>{text}</small>", text=text)


def _newest(records: Iterable[Record]) -> list[Record]:
    return list(islice(reversed(list(records)), MOST_ROWS))
