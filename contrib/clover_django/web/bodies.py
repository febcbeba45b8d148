"""The body of a request, read through Django and no further than is allowed.

Whoever reads the stream itself leaves nothing to the middleware around it: one that looks
at `request.body` once the view has answered fails, after the money moved.
"""

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, RawPostDataException

logger = logging.getLogger(__name__)


class BodyRefused(Exception):
    """There is no body to be had; its status and words are for the sender."""

    status, text = 400, "unreadable"


class LengthMissing(BodyRefused):
    """The end of the body is not known: reading on would wait for ever."""

    status, text = 411, "send a Content-Length"


class TooLarge(BodyRefused):
    """It is longer than we take, or than `DATA_UPLOAD_MAX_MEMORY_SIZE` allows."""

    status, text = 413, "too large"


def read_body(request: HttpRequest, most: int) -> bytes:
    """The body, of `most` bytes at most; `request.body` holds it afterwards, too.

    Raises:
        BodyRefused: it is too large, has no end, or the connection broke.
    """
    try:
        body = _read(request, most)
    except RequestDataTooBig as error:
        raise TooLarge from error
    except RawPostDataException as error:
        logger.exception("a middleware has read the body and left nothing of it")
        raise BodyRefused from error
    except (OSError, ValueError) as error:  # the connection broke, or a malformed head
        raise BodyRefused from error
    if len(body) > most:
        raise TooLarge
    return body


def leave_body(request: HttpRequest) -> None:
    """Let `request.body` be empty where the body is gone, as of a form sent in parts.

    Such a form is read as a stream, by Django's own middleware before any view. Whoever
    looks at the body afterwards would get an error, and the shopper an error page although
    the money had moved.
    """
    if getattr(request, "_read_started", False) and not hasattr(request, "_body"):
        _keep(request, b"")


def _read(request: HttpRequest, most: int) -> bytes:
    if _is_chunked(request):
        if not request.META.get("wsgi.input_terminated", False):
            raise LengthMissing
        return _keep(request, _read_chunks(request, most + 1))
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > most:
        raise TooLarge
    if length or hasattr(request, "_body"):
        return request.body
    return _keep(request, request.read(most + 1))  # by ASGI a body may have no length


def _is_chunked(request: HttpRequest) -> bool:
    """Whether WSGI gives a body without its length; Django takes it for an empty one.

    An ASGI server's body has been read as a whole by now, in chunks or not.
    """
    environ = getattr(request, "environ", {})
    coding = environ.get("HTTP_TRANSFER_ENCODING", "")
    return not environ.get("CONTENT_LENGTH") and "chunked" in coding.lower()


def _read_chunks(request: HttpRequest, most: int) -> bytes:
    body, stream = b"", request.META["wsgi.input"]
    while len(body) < most and (piece := stream.read(most - len(body))):
        body += piece
    return body


def _keep(request: HttpRequest, body: bytes) -> bytes:
    """The body, where `request.body` finds it, as if Django had read it by itself."""
    request._body = body
    return body
