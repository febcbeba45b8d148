"""One request and its answer, held back so that a fault can come between them."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clover_simulator.http.wire import Client, Wire
from clover_simulator.traffic.answers import Answer

LARGEST_BODY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole HTTP answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def of(cls, answer: Answer) -> "Reply":
        """The reply that carries `answer`."""
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        body = text.encode()
        headers = {
            "content-type": answer.media_type,
            "content-length": str(len(body)),
            **answer.headers,
        }
        encoded = ((k.lower().encode(), v.encode()) for k, v in headers.items())
        return cls(status=answer.status, headers=tuple(encoded), body=body)

    def raw(self, *, content_length: int) -> bytes:
        """The bytes of an HTTP/1.1 answer that promises `content_length`."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}".encode()]
        kept = (pair for pair in self.headers if pair[0] != b"content-length")
        lines += [name + b": " + value for name, value in kept]
        lines.append(b"content-length: " + str(content_length).encode())
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


class Exchange:
    """A request that has been read in full and not been answered yet."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, wire: Wire) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        self.headers = {
            k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]
        }
        self.body = b""
        self.status: int | None = None
        """What was answered; None as long as nothing was, or if it was lost."""
        self._scope, self._receive, self._send, self._wire = scope, receive, send, wire
        self._client: Client = tuple(scope["client"])

    async def read(self) -> bool:
        """Read the body; False if it is too large.

        Raises:
            ConnectionError: the client went away before all of it had come.
        """
        chunks, more = bytearray(), True
        while more and len(chunks) <= LARGEST_BODY:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            chunks += message.get("body", b"")
            more = message.get("more_body", False)
        self.body = bytes(chunks)
        return len(chunks) <= LARGEST_BODY

    def json(self) -> dict[str, Any]:
        """The body, if it is a JSON object."""
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def metadata(self) -> Mapping[str, Any]:
        """The request's metadata."""
        metadata = self.json().get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    async def run(self, app: ASGIApp) -> Reply:
        """Let the application do the work; its answer is kept back."""
        started: Message = {}
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                body.extend(message.get("body", b""))

        await app(self._scope, receive, collect)
        return Reply(
            status=started["status"],
            headers=tuple(started["headers"]),
            body=bytes(body),
        )

    async def answer(self, reply: Reply) -> None:
        """Send `reply` as it is."""
        await self.answer_slowly(reply, [reply.body], 0)

    async def answer_slowly(
        self, reply: Reply, pieces: Iterable[bytes], seconds: float
    ) -> None:
        """Send `reply` in pieces with a pause after each."""
        self.status = reply.status
        head = {"type": "http.response.start", "status": reply.status}
        await self._send({**head, "headers": list(reply.headers)})
        for piece in pieces:
            await self._send(
                {"type": "http.response.body", "body": piece, "more_body": True}
            )
            if seconds:
                await asyncio.sleep(seconds)
        await self._send({"type": "http.response.body", "body": b""})

    async def break_off(self, partial: bytes = b"", *, orderly: bool = False) -> None:
        """Write `partial` past the HTTP library and end the connection."""
        if partial:
            self._wire.write(self._client, partial)
        end = self._wire.close if orderly else self._wire.reset
        end(self._client)
        while (await self._receive())["type"] != "http.disconnect":
            pass
