"""What cannot be right gets Saleor's code, and nothing of it reaches Clover."""

import json
import logging

import pytest

from clover_graphql import HttpRequest, OfferedGateway, PaymentsApi
from clover_graphql.request.ids import encode
from payment_hooks import ConfigurationError, Mode, Payments, hookimpl
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.documents import (
    ACTION,
    CHECKOUT,
    COMPLETE,
    GATEWAY,
    INITIALIZE,
    ORDER,
    PROCESS,
)
from tests.clover_graphql.shop import GATEWAY as OURS
from tests.clover_graphql.shop import Caller, SmallShop, Storefront

JSON_TYPE = {"content-type": "application/json"}
CANARY = "4111111111111111"
QUERY = "{ __typename }"


def start(storefront, **changes):
    variables = {"id": CHECKOUT, "gateway": {"id": OURS, "data": None}} | changes
    return storefront.run(INITIALIZE, **variables)


@pytest.fixture(autouse=True)
def _nothing_reaches_clover(request, clover_simulator):
    yield
    assert clover_simulator.ledger.charges == []
    assert clover_simulator.count("POST", "/v1/charges") == 0


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("", "GRAPHQL_ERROR"),
        ("7", "GRAPHQL_ERROR"),
        ("not base64 at all", "GRAPHQL_ERROR"),
        ("Q2hlY2tvdXQ6", "GRAPHQL_ERROR"),
        (encode("Payment", "c-1"), "INVALID"),
        (encode("Checkout", "c-1\n"), "GRAPHQL_ERROR"),
        (encode("Checkout", "c-99"), "NOT_FOUND"),
        (encode("Order", "c-1"), "NOT_FOUND"),
        (encode("Checkout", "half-filled"), "INVALID"),
    ],
)
def test_an_id_that_names_nothing(storefront, shop, identifier, code):
    shop.add("half-filled")
    refused = start(storefront, id=identifier)

    assert refused["transaction"] is None
    assert (refused["errors"][0]["field"], refused["errors"][0]["code"]) == ("id", code)


def test_a_foreign_checkout_is_not_there(stranger):
    refused = start(stranger)
    complete = stranger.run(COMPLETE, id=CHECKOUT)

    assert refused["errors"][0]["code"] == "NOT_FOUND"
    assert complete["errors"][0]["code"] == "NOT_FOUND"


def test_a_foreign_transaction_cannot_be_gone_on_with(storefront, stranger):
    begun = start(storefront)
    refused = stranger.run(PROCESS, id=begun["transaction"]["id"])

    assert refused["errors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, "INVALID"),
        ({"id": "x"}, "GRAPHQL_ERROR"),
        ({"id": encode("TransactionItem", "x")}, "GRAPHQL_ERROR"),
        ({"token": "00000000-0000-4000-8000-000000000000"}, "NOT_FOUND"),
        (
            {"id": CHECKOUT, "token": "00000000-0000-4000-8000-000000000000"},
            "INVALID",
        ),
    ],
)
def test_a_transaction_that_is_none(storefront, variables, code):
    refused = storefront.run(PROCESS, **variables)

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] == code


def test_an_unknown_gateway(storefront):
    refused = start(storefront, gateway={"id": "somebody.else"})

    assert refused["errors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("amount", [25.98, 26, "25.9900001", "1e2", 0])
def test_another_amount_than_is_due(storefront, amount):
    refused = start(storefront, amount=amount)

    assert refused["transaction"] is None
    assert refused["errors"][0]["field"] == "amount"
    assert refused["errors"][0]["code"] == "INVALID"


@pytest.mark.parametrize(
    "amount",
    [
        *[-1, "-0.01", "NaN", "Infinity", "12,50", True, "", CANARY * 3],
        *[
            "\u0662\u0665.\u0669\u0669",
            "\uff12\uff15.\uff19\uff19",
            "1_0",
            " 25.99",
            f"1e{9**20}",
        ],
    ],
)
def test_an_amount_that_is_no_number(storefront, amount):
    status, content = storefront.post(
        GATEWAY, id=CHECKOUT, gateways=[{"id": OURS}], amount=amount
    )

    assert status == 400
    assert CANARY not in json.dumps(content)


@pytest.mark.parametrize(
    "data",
    [
        {"token": 7},
        {"token": "x" * 600},
        {"token": "a", "savedMethodId": "b"},
        {"mode": "cash"},
        {"card": "4242"},
        {"returnUrl": "https://evil.example/", "mode": "hosted"},
        {"returnUrl": "https://shop.example@evil.example/", "mode": "hosted"},
        {"returnUrl": "https://shop.example\\@evil.example/", "mode": "hosted"},
        {"returnUrl": "http://shop.example/", "mode": "hosted"},
        {"returnUrl": "javascript:alert(1)", "mode": "hosted"},
        {"returnUrl": "//shop.example/", "mode": "hosted"},
        {"savedMethodId": "nobody's"},
    ],
)
def test_payment_data_that_cannot_be_right(storefront, data):
    refused = start(storefront, gateway={"id": OURS, "data": data})

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] in ("INVALID", "NOT_FOUND")


