"""What the shopper does, over HTTP: types a card into the fields or the hosted page."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from clover_simulator.records import JSON

APPROVED_CARD = "4242424242424242"
DECLINED_CARD = "4005571702222222"
EXPIRY = ("12", "2040")
TIMEOUT_SECONDS = 10.0
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]
    """With lower-case names."""

    @property
    def location(self) -> str | None:
        """Where the browser is sent next."""
        return self.headers.get("location")

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON."""
        return json.loads(self.text)


def fetch(
    method: str, url: str, body: str = "", headers: Mapping[str, str] | None = None
) -> Page:
    """One request; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body.encode(), dict(headers or {}))
        response = connection.getresponse()
        text = response.read().decode()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Page(status=response.status, text=text, headers=answered)
    finally:
        connection.close()


def tokenize(url: str, public_key: str, number: str, **fields: str) -> str:
    """The token for a card, as the iframe's fields get it."""
    month, year = EXPIRY
    cvv = "1234" if number.startswith(("34", "37")) else "123"
    card = {"number": number, "exp_month": month, "exp_year": year, "cvv": cvv} | fields
    headers = {"apikey": public_key, "content-type": "application/json"}
    page = fetch("POST", f"{url}/v1/tokens", json.dumps({"card": card}), headers)
    if page.status != 200:
        raise ValueError(f"the card was not tokenized: {page.status} {page.text}")
    token: JSON = page.json()
    return str(token["id"])


def pay_hosted(href: str, number: str, **fields: str) -> Page:
    """Fill in the hosted page's form and send it."""
    month, year = EXPIRY
    cvv = "1234" if number.startswith(("34", "37")) else "123"
    form = {"number": number, "exp": f"{month}/{year[-2:]}", "cvv": cvv, "zip": "12207"}
    return fetch("POST", _action(href, "pay"), urlencode(form | fields), FORM)


def cancel_hosted(href: str) -> Page:
    """Leave the hosted page by its cancel button."""
    return fetch("POST", _action(href, "cancel"), "", FORM)


def _action(href: str, name: str) -> str:
    return f"{href.partition('?')[0]}/{name}"
