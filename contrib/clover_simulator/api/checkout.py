"""Hosted checkout sessions: `POST /invoicingcheckoutservice/v1/checkouts`."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

from clover_simulator.calls.call import Call
from clover_simulator.calls.validation import Problem
from clover_simulator.state.clock import iso
from clover_simulator.state.records import JSON, CartLine, CheckoutSession
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal

WHOLE_RATE = 10_000_000
"""100 %, as a tax rate is written."""
LARGEST_TOTAL = 99_999_999
CUSTOMER_FIELDS = ("firstName", "lastName", "email")
TIME_FORMS: dict[str, Callable[[datetime], str | int]] = {
    "iso": iso,
    "unix": lambda moment: int(moment.timestamp()),
    "unix_ms": lambda moment: int(moment.timestamp() * 1000),
}


def dialect(problem: Problem) -> Refusal:
    """How the platform host words a field that it refuses."""
    if problem.field.startswith("redirectUrls"):
        return Refusal.platform(400, f"Please provide https for {problem.field}.")
    return Refusal.platform(
        400, f"Please provide a valid {problem.field or 'JSON body'}."
    )


def create(call: Call) -> Answer:
    """A session, and the address of its page."""
    body = call.body
    _check_customer(call, body["customer"])
    _check_cart(body["shoppingCart"])
    redirect_urls = _redirect_urls(call, body.get("redirectUrls", {}))
    lines = tuple(_line(call, item) for item in body["shoppingCart"]["lineItems"])
    session = _open(call, lines, redirect_urls)
    path = call.state.switches.checkout_path
    form = TIME_FORMS[call.state.switches.checkout_times]
    return Answer(
        body={
            "href": f"{call.base_url}/{path}/{session.id}?mode=checkout",
            "checkoutSessionId": session.id,
            "createdTime": form(session.created),
            "expirationTime": form(session.expires),
        }
    )


def _check_customer(call: Call, customer: JSON) -> None:
    if call.state.switches.customer_fields_required:
        for name in CUSTOMER_FIELDS:
            if not customer.get(name):
                raise Refusal.platform(400, f"Please provide customer.{name}.")


def _check_cart(cart: JSON) -> None:
    if cart.get("discounts"):
        raise Refusal.platform(400, "Discounts of the cart are not supported.")


def _redirect_urls(call: Call, given: JSON) -> dict[str, str]:
    for name, url in given.items():
        if call.state.switches.https_redirects_only and not str(url).startswith(
            "https://"
        ):
            raise Refusal.platform(
                400, f"Please provide https for redirectUrls.{name}."
            )
    return {
        name: given[name] for name in ("success", "failure", "cancel") if name in given
    }


def _line(call: Call, item: JSON) -> CartLine:
    name, price = _name_and_price(call, item)
    if price <= 0:
        raise Refusal.platform(400, "Line item prices should be positive")
    rates = item.get("taxRates", [])
    if any("name" not in rate or "rate" not in rate for rate in rates):
        raise Refusal.platform(400, "Rate map missing tax summary rates")
    if any(not 0 <= rate["rate"] <= WHOLE_RATE for rate in rates):
        raise Refusal.platform(400, "Tax rates go from 0 to 10000000")
    return CartLine(
        name=name,
        price=price,
        quantity=item.get("unitQty", 1),
        tax_rates=tuple((rate["name"], rate["rate"]) for rate in rates),
        note=item.get("note", ""),
    )


def _name_and_price(call: Call, item: JSON) -> tuple[str, int]:
    if "itemRefUuid" in item:
        known = call.merchant.inventory.get(item["itemRefUuid"])
        if known is None:
            raise Refusal.platform(400, f"Item {item['itemRefUuid']} was not found.")
        return known
    if "name" not in item or "price" not in item:
        raise Refusal.platform(400, "Please provide either itemRefUuid or name, price.")
    return (item["name"], item["price"])


def taxes_of(lines: tuple[CartLine, ...]) -> dict[str, Fraction]:
    """The exact tax in cents by name; the page rounds their sum, not each unit."""
    taxes: defaultdict[str, Fraction] = defaultdict(Fraction)
    for line in lines:
        for name, rate in line.tax_rates:
            taxes[name] += Fraction(line.price * line.quantity * rate, WHOLE_RATE)
    return dict(taxes)


def round_half_up(cents: Fraction) -> int:
    """Whole cents."""
    return int(cents + Fraction(1, 2))


def _open(
    call: Call, lines: tuple[CartLine, ...], redirect_urls: dict[str, str]
) -> CheckoutSession:
    taxes = taxes_of(lines)
    tax = round_half_up(sum(taxes.values(), Fraction()))
    total = sum(line.price * line.quantity for line in lines) + tax
    if total > LARGEST_TOTAL:
        raise Refusal.platform(400, "The total is too large.")
    now = call.state.clock.now()
    session = CheckoutSession(
        id=call.state.ids.uuid("session"),
        merchant_id=call.merchant.id,
        lines=lines,
        taxes={name: round_half_up(cents) for name, cents in taxes.items()},
        tax=tax,
        total=total,
        redirect_urls=redirect_urls,
        created=now,
        expires=now + timedelta(minutes=call.state.switches.session_minutes),
    )
    call.state.ledger.sessions[session.id] = session
    return session


def is_expired(
    state: State, session: CheckoutSession, *, now: datetime | None = None
) -> bool:
    """Whether an unpaid session has run out of time."""
    moment = now or state.clock.now()
    return session.charge_id is None and moment >= session.expires
