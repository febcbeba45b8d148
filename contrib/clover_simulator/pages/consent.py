"""The page on which a merchant lets an app in: `GET /oauth/v2/authorize`."""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from clover_simulator.state import forms
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.state import State

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Allow the app - Clover simulator</title></head>
<body>
<h1>Allow app {app} to act for {merchant}?</h1>
<p>This is a simulator; nothing real is allowed.</p>
<form method="post" action="/oauth/v2/authorize?{query}"><button>Allow</button></form>
</body>
</html>
"""


async def show(request: Request) -> Response:
    """Ask for consent."""
    merchant = _merchant(request)
    if merchant is None or not _is_web_address(
        request.query_params.get("redirect_uri", "")
    ):
        return BAD_REQUEST
    page = PAGE.format(
        app=escape(merchant.app_id),
        merchant=escape(merchant.name),
        query=escape(urlencode(dict(request.query_params))),
    )
    headers = {
        "content-security-policy": "default-src 'none'",
        "cache-control": "no-store",
    }
    return HTMLResponse(page, headers=headers)


async def allow(request: Request) -> Response:
    """Consent was given: back to the app, with a code."""
    query, merchant = request.query_params, _merchant(request)
    redirect_uri = query.get("redirect_uri", "")
    if merchant is None or not _is_web_address(redirect_uri):
        return BAD_REQUEST
    state: State = request.app.state.simulator
    answer = {
        "merchant_id": forms.merchant_id(state.switches, merchant.id),
        "employee_id": state.ids.object_id("employee"),
        "client_id": merchant.app_id,
        "code": state.grants.new_code(merchant, query.get("code_challenge")),
    }
    if "state" in query:
        answer["state"] = query["state"]
    joint = "&" if urlsplit(redirect_uri).query else "?"
    location = redirect_uri + joint + urlencode(answer)
    return Response(status_code=302, headers={"location": location})


BAD_REQUEST = PlainTextResponse(
    "Give the client_id of a test merchant's app and a redirect_uri.", status_code=400
)


def _merchant(request: Request) -> Merchant | None:
    state: State = request.app.state.simulator
    supported = request.query_params.get("code_challenge_method", "S256") == "S256"
    client_id = request.query_params.get("client_id", "")
    return state.merchants.having("app_id", client_id) if supported else None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and url.isascii()
