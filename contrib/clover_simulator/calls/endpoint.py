"""How every API request is answered: who calls, is it well formed, is it a repeat."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from clover_simulator.calls import repeats, validation
from clover_simulator.calls.call import Call
from clover_simulator.calls.credentials import Credential, authenticate
from clover_simulator.calls.validation import Problem
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal, invalid

ALWAYS = "always"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, OPTIONS",
    "Access-Control-Allow-Headers": "apikey, content-type, accept, user-agent",
    "Access-Control-Max-Age": "600",
}
FIELD_ERRORS = {
    "amount": ("invalid_charge_amount", "Please provide a valid amount."),
    "tax_amount": ("invalid_tax_amount", "Please provide a valid tax amount."),
    "tip_amount": ("invalid_tip_amount", "Please provide a valid tip amount."),
    "email": ("email_invalid", "Please provide a valid email."),
    "source": ("invalid_request", "Please provide a valid source for the charge."),
    "card.number": ("invalid_number", "Card number is invalid."),
    "card.encrypted_pan": ("invalid_number", "Card number is invalid."),
    "card.exp_month": ("invalid_expiry_month", "Card expiry month is invalid."),
    "card.exp_year": ("invalid_expiry_year", "Card expiry year is invalid."),
    "card.cvv": ("invalid_cvc", "CVV is invalid."),
    "card.brand": ("invalid_card_type", "Card brand is invalid."),
}

Dialect = Callable[[Problem], Refusal]


def ecommerce(problem: Problem) -> Refusal:
    """How the ecommerce service words a field that it refuses."""
    if (problem.field, problem.keyword) == ("amount", "maximum"):
        return invalid("The amount is too large.", "amount_too_large")
    if not problem.field:
        return invalid("Invalid JSON Format")
    message = f"Please provide a valid {problem.field}."
    code, message = FIELD_ERRORS.get(problem.field, ("invalid_request", message))
    return invalid(message, code)


def oauth(problem: Problem) -> Refusal:
    """How the OAuth endpoints do."""
    name = problem.field or "body"
    fault = "must not be null" if problem.keyword == "required" else "is invalid"
    return Refusal.oauth(400, f"{name} {fault}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    run: Callable[[Call], Answer]
    credential: Credential = Credential.PRIVATE_KEY
    schema: str | None = None
    """The operationId whose request body is expected."""
    dialect: Dialect = ecommerce
    idempotent: str | None = None
    """`always`, or the switch that decides whether a key is honoured."""
    cors: bool = False


async def respond(operation: Operation, request: Request) -> Response:
    """The answer to `request`."""
    state: State = request.app.state.simulator
    try:
        result = await _perform(operation, await _read(operation, request, state))
    except Refusal as refusal:
        result = refusal.answer
    return as_response(result, CORS if operation.cors else {})


def as_response(answer: Answer, headers: Mapping[str, str]) -> Response:
    """`answer` on the wire."""
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    return Response(
        body.encode("utf-8", "replace"),
        status_code=answer.status,
        media_type=answer.media_type,
        headers={"Cache-Control": "no-store", **headers, **answer.headers},
    )


async def _read(operation: Operation, request: Request, state: State) -> Call:
    headers, path = dict(request.headers), request.path_params
    merchant = authenticate(state, operation.credential, headers, path)
    body = await _read_body(operation, request) if operation.schema else {}
    return Call(
        state=state,
        merchant=merchant,
        body=body,
        path=path,
        query=dict(request.query_params),
        filters=tuple(request.query_params.getlist("filter")),
        expand=frozenset(",".join(request.query_params.getlist("expand")).split(",")),
        headers=headers,
        base_url=str(request.base_url).rstrip("/"),
    )


async def _read_body(operation: Operation, request: Request) -> dict[str, Any]:
    raw = await request.body()
    media_type = request.headers.get("content-type", "application/json")
    if raw and media_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal.ecommerce(415, "invalid_request", "Send application/json.")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise operation.dialect(Problem(field="", keyword="json")) from None
    problem = validation.first_problem(operation.schema or "", body)
    if problem is not None:
        raise operation.dialect(problem)
    return dict(body)


async def _perform(operation: Operation, call: Call) -> Answer:
    switches = call.state.switches
    rule = operation.idempotent
    remembers = rule == ALWAYS or bool(rule and getattr(switches, rule))
    request = None
    if remembers:
        request = repeats.keyed(call, f"{operation.method} {operation.path}")
    if request is None:
        return await _work(operation, call)
    known = repeats.claim(call, request)
    if known is not None:
        return known
    answer = None
    try:
        answer = await _outcome(operation, call)
        return answer
    finally:
        repeats.finish(call, request, answer)


async def _outcome(operation: Operation, call: Call) -> Answer:
    try:
        return await _work(operation, call)
    except Refusal as refusal:
        return refusal.answer


async def _work(operation: Operation, call: Call) -> Answer:
    seconds = call.state.switches.processing_seconds
    if operation.idempotent and seconds:
        await asyncio.sleep(seconds)
    return operation.run(call)
