"""One request over HTTP and its answer, whichever server brought it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn

from clover_graphql.transport.limits import Limits
from payment_hooks import ConfigurationError
from payment_hooks.storefront import client_ip_mistake

JSON_TYPE = "application/json"
HTML_TYPE = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request, as far as the API reads it."""

    method: str
    body: bytes = field(default=b"", repr=False)
    """May be cut one byte behind the limit: longer ones are refused all the same."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By lower-case name."""
    caller: object = field(default=None, repr=False)
    """The framework's request; the shop's hooks get it."""
    client_ip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is none that the API takes; `status` says which kind of wrong."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a body asks to be run."""

    query: str
    variables: dict[str, object] = field(default_factory=dict, repr=False)
    name: str | None = None


def check_client_ip(chosen: object) -> None:
    """Refuse what says nothing of where a shopper's address comes from.

    Raises:
        ConfigurationError: it is no number of proxies and no function.
    """
    if mistake := client_ip_mistake(chosen):
        raise ConfigurationError(f"client_ip {mistake}")


def read_operation(request: HttpRequest, limits: Limits) -> Operation:
    """The operation in the body; numbers with decimals stay exact.

    Raises:
        Refused: wrong method, type or size, several at once, or no JSON.
    """
    if request.method != "POST":
        raise Refused(405, "Send a POST request.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        raise Refused(415, f"Send {JSON_TYPE}.")
    if len(request.body) > limits.body_bytes:
        raise Refused(413, f"Send at most {limits.body_bytes} bytes.")
    sent = _parse(request.body)
    if isinstance(sent, list):
        raise Refused(400, "Send one operation at a time.")
    if not isinstance(sent, dict):
        raise Refused(400, "Send a JSON object with the key query.")
    query, variables = sent.get("query"), sent.get("variables")
    name = sent.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, "The key query must hold a GraphQL document.")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise Refused(400, "variables must be an object, and operationName a text.")
    if _has_more_values(variables, limits.values):
        raise Refused(400, f"variables hold at most {limits.values} values.")
    return Operation(query=query, variables=variables or {}, name=name)


def as_json(status: int, content: object) -> HttpAnswer:
    """A JSON answer that no cache keeps."""
    return HttpAnswer(
        status=status,
        body=json.dumps(content, default=str).encode(),
        headers={
            "Content-Type": JSON_TYPE,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def refuse(refused: Refused) -> HttpAnswer:
    """The refusal as GraphQL writes errors."""
    answer = as_json(refused.status, {"errors": [{"message": refused.message}]})
    allow = {"Allow": "POST"} if refused.status == 405 else {}
    return HttpAnswer(
        status=answer.status, body=answer.body, headers={**answer.headers, **allow}
    )


def _parse(body: bytes) -> object:
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        # Without its cause: the text of a JSON error quotes what was sent.
        raise Refused(400, "The body is no JSON.") from None


def _has_more_values(value: object, most: int) -> bool:
    """Whether there are more values than that, those inside of others included."""
    left, seen = [value], 0
    while left and seen <= most:
        inner = left.pop()
        seen += 1
        if isinstance(inner, dict):
            left.extend(inner.values())
        elif isinstance(inner, list):
            left.extend(inner)
    return seen > most


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
