"""The body of an answer: read to its end and unpacked, within a size limit."""

import zlib
from typing import Any

from clover_provider.wire.json_strict import Unreadable

_GZIP = zlib.MAX_WBITS | 16


def read_body(raw: Any, limit: int) -> bytes:  # noqa: ANN401  urllib3's response
    """The unpacked body of an answer.

    Raises:
        Unreadable: larger than `limit`, cut short, or packed in an unknown way.
    """
    body = b""
    # A cut body shows with the next read, as `IncompleteRead`.
    while piece := raw.read(limit + 1 - len(body), decode_content=False):
        body += piece
        if len(body) > limit:
            raise Unreadable(f"the answer is larger than {limit} bytes")
    encoding = raw.headers.get("content-encoding", "identity").lower()
    if encoding == "gzip":
        return inflate(body, limit)
    if encoding != "identity":
        raise Unreadable("the answer is packed in a way that was not asked for")
    return body


def inflate(compressed: bytes, limit: int) -> bytes:
    """The unpacked bytes, never more than `limit`.

    Raises:
        Unreadable: not gzip, cut short, or larger than `limit`.
    """
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(compressed, limit + 1)
    except zlib.error:
        raise Unreadable("the answer is not the gzip that it claims to be") from None
    if len(plain) > limit:
        raise Unreadable(f"the answer is larger than {limit} bytes")
    if not stream.eof:
        raise Unreadable("the compressed answer was cut short")
    return plain
