"""The shopper's page of a hosted session: shown, paid, left."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from clover_simulator.api import checkout
from clover_simulator.api.card_entry import CardProblem
from clover_simulator.pages import hosted_payments, test_cards
from clover_simulator.pages.hosted_payments import NotPayable
from clover_simulator.state.cards import Outcome
from clover_simulator.state.records import WHOLE_RATE, CheckoutSession
from clover_simulator.state.state import State

TEMPLATE = Path(__file__).with_name("checkout.html")
TIMES = "\N{MULTIPLICATION SIGN}"
SELF = "'self'"
STATUS_OF_STATE = {"open": 200, "paid": 200, "expired": 410}


async def show(request: Request) -> Response:
    """The page for the session's state."""
    state, session = _find(request)
    return NOT_FOUND if session is None else _page(request, state, session)


async def pay(request: Request) -> Response:
    """The card form was sent."""
    state, session = _find(request)
    if session is None:
        return NOT_FOUND
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    try:
        decline = hosted_payments.pay(state, session, form)
    except CardProblem as problem:
        return _page(request, state, session, problem.message)
    except NotPayable:
        return _page(request, state, session, "This checkout cannot be paid any more.")
    if decline is not None:
        text = f"The card was declined: {decline.message}. Try another card."
        return _page(request, state, session, text)
    return _redirect(state, session, "success", own_page=_path(request, session))


async def cancel(request: Request) -> Response:
    """The shopper goes back to the shop; the session stays as it is."""
    state, session = _find(request)
    if session is None:
        return NOT_FOUND
    name = "cancel" if "cancel" in session.redirect_urls else "failure"
    return _redirect(state, session, name, own_page=_path(request, session))


NOT_FOUND = PlainTextResponse("404 Not Found", status_code=404)


def _find(request: Request) -> tuple[State, CheckoutSession | None]:
    state: State = request.app.state.simulator
    return state, state.ledger.sessions.get(request.path_params["session"])


def _path(request: Request, session: CheckoutSession) -> str:
    return f"/{request.url.path.split('/')[1]}/{session.id}"


def _redirect(
    state: State, session: CheckoutSession, name: str, *, own_page: str
) -> Response:
    url = session.redirect_urls.get(name, f"{own_page}?mode=checkout")
    if state.switches.fill_redirect_placeholders:
        url = url.replace("{CHECKOUT_SESSION_ID}", session.id)
        url = url.replace("{ERROR_CODE}", "" if name == "success" else name)
    # RedirectResponse would escape the placeholders that Clover leaves as they are.
    return Response(status_code=303, headers={"location": url})


def state_of(state: State, session: CheckoutSession) -> str:
    """What the page shows: open, paid or expired."""
    if session.charge_id is not None:
        return "paid"
    if checkout.is_expired(state, session) and not state.switches.pays_after_expiry:
        return "expired"
    return "open"


def _page(
    request: Request, state: State, session: CheckoutSession, message: str = ""
) -> Response:
    merchant = state.merchants.get(session.merchant_id)
    path, session_state = _path(request, session), state_of(state, session)
    alert = f'<p class="message" role="alert">{escape(message)}</p>'
    page = _template().safe_substitute(
        merchant_name=escape(merchant.name) if merchant else "",
        total=decimal(session.total),
        currency=escape(merchant.currency) if merchant else "",
        lines_html=_lines_html(session),
        tax_html=_tax_html(session) + _surcharge_html(state, session),
        message_html=alert if message else "",
        cards_html=_cards_html(),
        minutes=f"{state.switches.session_minutes:g}",
        pay_action=f"{path}/pay",
        cancel_action=f"{path}/cancel",
        session_state=session_state,
    )
    return HTMLResponse(
        page.encode("utf-8", "replace"),
        status_code=STATUS_OF_STATE[session_state],
        headers=_security_headers(session),
    )


@cache
def _template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))


def _security_headers(session: CheckoutSession) -> dict[str, str]:
    # form-action also rules where the answer to a form may redirect to: the shop, that is.
    shops = {_origin(url) for url in session.redirect_urls.values()}
    policy = (
        "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join([SELF, *sorted(shops)])}"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def decimal(cents: int) -> str:
    """Cents as dollars and cents."""
    return f"{cents // 100:,}.{cents % 100:02}"


def _lines_html(session: CheckoutSession) -> str:
    return "".join(
        _row(f"{line.quantity} {TIMES} {line.name}", line.price * line.quantity)
        for line in session.lines
    )


def _tax_html(session: CheckoutSession) -> str:
    return "".join(_row(name, cents) for name, cents in session.taxes.items())


def _surcharge_html(state: State, session: CheckoutSession) -> str:
    rate = round(state.switches.surcharge_percent * 10_000)
    cents = (session.total + state.switches.hosted_tip) * rate // WHOLE_RATE
    return _row("Credit card surcharge, on top of the total", cents) if cents else ""


@cache
def _cards_html() -> str:
    """The frequent test cards; the page's script makes each of them a button."""
    lines = []
    for card in test_cards.frequent():
        outcome = test_cards.OUTCOMES[card.outcome]
        meaning = f"{test_cards.brand(card)}, {outcome}"
        colour = ' class="no"' if card.outcome is Outcome.DECLINED else ""
        lines.append(
            f'<li data-card="{card.number}">'
            f"<code>{test_cards.grouped(card.number)}</code> "
            f"<span{colour}>{escape(meaning)}</span></li>"
        )
    return "".join(lines)


def _row(text: str, cents: int) -> str:
    return f"<li><span>{escape(text)}</span><span>{decimal(cents)}</span></li>"
