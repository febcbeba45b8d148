"""`GET /`: a page for a browser, the simulator's state as JSON for a program."""

from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clover_simulator.board import controls, faults, records, traffic
from clover_simulator.board.actions import ACTIONS
from clover_simulator.board.markup import Html, html
from clover_simulator.control import guard, inspection
from clover_simulator.control.routes import NOT_FOR_PAGES, PREFIX
from clover_simulator.pages import assets
from clover_simulator.state.state import State

FOLDER = Path(__file__).parent
FILES = ("board.css", "board.js", "board.svg")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# `no-referrer` would make browsers send the page's own forms with the origin `null`.
HEADERS = {
    **assets.HEADERS,
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "vary": "accept",
}
SECTIONS = {
    "faults": "Faults",
    "clock": "Clock",
    "charges": "Charges",
    "refunds": "Refunds",
    "sessions": "Sessions",
    "webhooks": "Webhooks",
    "customers": "Customers",
    "requests": "Requests",
    "merchants": "Keys",
    "cards": "Cards",
    "switches": "Switches",
}


def routes() -> list[BaseRoute]:
    """The page, its two files, and its forms."""
    files = [
        Route(f"{PREFIX}/board/{name}", assets.serve(name, FOLDER)) for name in FILES
    ]
    return [
        Route("/", show),
        Route(f"{PREFIX}/board/{{action:path}}", change, methods=["POST"]),
        *files,
    ]


async def show(request: Request) -> Response:
    """The page, or JSON."""
    if not guard.is_local(request):
        return _refusal()
    state: State = request.app.state.simulator
    if not wants_html(request.headers.get("accept", "")):
        answer = {**inspection.overview(state), "control": PREFIX}
        return JSONResponse(answer, headers={"vary": "accept"})
    return _page(request, state)


async def change(request: Request) -> Response:
    """One form of the page was sent."""
    if not guard.is_own_form(request):
        return _refusal()
    state: State = request.app.state.simulator
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        return JSONResponse({"message": "no such action"}, status_code=404)
    try:
        action.run(state, await _form(request))
    except (LookupError, ValueError) as error:
        return _page(request, state, str(error.args[0]), status=400)
    return Response(status_code=303, headers={"location": f"/#{action.section}"})


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def wants_html(accept: str) -> bool:
    """Whether the client asks for HTML by name, as browsers do."""
    for part in accept.lower().split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        if media == "text/html":
            return "q=0" not in parameters
    return False


def _refusal() -> Response:
    return JSONResponse({"message": NOT_FOR_PAGES}, status_code=403)


def _page(
    request: Request, state: State, message: str = "", status: int = 200
) -> Response:
    url = str(request.base_url).rstrip("/")
    page = _template().substitute(
        navigation=_navigation(),
        message=html('<p class="message" role="alert">{m}</p>', m=message)
        if message
        else "",
        url=html("{url}", url=url),
        seed=html("{seed}", seed=state.seed),
        sections=Html("\n".join(_sections(state, url))),
    )
    return HTMLResponse(
        page.encode("utf-8", "replace"), status_code=status, headers=HEADERS
    )


def _sections(state: State, url: str) -> list[Html]:
    return [
        html(
            '<div class="pair">{faults}{clock}</div>',
            faults=faults.faults(state),
            clock=controls.clock(state),
        ),
        records.charges(state),
        records.refunds_of(state),
        records.sessions(state),
        traffic.webhooks(state),
        records.customers(state),
        traffic.requests(state),
        controls.merchants(state, url),
        controls.cards(state),
        controls.switch_table(state),
    ]


def _navigation() -> Html:
    links = [
        html('<li><a href="#{name}">{text}</a></li>', name=name, text=text)
        for name, text in SECTIONS.items()
    ]
    return html("<ul>{links}</ul>", links=links)


@cache
def _template() -> Template:
    return Template((FOLDER / "board.html").read_text(encoding="utf-8"))
