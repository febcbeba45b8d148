"""The browser files: the two SDKs, the frames of both, the pages' styles."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PAGES = Path(__file__).parent
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
}
FILES = (
    "sdk.js",
    "widget.html",
    "widget.js",
    "widget.css",
    "checkout.js",
    "checkout.css",
    "challenge.css",
    "done.js",
)
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
# The frames live in the pages of any shop; what they load and call is their own origin.
FRAME_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)


def serve(name: str, folder: Path = PAGES) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers the file `name`."""
    path = folder / name
    headers = dict(HEADERS)
    if path.suffix == ".html":
        headers["content-security-policy"] = FRAME_POLICY

    async def answer(request: Request) -> Response:
        return Response(
            path.read_bytes(), media_type=TYPES[path.suffix], headers=headers
        )

    return answer


async def no_icon(request: Request) -> Response:
    """There is no icon; said kindly, so that no browser's console shows an error."""
    return Response(status_code=204)
