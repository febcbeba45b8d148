"""The outermost layer: notes each request, enforces rate limits, applies faults."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from clover_simulator.calls import addresses, redact
from clover_simulator.http import fault_effects
from clover_simulator.http.exchange import Exchange, Reply
from clover_simulator.http.wire import Wire
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Refusal
from clover_simulator.traffic.faults import Fault
from clover_simulator.traffic.requests import SeenRequest

CONTROL_PREFIX = "/_simulator"
WANT_SHOPPER_ADDRESS = ("/v1/charges", "/capture", "/pay")
NO_ADDRESS = f"{addresses.HEADER} is no bare IP address, as Clover's pages demand it"


class Middleware:
    """ASGI middleware around everything except the control API and the simulator's page."""

    def __init__(self, app: ASGIApp, state: State, wire: Wire) -> None:
        self._app, self._state, self._wire = app, state, wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path == "/" or path.startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._wire)
        try:
            fits = await exchange.read()
        except ConnectionError:
            return
        if not fits:
            refusal = Refusal.ecommerce(
                413, "invalid_request", "The body is too large."
            )
            await exchange.answer(Reply.of(refusal.answer))
            return
        seen, started = self._note(exchange), time.monotonic()
        await self._answer_within_limits(exchange, seen)
        seen.status = exchange.status
        seen.milliseconds = round((time.monotonic() - started) * 1000)

    def _note(self, exchange: Exchange) -> SeenRequest:
        traffic = self._state.traffic
        seen = SeenRequest(
            number=traffic.counts.total() + 1,
            at=self._state.clock.now(),
            method=exchange.method,
            path=redact.without_card_numbers(exchange.path),
            headers=redact.headers(exchange.headers),
            body=redact.kept_body(exchange.json()),
        )
        wants_address = exchange.path.startswith("/v1/") and exchange.path.endswith(
            WANT_SHOPPER_ADDRESS
        )
        if exchange.method == "POST" and wants_address:
            shown = exchange.headers.get(addresses.HEADER, "")
            seen.warnings += [] if addresses.is_bare(shown) else [NO_ADDRESS]
        traffic.add(seen)
        return seen

    async def _answer_within_limits(
        self, exchange: Exchange, seen: SeenRequest
    ) -> None:
        token = exchange.headers.get("authorization") or exchange.headers.get("apikey")
        if not (token and self._state.switches.rate_limits):
            await self._answer(exchange, seen)
            return
        limits = self._state.limits
        refusal = limits.enter(token)
        if refusal is not None:
            await exchange.answer(Reply.of(refusal))
            return
        try:
            await self._answer(exchange, seen)
        finally:
            limits.leave(token)

    async def _answer(self, exchange: Exchange, seen: SeenRequest) -> None:
        fault = self._fault(exchange)
        if fault is None:
            await exchange.answer(await exchange.run(self._app))
            return
        seen.fault = fault.action
        await fault_effects.apply(exchange, fault, self._app)

    def _fault(self, exchange: Exchange) -> Fault | None:
        faults = self._state.faults
        ruled = faults.hitting(exchange.method, exchange.path)
        if ruled is not None:
            return ruled
        key = exchange.headers.get("idempotency-key", "").encode()
        identity = exchange.path.encode() + (key or exchange.body)
        return faults.triggered(exchange.metadata(), identity)
