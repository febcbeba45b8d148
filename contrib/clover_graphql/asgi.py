"""The API as an ASGI app, to be mounted in Starlette, FastAPI or any other."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clover_graphql.api import PaymentsApi
from clover_graphql.transport.http import HttpRequest, check_client_ip
from payment_hooks.storefront import ClientIp, find_address


def asgi_app(api: PaymentsApi, *, client_ip: ClientIp[Request] = 0) -> ASGIApp:
    """The app; each request runs in a thread, since payments wait for others.

    Args:
        api: what answers.
        client_ip: how many proxies between the shopper and this app are trusted, or a
            function that finds the shopper's address in Starlette's request.

    Raises:
        ConfigurationError: `client_ip` is neither.
    """
    check_client_ip(client_ip)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        asked = HttpRequest(
            method=request.method,
            body=await _read(request, api.limits.body_bytes),
            headers={name.lower(): value for name, value in request.headers.items()},
            caller=request,
            client_ip=find_address(
                client_ip,
                request,
                request.client.host if request.client else "",
                ",".join(request.headers.getlist("x-forwarded-for")),
            ),
        )
        answer = await run_in_threadpool(api.answer, asked)
        response = Response(answer.body, answer.status, dict(answer.headers))
        await response(scope, receive, send)

    return app


async def _read(request: Request, most: int) -> bytes:
    """The body, or enough of it to see that it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)
