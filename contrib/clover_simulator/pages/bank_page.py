"""The bank's pages of 3-D Secure, inside the frames that Clover's 3DS script opens."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from clover_simulator.bank import authentication
from clover_simulator.pages import assets
from clover_simulator.state.records import Authentication, Step
from clover_simulator.state.state import State

TEMPLATE = Path(__file__).with_name("challenge.html")
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors *"
NOT_FOUND = PlainTextResponse("404 Not Found", status_code=404)


async def look_at_browser(request: Request) -> Response:
    """The bank has seen the browser."""
    known = _find(request, Step.METHOD)
    return NOT_FOUND if known is None else _finish(known)


async def show(request: Request) -> Response:
    """The bank asks the shopper."""
    known = _find(request, Step.CHALLENGE)
    if known is None:
        return NOT_FOUND
    page = _template().substitute(transaction=escape(known.acs_transaction_id))
    headers = assets.HEADERS | {"content-security-policy": POLICY}
    return HTMLResponse(page, headers=headers)


async def answer(request: Request) -> Response:
    """The shopper has confirmed or refused."""
    known = _find(request, Step.CHALLENGE)
    if known is None:
        return NOT_FOUND
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    known.is_refused = form.get("answer") != "confirm"
    return _finish(known)


def _finish(known: Authentication) -> Response:
    known.is_step_done = True
    status = urlencode({"status": authentication.COMPLETED[known.steps[0]]})
    return RedirectResponse(f"/3ds/done?{status}", status_code=303)


def _find(request: Request, step: Step) -> Authentication | None:
    state: State = request.app.state.simulator
    asked = request.query_params.get("transaction", "")
    known = authentication.find(state, asked)
    return known if known is not None and known.steps[0] is step else None


@cache
def _template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))
