"""What each fault does to an exchange."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from starlette.types import ASGIApp

from clover_simulator.http import echoes
from clover_simulator.http.exchange import Exchange, Reply
from clover_simulator.traffic.answers import Answer
from clover_simulator.traffic.faults import Action, Fault

Effect = Callable[[Exchange, Fault, ASGIApp], Awaitable[None]]


async def apply(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    """Answer the exchange the way the fault wants it."""
    await EFFECTS[fault.action](exchange, fault, app)


async def _reset_before(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await exchange.break_off()


async def _reset_after(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await exchange.run(app)
    await exchange.break_off()


async def _delay_before(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await asyncio.sleep(fault.seconds)
    await exchange.answer(await exchange.run(app))


async def _delay_after(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    reply = await exchange.run(app)
    await asyncio.sleep(fault.seconds)
    await exchange.answer(reply)


async def _drip(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    reply = await exchange.run(app)
    bytes_ = (reply.body[i : i + 1] for i in range(len(reply.body)))
    await exchange.answer_slowly(reply, bytes_, fault.seconds)


async def _cut(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    reply = await exchange.run(app)
    kept = replace(reply, body=reply.body[: fault.at_byte])
    await exchange.break_off(kept.raw(content_length=len(reply.body)), orderly=True)


async def _malformed(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    reply = await exchange.run(app)
    half = reply.body[: len(reply.body) // 2].decode("ascii", "ignore")
    await exchange.answer(Reply.of(Answer(status=reply.status, body=half)))


async def _html(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await exchange.run(app)
    status = fault.status or 502
    page = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>"
    await exchange.answer(
        Reply.of(Answer(status=status, body=page, media_type="text/html"))
    )


async def _wrong_length(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    reply = await exchange.run(app)
    promised = len(reply.body) + max(fault.at_byte, 1)
    await exchange.break_off(reply.raw(content_length=promised), orderly=True)


async def _error_before(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await exchange.answer(_error(fault.status or 500))


async def _error_after(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    await exchange.run(app)
    await exchange.answer(_error(fault.status or 500))


async def _rate_limit(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    wait = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    await exchange.answer(_error(429, wait))


async def _unauthorized(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    body = Answer(status=401, body="Unauthorized", media_type="text/plain")
    await exchange.answer(Reply.of(body))


async def _answer(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    body = "" if fault.body is None else fault.body
    await exchange.answer(Reply.of(Answer(status=fault.status or 200, body=body)))


async def _echo_request(exchange: Exchange, fault: Fault, app: ASGIApp) -> None:
    echo = echoes.answer(
        exchange, status=fault.status or 400, form=fault.form, media=fault.media
    )
    await exchange.answer(Reply.of(echo))


def _error(status: int, headers: Mapping[str, str] | None = None) -> Reply:
    body = {"message": f"{status} {HTTPStatus(status).phrase}"}
    return Reply.of(Answer(status=status, body=body, headers=headers or {}))


EFFECTS: dict[Action, Effect] = {
    Action.RESET_BEFORE: _reset_before,
    Action.RESET_AFTER: _reset_after,
    Action.DELAY_BEFORE: _delay_before,
    Action.DELAY_AFTER: _delay_after,
    Action.DRIP: _drip,
    Action.CUT: _cut,
    Action.MALFORMED: _malformed,
    Action.HTML: _html,
    Action.WRONG_LENGTH: _wrong_length,
    Action.ERROR_BEFORE: _error_before,
    Action.ERROR_AFTER: _error_after,
    Action.RATE_LIMIT: _rate_limit,
    Action.UNAUTHORIZED: _unauthorized,
    Action.ANSWER: _answer,
    Action.ECHO_REQUEST: _echo_request,
}
