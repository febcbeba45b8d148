"""What the shopper does, over HTTP: types a card, pays a hosted page, answers the bank."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from clover_simulator.state import cards
from clover_simulator.state.records import JSON
from clover_simulator.traffic.client import Page, fetch

APPROVED_CARD = "4242424242424242"
DECLINED_CARD = "4005571702222222"
FRICTIONLESS_CARD = "4001230000000129"
METHOD_CARD = "4811326490014875"
CHALLENGE_CARD = "4012000033330026"
METHOD_AND_CHALLENGE_CARD = "4043130007524792"
EXPIRY = ("12", "2099")
FORM = {"content-type": "application/x-www-form-urlencoded"}


def tokenize(url: str, public_key: str, number: str, **fields: str) -> str:
    """The token for a card, as the iframe's fields get it."""
    month, year = EXPIRY
    cvv = "1234" if number.startswith(("34", "37")) else "123"
    card = {"number": number, "exp_month": month, "exp_year": year, "cvv": cvv}
    known = cards.find(number)
    card |= {"first6": number[:6], "last4": number[-4:]}
    card |= ({"brand": known.brand} if known else {}) | fields
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


def authenticate(step: Mapping[str, str], *, confirm: bool = True) -> str:
    """What the browser does for a step of 3-D Secure; the status that it brings back.

    `step` is what Clover's 3DS script gets: `acsMethodUrl` or `acsUrl` is in it.
    """
    if "acsMethodUrl" in step:
        page = fetch("GET", step["acsMethodUrl"])
    else:
        answer = {"answer": "confirm" if confirm else "refuse"}
        page = fetch("POST", step["acsUrl"], urlencode(answer), FORM)
    if page.location is None:
        raise ValueError(f"the bank waits for nothing: {page.status} {page.text}")
    return dict(parse_qsl(urlsplit(page.location).query))["status"]
