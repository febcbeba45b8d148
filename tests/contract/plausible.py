"""Makes valid requests meaningful: a schema cannot say that a token or a charge must exist.

Only requests that are valid by the schema are touched; the malformed ones go out as made.
"""

import json
from collections.abc import Callable
from typing import Any

from schemathesis import Case, GenerationMode

from clover_simulator.bank import authentication
from clover_simulator.shopper import CHALLENGE_CARD
from clover_simulator.testing import Simulator
from clover_simulator.traffic.client import fetch

CARD = {"number": "4242424242424242", "cvv": "123", "brand": "Visa"}
HIGHEST_PRICE = 1000
Make = Callable[[Simulator, dict[str, Any], Case], None]


def make_plausible(case: Case, simulator: Simulator) -> None:
    """Put things that exist into a request that is valid by the schema."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    body = case.body if isinstance(case.body, dict) else {}
    whole_numbers(body)
    make = MAKERS.get(case.operation.definition.raw["operationId"])
    if make is not None:
        make(simulator, body, case)


def whole_numbers(value: Any) -> Any:
    """JSON Schema takes 5.0 for an integer; the simulator refuses it, and so it should:
    a client that sends cents with a decimal point computes with floats."""
    if isinstance(value, dict):
        value.update({name: whole_numbers(entry) for name, entry in value.items()})
    if isinstance(value, list):
        value[:] = [whole_numbers(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def post(simulator: Simulator, path: str, body: object) -> dict[str, Any]:
    headers = {
        "authorization": f"Bearer {simulator.merchant.private_key}",
        "content-type": "application/json",
        "x-forwarded-for": "203.0.113.7",
    }
    answer = fetch("POST", simulator.url + path, json.dumps(body), headers)
    assert answer.status == 200, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def charge_id(simulator: Simulator, **fields: Any) -> str:
    body = {
        "amount": HIGHEST_PRICE,
        "currency": "USD",
        "source": simulator.token(),
    } | fields
    return str(post(simulator, "/v1/charges", body)["id"])


def limit(body: dict[str, Any], *names: str) -> None:
    for name in names:
        if name in body:
            body[name] = min(max(body[name], 1), HIGHEST_PRICE)


def simple_metadata(body: dict[str, Any]) -> None:
    if "metadata" in body:
        body["metadata"] = {"order": "1001"}


def token_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    card = body["card"]
    for name in ("encrypted_pan", "first6", "last4"):
        card.pop(name, None)
    card.update(CARD)


def token_update(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    token = simulator.token()
    case.path_parameters["token"] = body["token"] = token


def charge_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    body.update(source=simulator.token(), currency="usd")
    body.pop("threeds", None)
    simple_metadata(body)
    # The same key with another request is a conflict, and rightly so.
    case.headers.pop("idempotency-key", None)


def finalize_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    browser = dict.fromkeys(authentication.BROWSER_FIELDS, "1")
    flags = dict.fromkeys(["browser_javascript_enabled", "browser_java_enabled"], True)
    asked = {"source": "CLOVER", "browser_info": browser | flags}
    source = simulator.token(CHALLENGE_CARD)
    fields = {"amount": HIGHEST_PRICE, "currency": "USD", "source": source}
    waiting = post(simulator, "/v1/charges", fields | {"threeds": asked})
    simulator.authenticate({"acsUrl": waiting["threeds"]["data"]["acs_url"]})
    body["charge_id"] = waiting["id"]
    case.headers.pop("idempotency-key", None)


def capture_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    case.path_parameters["id"] = charge_id(simulator, capture=False)
    limit(body, "amount")
    simple_metadata(body)


def refund_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    body["charge"] = charge_id(simulator)
    limit(body, "amount")
    case.headers.pop("idempotency-key", None)


def customer_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    body["source"] = simulator.token()


def order_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    body["currency"] = "usd"
    for item in body.get("items", ()):
        item.update(type="sku", amount=abs(item["amount"]))


def pay_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    items = [{"amount": HIGHEST_PRICE}]
    order = post(simulator, "/v1/orders", {"currency": "USD", "items": items})
    case.path_parameters["id"] = order["id"]
    body["source"] = simulator.token()
    body.pop("customer", None)
    limit(body, "amount")
    simple_metadata(body)
    case.headers.pop("idempotency-key", None)


def return_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    pay_request(simulator, {}, case)
    order = case.path_parameters["id"]
    post(simulator, f"/v1/orders/{order}/pay", {"source": simulator.token()})
    body["items"] = [{"amount": 1, "quantity": 1}]


def checkout_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    cart = body["shoppingCart"]
    cart.pop("discounts", None)
    for item in cart["lineItems"]:
        item.pop("itemRefUuid", None)
        item.update(name="Mug", price=1195, unitQty=1)
        if "taxRates" in item:
            item["taxRates"] = [{"name": "State", "rate": 625_000}]


def list_request(simulator: Simulator, body: dict[str, Any], case: Case) -> None:
    for name in ("starting_after", "ending_before"):
        case.query.pop(name, None)


MAKERS: dict[str, Make] = {
    "createToken": token_request,
    "updateToken": token_update,
    "createCharge": charge_request,
    "finalizePayment": finalize_request,
    "captureCharge": capture_request,
    "createRefund": refund_request,
    "createCustomer": customer_request,
    "createOrder": order_request,
    "payOrder": pay_request,
    "returnOrder": return_request,
    "createCheckout": checkout_request,
    "listCharges": list_request,
    "listRefunds": list_request,
}
