"""HTTP/1.1 messages as bytes, as far as a proxy must understand them."""

import re

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"


def method_of(request: bytes) -> str:
    """The method of a request of which only the beginning is there; empty if unclear."""
    method, blank, _ = request.partition(b" ")
    return method.decode("ascii") if blank else ""


def is_complete(message: bytes) -> bool:
    """Whether the head and the promised body are there."""
    head, end, body = message.partition(END_OF_HEAD)
    if not end:
        return False
    length = _LENGTH.search(head + b"\r\n")
    return len(body) >= (int(length[1]) if length else 0)


def is_delimited(message: bytes) -> bool:
    """Whether the message says where it ends, and is all there."""
    head = message.partition(END_OF_HEAD)[0]
    return is_complete(message) and bool(_LENGTH.search(head + b"\r\n"))


def body_of(message: bytes) -> bytes:
    """What follows the head."""
    return message.partition(END_OF_HEAD)[2]


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer of JSON with its length."""
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


def with_body(message: bytes, body: bytes) -> bytes:
    """The same answer with another body, and the length of that."""
    head = message.partition(END_OF_HEAD)[0]
    length = b"\r\ncontent-length: %d\r\n" % len(body)
    return _LENGTH.sub(length, head + b"\r\n") + b"\r\n" + body
