"""One HTTP request: for what the shopper's browser and Clover's webhooks send."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


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
    method: str,
    url: str,
    body: str = "",
    headers: Mapping[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Page:
    """One request; redirects are not followed."""
    parts = urlsplit(url)
    connection = CONNECTIONS[parts.scheme](parts.netloc, timeout=timeout_seconds)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body.encode(), dict(headers or {}))
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Page(status=response.status, text=text, headers=answered)
    finally:
        connection.close()
