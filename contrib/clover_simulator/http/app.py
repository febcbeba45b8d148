"""The ASGI application: which path is answered by what."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from clover_simulator.api import (
    authentications,
    captures,
    charges,
    checkout,
    customers,
    oauth,
    orders,
    pakms,
    platform,
    refunds,
    tokens,
)
from clover_simulator.board import page as board
from clover_simulator.calls import endpoint
from clover_simulator.calls.credentials import Credential
from clover_simulator.calls.endpoint import ALWAYS, CORS, Operation, respond
from clover_simulator.control import routes as control
from clover_simulator.control.routes import Listener
from clover_simulator.http.middleware import Middleware
from clover_simulator.http.wire import Wire
from clover_simulator.pages import assets, bank_page, consent, hosted_page
from clover_simulator.state.state import State

OPERATIONS = (
    Operation(
        method="GET",
        path="/pakms/apikey",
        run=pakms.api_key,
        credential=Credential.PAKMS,
    ),
    Operation(
        method="GET",
        path="/assets/keys.json",
        run=pakms.encryption_keys,
        credential=Credential.NONE,
        cors=True,
    ),
    Operation(
        method="POST",
        path="/v1/tokens",
        run=tokens.create,
        credential=Credential.PUBLIC_KEY,
        schema="createToken",
        cors=True,
    ),
    Operation(
        method="GET",
        path="/v1/tokens/{token}",
        run=tokens.retrieve,
        credential=Credential.PUBLIC_KEY,
        cors=True,
    ),
    Operation(
        method="PUT",
        path="/v1/tokens/{token}",
        run=tokens.update,
        credential=Credential.PUBLIC_KEY,
        schema="updateToken",
        cors=True,
    ),
    Operation(
        method="POST",
        path="/v1/charges",
        run=charges.create,
        schema="createCharge",
        idempotent=ALWAYS,
    ),
    Operation(
        method="GET",
        path="/v1/charges",
        run=charges.list_page,
        credential=Credential.ANY_PRIVATE_KEY,
    ),
    Operation(
        method="POST",
        path="/v1/charges/finalize_payment",
        run=authentications.finalize,
        schema="finalizePayment",
        idempotent="idempotent_finalize",
    ),
    Operation(
        method="GET",
        path="/v1/charges/{id}",
        run=charges.retrieve,
        credential=Credential.ANY_PRIVATE_KEY,
    ),
    Operation(
        method="POST",
        path="/v1/charges/{id}/capture",
        run=captures.create,
        schema="captureCharge",
        idempotent="idempotent_captures",
    ),
    Operation(
        method="POST",
        path="/v1/refunds",
        run=refunds.create,
        credential=Credential.ANY_PRIVATE_KEY,
        schema="createRefund",
        idempotent="idempotent_refunds",
    ),
    Operation(
        method="GET",
        path="/v1/refunds",
        run=refunds.list_page,
        credential=Credential.ANY_PRIVATE_KEY,
    ),
    Operation(
        method="GET",
        path="/v1/refunds/{id}",
        run=refunds.retrieve,
        credential=Credential.ANY_PRIVATE_KEY,
    ),
    Operation(
        method="POST",
        path="/v1/customers",
        run=customers.create,
        schema="createCustomer",
    ),
    Operation(
        method="PUT",
        path="/v1/customers/{id}",
        run=customers.update,
        schema="updateCustomer",
    ),
    Operation(
        method="DELETE",
        path="/v1/customers/{id}/sources/{source}",
        run=customers.delete_source,
    ),
    Operation(
        method="POST",
        path="/v1/orders",
        run=orders.create,
        schema="createOrder",
    ),
    Operation(
        method="GET",
        path="/v1/orders/{id}",
        run=orders.retrieve,
    ),
    Operation(
        method="POST",
        path="/v1/orders/{id}/pay",
        run=orders.pay,
        schema="payOrder",
        idempotent=ALWAYS,
    ),
    Operation(
        method="POST",
        path="/v1/orders/{id}/returns",
        run=orders.create_return,
        schema="returnOrder",
    ),
    Operation(
        method="POST",
        path="/invoicingcheckoutservice/v1/checkouts",
        run=checkout.create,
        credential=Credential.HOSTED_KEY,
        schema="createCheckout",
        dialect=checkout.dialect,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}",
        run=platform.merchant,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/payments",
        run=platform.payments,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/payments/{id}",
        run=platform.payment,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/refunds",
        run=platform.refunds,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/refunds/{id}",
        run=platform.refund,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/orders",
        run=platform.orders,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="GET",
        path="/v3/merchants/{mId}/orders/{id}",
        run=platform.order,
        credential=Credential.PLATFORM,
    ),
    Operation(
        method="POST",
        path="/oauth/v2/token",
        run=oauth.exchange,
        credential=Credential.NONE,
        schema="exchangeCode",
        dialect=endpoint.oauth,
    ),
    Operation(
        method="POST",
        path="/oauth/v2/refresh",
        run=oauth.refresh,
        credential=Credential.NONE,
        schema="refreshToken",
        dialect=endpoint.oauth,
    ),
)


class Host(Listener, Protocol):
    """The server, as far as the application needs it."""

    @property
    def wire(self) -> Wire:
        """The connections."""
        ...


def build(state: State, host: Host) -> ASGIApp:
    """The application over `state`, whose faults act on the connections of `host`."""
    app = Starlette(
        routes=[
            *_api_routes(),
            *_page_routes(),
            *board.routes(),
            *control.routes(host),
        ],
        exception_handlers={404: _not_found},
    )
    app.state.simulator = state
    return Middleware(app, state, host.wire)


def _api_routes() -> list[BaseRoute]:
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in OPERATIONS:
        by_path[operation.path][operation.method] = operation
    return [_route(path, operations) for path, operations in by_path.items()]


def _page_routes() -> list[BaseRoute]:
    files = [Route(f"/{name}", assets.serve(name)) for name in assets.FILES]
    pages = [
        route
        for prefix in ("/pay-checkout", "/checkout")
        for route in (
            Route(f"{prefix}/{{session}}", hosted_page.show),
            Route(f"{prefix}/{{session}}/pay", hosted_page.pay, methods=["POST"]),
            Route(f"{prefix}/{{session}}/cancel", hosted_page.cancel, methods=["POST"]),
        )
    ]
    consents = [
        Route("/oauth/v2/authorize", consent.show),
        Route("/oauth/v2/authorize", consent.allow, methods=["POST"]),
    ]
    bank = [
        Route("/clover3DS/clover3DS-sdk.js", assets.serve("clover3DS-sdk.js")),
        Route("/3ds/method", bank_page.look_at_browser),
        Route("/3ds/challenge", bank_page.show),
        Route("/3ds/challenge", bank_page.answer, methods=["POST"]),
        Route("/3ds/done", assets.serve("done.html")),
    ]
    no_icon = Route("/favicon.ico", assets.no_icon)
    return [*files, *pages, *consents, *bank, no_icon]


def _route(path: str, operations: dict[str, Operation]) -> Route:
    has_cors = any(operation.cors for operation in operations.values())
    methods = [*operations, *(["OPTIONS"] if has_cors else [])]
    return Route(path, _dispatcher(operations), methods=methods)


def _dispatcher(
    operations: dict[str, Operation],
) -> Callable[[Request], Awaitable[Response]]:
    async def dispatch(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        method = "GET" if request.method == "HEAD" else request.method
        return await respond(operations[method], request)

    return dispatch


async def _not_found(request: Request, error: Exception) -> Response:
    return PlainTextResponse("404 Not Found", status_code=404)
