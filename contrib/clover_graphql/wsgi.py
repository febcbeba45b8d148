"""The API as a plain WSGI app, for Flask, Pyramid, Bottle or none of them."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from clover_graphql.api import PaymentsApi
from clover_graphql.transport.http import HttpRequest, check_client_ip
from payment_hooks.storefront import ClientIp, find_address

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def wsgi_app(api: PaymentsApi, *, client_ip: ClientIp[Environ] = 0) -> WsgiApp:
    """The app; the shop's hooks get the WSGI environment as the caller.

    Args:
        api: what answers.
        client_ip: how many proxies between the shopper and this app are trusted, or a
            function that finds the shopper's address in the environment.

    Raises:
        ConfigurationError: `client_ip` is neither.
    """
    check_client_ip(client_ip)

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = HttpRequest(
            method=environ["REQUEST_METHOD"],
            body=_read(environ, api.limits.body_bytes),
            headers=_headers(environ),
            caller=environ,
            client_ip=find_address(
                client_ip,
                environ,
                environ.get("REMOTE_ADDR") or "",
                environ.get("HTTP_X_FORWARDED_FOR") or "",
            ),
        )
        answer = api.answer(request)
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        length = {"Content-Length": str(len(answer.body))}
        start_response(status, [*{**answer.headers, **length}.items()])
        return [answer.body]

    return app


def _read(environ: Environ, most: int) -> bytes:
    """The body, or enough of it to see that it is too long."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if not (length.isascii() and length.isdigit()):
        return b""
    body: bytes = environ["wsgi.input"].read(min(int(length), most + 1))
    return body


def _headers(environ: Environ) -> dict[str, str]:
    named = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return named | {"content-type": str(environ.get("CONTENT_TYPE") or "")}