@pytest.mark.parametrize("zero", [0x30, 0x0660, 0xFF10])
def test_a_card_number_is_no_token_in_any_script(storefront, zero):
    number = CANARY.translate({ord("0") + n: zero + n for n in range(10)})
    refused = start(storefront, gateway={"id": OURS, "data": {"token": number}})
    keyed = start(storefront, key=number)

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] == "INVALID"
    assert keyed["errors"][0]["field"] == "idempotencyKey"


def test_a_card_number_in_a_document_is_not_repeated(storefront):
    arabic = CANARY.translate({ord("0") + n: 0x0660 + n for n in range(10)})
    for value in (CANARY, f'"{CANARY}"', f'"card {CANARY}"', f'"{arabic}"'):
        query = f"{{ checkout(token: {value}) {{ id }} }}"
        _, content = storefront.post(query)

        assert "errors" in content
        assert CANARY not in json.dumps(content)
        assert arabic not in content["errors"][0]["message"]


def test_a_card_is_refused_where_cards_are_not_taken(build_api, caplog):
    caplog.set_level(logging.DEBUG)
    storefront = Storefront(build_api(modes=(Mode.IFRAME,)))
    card = {"number": CANARY, "expMonth": 12, "expYear": 2099, "cvc": "123"}
    refused = start(storefront, gateway={"id": OURS, "data": {"card": card}})

    assert "mode api" in refused["errors"][0]["message"]
    assert CANARY not in caplog.text


@pytest.mark.parametrize("key", ["", "x" * 513, "a\nb"])
def test_a_key_that_cannot_be_kept(storefront, key):
    refused = start(storefront, key=key)

    assert refused["errors"][0]["field"] == "idempotencyKey"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (ACTION, {"id": "x", "action": "STEAL"}),
        (INITIALIZE, {"id": CHECKOUT}),
        (INITIALIZE.replace("data\n", "colour\n"), {}),
        ("mutation { transactionInitialise { data } }", {}),
        ("query {", {}),
        (f"{{ checkout(id: {CANARY}0000000) {{ colour }} }}", {}),
    ],
)
def test_a_document_that_does_not_fit_is_a_400(storefront, query, variables):
    status, content = storefront.post(query, **variables)

    assert status == 400
    assert content["data"] is None
    assert content["errors"]
    assert CANARY not in json.dumps(content)


def nested(depth):
    inner = "id"
    for _ in range(depth):
        inner = f"checkout {{ transactions {{ {inner} }} }}"
    return f'{{ transaction(id: "x") {{ {inner} }} }}'


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (nested(10), "depth"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(40)) + " }", "aliases"),
        (
            "fragment F on Query { "
            + " ".join(f"a{n}: __typename" for n in range(40))
            + " } query { ...F }",
            "aliases",
        ),
        ("{ " + "id " * 3000 + "}", "token"),
        ("{ __typename }" + " " * 20_000, "characters"),
        ("{ " + "id " * 1400 + "}", "fields"),
        ("{ " + "id " * 40 + "}", "again and again"),
        ("{ ...F } fragment F on Query { ...F }", "circle"),
        ("{ id } fragment F on Query { id } fragment F on Query { id }", "name"),
        ("query A { __typename } query B { __typename }", "one operation"),
        ("fragment F on Query { __typename }", "one operation"),
        ("{ __schema { types { name } } }", "introspection"),
        ('{ __type(name: "Query") { name } }', "introspection"),
    ],
)
def test_more_than_a_storefront_asks_for_is_refused(storefront, query, why):
    status, content = storefront.post(query)

    assert status == 400
    assert why in content["errors"][0]["message"].lower()


