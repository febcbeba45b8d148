"""Two tiny origins: a shop with a page, and a checkout host with the card frames."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import clover_card

PAGES = Path(__file__).parents[2] / "contrib" / "clover_simulator" / "pages"
SHOP_STYLES = b"""
body { max-width: 480px; margin: 24px auto; padding: 0 16px; font: 16px/1.5 system-ui; }
"""
APPROVED = "<!doctype html><title>Thank you</title><h1>Thank you</h1>"


@dataclass
class Origin:
    """One HTTP origin; `host` is the name under which the browser knows it."""

    host: str
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def get(self, path: str) -> tuple[int, str, bytes]:
        raise NotImplementedError

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        raise NotImplementedError

    def extra_headers(self) -> dict[str, str]:
        return {}


AnyOrigin = TypeVar("AnyOrigin", bound=Origin)


@dataclass
class CheckoutHost(Origin):
    """Serves the SDK and the frames, and turns cards into tokens."""

    cards: list[dict[str, str]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    multipay: list[dict[str, str]] = field(default_factory=list)
    failures: int = 0
    """How many requests for sdk.js still answer 503."""
    refusals: int = 0
    """How many token requests still answer 500."""

    def extra_headers(self) -> dict[str, str]:
        return {"content-security-policy": "default-src 'self'; frame-ancestors *"}

    def get(self, path: str) -> tuple[int, str, bytes]:
        if path == "/sdk.js" and self.failures:
            self.failures -= 1
            return 503, "text/plain", b"try again"
        return read_file(PAGES / path.lstrip("/"))

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        if self.refusals:
            self.refusals -= 1
            return 500, '{"message": "500 Internal Server Error"}'
        if path != "/v1/tokens":
            self.multipay.append(json.loads(body))
            return 200, "{}"
        card = json.loads(body)["card"]
        self.cards.append(card)
        self.keys.append(headers.get("apikey"))
        shown = {
            name: card[name] for name in ("brand", "last4", "exp_month", "exp_year")
        }
        token = f"clv_1TSTS{len(self.cards):019}"
        return 200, json.dumps({"id": token, "object": "token", "card": shown})


@dataclass
class Shop(Origin):
    """Shows one page and keeps the forms that were posted."""

    page: str = ""
    policy: str | None = None
    declines: int = 0
    """How many payments are still declined, that is: answered with the page again."""
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, str, bytes]:
        if path == "/static/shop.css":
            return 200, "text/css", SHOP_STYLES
        if path.startswith("/static/"):
            return read_file(clover_card.static_dir() / path.removeprefix("/static/"))
        return 200, "text/html; charset=utf-8", self.page.encode()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        self.forms.append(parse_qs(body.decode()))
        if self.declines:
            self.declines -= 1
            return 200, self.page.replace("<main>", "<main><p id=declined>Declined</p>")
        return 200, APPROVED

    def extra_headers(self) -> dict[str, str]:
        return {"content-security-policy": self.policy} if self.policy else {}

    @property
    def tokens(self) -> list[str]:
        return [token for form in self.forms for token in form.get("clover_token", [])]


def read_file(path: Path) -> tuple[int, str, bytes]:
    if not path.is_file():
        return 404, "text/plain", b"404 Not Found"
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return 200, f"{kind}; charset=utf-8", path.read_bytes()


@contextmanager
def running(origin: AnyOrigin) -> Iterator[AnyOrigin]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), request_handler(origin))
    origin.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def request_handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(*origin.get(self.place()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, text = origin.post(self.place(), body, headers)
            kind = "application/json" if text.startswith("{") else "text/html"
            self.answer(status, f"{kind}; charset=utf-8", text.encode())

        def do_PUT(self) -> None:
            self.do_POST()

        def place(self) -> str:
            path = urlsplit(self.path).path
            origin.requests.append(f"{self.command} {path}")
            return path

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            for name, value in origin.extra_headers().items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The tests look at what was asked, not at a log."""

    return Request
