"""The control API, `/_simulator/…`: JSON, for this machine only."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clover_simulator.calls import validation
from clover_simulator.control import commands, dashboard, guard, inspection
from clover_simulator.state.records import JSON
from clover_simulator.state.state import State

PREFIX = "/_simulator"
LONGEST_REFUSAL_SECONDS = 600.0
NOT_FOR_PAGES = "The control API answers this machine's own tools, not web pages."

Show = Callable[[State], JSON]
Change = Callable[[State, JSON], JSON]
Answering = Callable[[Request, JSON], Response]

SHOWN: dict[str, Show] = {
    "/state": inspection.overview,
    "/ledger": inspection.ledger,
    "/requests": inspection.requests,
    "/deliveries": inspection.deliveries,
    "/clock": inspection.clock,
    "/switches": inspection.switch_table,
    "/faults": inspection.faults,
    "/merchants": inspection.merchants,
    "/cards": inspection.published_cards,
}
CHANGED: dict[tuple[str, str], Change] = {
    ("POST", "/clock"): commands.move_clock,
    ("POST", "/reset"): commands.reset,
    ("POST", "/switches"): commands.set_switches,
    ("POST", "/faults"): commands.add_fault,
    ("DELETE", "/faults"): commands.clear_faults,
    ("POST", "/declines"): commands.decline_next,
    ("POST", "/merchants"): commands.change_merchant,
    ("POST", "/expire"): commands.expire,
    ("POST", "/deliveries/redeliver"): commands.redeliver,
    ("POST", "/deliveries/release"): commands.release_webhooks,
    ("POST", "/webhooks"): commands.send_webhook,
    ("POST", "/webhooks/next"): commands.change_next_webhooks,
    ("POST", "/dashboard/refunds"): dashboard.refund_in_dashboard,
    ("POST", "/dashboard/voids"): dashboard.void_in_dashboard,
    ("POST", "/counter/payments"): dashboard.add_counter_payment,
    ("POST", "/charges/status"): dashboard.set_status,
    ("POST", "/refunds/status"): dashboard.set_refund_status,
    ("POST", "/refunds/void"): dashboard.void_refund,
}


class Listener(Protocol):
    """What accepts the connections."""

    def refuse(self, seconds: float) -> Coroutine[Any, Any, None]:
        """Refuse connections for a while."""
        ...


def routes(listener: Listener) -> list[BaseRoute]:
    """The control API's routes."""
    answering: dict[str, dict[str, Answering]] = {
        "": {"GET": _index},
        "/openapi.json": {"GET": _document},
        "/refuse": {"POST": _refusing(listener)},
    }
    for path, show in SHOWN.items():
        answering.setdefault(path, {})["GET"] = _showing(show)
    for (method, path), change in CHANGED.items():
        answering.setdefault(path, {})[method] = _changing(change)
    return [_route(path, by_method) for path, by_method in answering.items()]


def _route(path: str, by_method: dict[str, Answering]) -> Route:
    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            if not guard.is_local(request):
                return JSONResponse({"message": NOT_FOR_PAGES}, status_code=403)
            return by_method[method](request, await _json(request))
        except LookupError as error:
            return JSONResponse({"message": str(error.args[0])}, status_code=404)
        except ValueError as error:
            return JSONResponse({"message": str(error)}, status_code=400)

    return Route(PREFIX + path, answer, methods=list(by_method))


async def _json(request: Request) -> JSON:
    raw = await request.body()
    body = json.loads(raw or b"{}")
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    return body


def _state(request: Request) -> State:
    state: State = request.app.state.simulator
    return state


def _showing(show: Show) -> Answering:
    return lambda request, _: JSONResponse(show(_state(request)))


def _changing(change: Change) -> Answering:
    return lambda request, given: JSONResponse(change(_state(request), given))


def _refusing(listener: Listener) -> Answering:
    def refuse(request: Request, given: JSON) -> Response:
        seconds = given.get("seconds")
        if (
            not isinstance(seconds, (int, float))
            or not 0 <= seconds <= LONGEST_REFUSAL_SECONDS
        ):
            raise ValueError(f"seconds is from 0 to {LONGEST_REFUSAL_SECONDS:g}")
        later = BackgroundTask(listener.refuse, float(seconds))
        return JSONResponse({"refusing_seconds": seconds}, background=later)

    return refuse


def _document(request: Request, given: JSON) -> Response:
    here = {"url": str(request.base_url).rstrip("/")}
    return JSONResponse({**validation.document(), "servers": [here]})


def _index(request: Request, given: JSON) -> Response:
    shown = [f"GET {PREFIX}{path}" for path in SHOWN]
    changed = [f"{method} {PREFIX}{path}" for method, path in CHANGED]
    more = [f"POST {PREFIX}/refuse", f"GET {PREFIX}/openapi.json"]
    return JSONResponse({"endpoints": shown + changed + more})