def ask(api, body, method="POST", headers=JSON_TYPE):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = api.answer(
        HttpRequest(method=method, body=raw, headers=headers, caller=Caller())
    )
    return answer.status, json.loads(answer.body), answer.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([{"query": QUERY}], 400),
        ({"query": ""}, 400),
        ({"query": 7}, 400),
        ({"query": QUERY, "variables": []}, 400),
        ({"query": QUERY, "operationName": 7}, 400),
        ("text", 400),
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"query": NaN}', 400),
        (b"[" * 60_000, 400),
        (b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5000 + b"}}", 400),
        (b" " * 70_000, 413),
    ],
)
def test_a_body_that_is_no_single_operation(api, body, status):
    assert ask(api, body)[0] == status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_post_is_taken(api, method):
    status, _, headers = ask(api, {"query": QUERY}, method)

    assert status == 405
    assert headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"],
)
def test_a_form_of_another_site_is_not_taken(api, kind):
    assert ask(api, {"query": QUERY}, headers={"content-type": kind})[0] == 415


def test_other_origins_are_not_let_in_unless_named(api, build_api):
    headers = JSON_TYPE | {"origin": "https://front.example"}
    closed = ask(api, {"query": QUERY}, headers=headers)[2]
    opened = build_api(cors_origins=["https://front.example"])
    named = ask(opened, {"query": QUERY}, headers=headers)[2]
    foreign = ask(
        opened, {"query": QUERY}, headers=headers | {"origin": "https://x.y"}
    )[2]
    preflight = opened.answer(HttpRequest(method="OPTIONS", headers=headers))

    assert "Access-Control-Allow-Origin" not in closed
    assert "Access-Control-Allow-Origin" not in foreign
    assert named["Access-Control-Allow-Origin"] == "https://front.example"
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST"


def test_the_page_to_try_things_is_there_only_when_asked(api, build_api):
    page = HttpRequest(method="GET", headers={"accept": "text/html"})

    assert api.answer(page).status == 405
    assert b"graphiql" in build_api(graphiql=True).answer(page).body.lower()


def test_introspection_is_there_when_asked(build_api):
    asked = {"query": "{ __schema { queryType { name } } }"}

    assert ask(build_api(introspection=True), asked)[0] == 200


def test_nothing_of_the_inside_is_reported(shop, caplog):
    class Broken:
        @hookimpl(tryfirst=True)
        def shop_find_purchase(self, request):
            raise RuntimeError("password=hunter2 at db.internal")

    payments = Payments.using(FakeProvider(), shop, Broken())
    storefront = Storefront(PaymentsApi(OfferedGateway(payments)))
    status, content = storefront.post(ORDER, id=encode("Order", "o-1"))

    assert status == 200
    assert content["data"]["order"] is None
    assert "hunter2" not in json.dumps(content)
    assert content["errors"][0]["message"] == "Internal Server Error"
    assert "hunter2" in caplog.text


def test_an_answer_is_kept_by_no_one(api):
    headers = ask(api, {"query": QUERY})[2]

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_an_api_without_a_shop_or_a_gateway_is_refused_at_once():
    payments = Payments.using(FakeProvider())

    with pytest.raises(ConfigurationError, match="shop_find_purchase"):
        PaymentsApi(OfferedGateway(payments))
    with pytest.raises(ConfigurationError, match="at least one gateway"):
        PaymentsApi()
    with pytest.raises(ConfigurationError, match="at least one mode"):
        OfferedGateway(payments, modes=())


def test_a_shop_that_allows_nothing_by_itself_allows_nothing(clover_simulator):
    class Forgetful(SmallShop):
        @hookimpl
        def shop_allows(self, request):
            return None

    shop = Forgetful()
    shop.add()
    payments = Payments.using(FakeProvider(), shop)
    boss = Storefront(
        PaymentsApi(OfferedGateway(payments)), Caller("boss", is_staff=True)
    )
    begun = boss.run(
        INITIALIZE, id=CHECKOUT, gateway={"id": "fake.payments", "data": {"token": "t"}}
    )
    _, content = boss.post(ACTION, id=begun["transaction"]["id"], action="REFUND")

    assert content["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


@pytest.mark.parametrize("key", ["x" * 129, "a\nb", CANARY])
def test_a_key_in_the_header_is_taken_whole_or_not_at_all(api, key):
    headers = JSON_TYPE | {"idempotency-key": key}
    status, content, _ = ask(api, {"query": QUERY}, headers=headers)

    assert status == 400
    assert "Idempotency-Key" in content["errors"][0]["message"]
