"""The request, written into an error: what a proxy or a gateway may answer.

Nothing of it is kept; a client that passes such a text on has leaked a key or a card.
"""

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote

from clover_simulator.http.exchange import Exchange
from clover_simulator.traffic.answers import Answer, Refusal

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "spaced": lambda text: re.sub(r"([\w-]{4})(?=[\w-])", r"\1 ", text),
    "json": json.dumps,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "url": lambda text: quote(text, safe=""),
}
ALL_FORMS = "all"


def answer(exchange: Exchange, *, status: int, form: str, media: str) -> Answer:
    """An error of `status` that holds the whole request in `form`."""
    text = _text(exchange)
    wanted = FORMS if form == ALL_FORMS else {form: FORMS[form]}
    message = "\n".join(write(text) for write in wanted.values())
    if media == "html":
        page = f"<html><body><pre>{html.escape(message)}</pre></body></html>"
        return Answer(status=status, body=page, media_type="text/html")
    return _refusal(exchange.path, status, message).answer


def _text(exchange: Exchange) -> str:
    target = exchange.path + (f"?{exchange.query}" if exchange.query else "")
    head = [f"{exchange.method} {target} HTTP/1.1"]
    head += [f"{name.title()}: {value}" for name, value in exchange.headers.items()]
    return "\r\n".join([*head, "", exchange.body.decode("utf-8", "replace")])


def _refusal(path: str, status: int, message: str) -> Refusal:
    """In the shape of the host that answers below `path`."""
    if path.startswith("/oauth"):
        return Refusal.oauth(status, message)
    if path.startswith(("/v3", "/invoicingcheckoutservice")):
        return Refusal.platform(status, message)
    return Refusal.ecommerce(status, "invalid_request", message)
