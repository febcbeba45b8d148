"""The same answers over ASGI and WSGI, by real servers over real HTTP."""

import json
import subprocess
import sys
import threading
from wsgiref.simple_server import make_server

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from clover_graphql import OfferedGateway, PaymentsApi
from clover_graphql.asgi import asgi_app
from clover_graphql.wsgi import wsgi_app
from clover_simulator.client import fetch
from payment_hooks import FindPurchaseRequest, Payments, hookimpl
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.conftest import Quiet
from tests.clover_graphql.operations import CHECKOUT, COMPLETE, GATEWAYS, INITIALIZE
from tests.clover_graphql.shop import Caller, SmallShop


class WebShop(SmallShop):
    """Knows its callers by a header, as frameworks hand it on."""

    @hookimpl
    def shop_find_purchase(self, request):
        caller = request.caller
        name = (
            caller.get("HTTP_X_SHOPPER", "")
            if isinstance(caller, dict)
            else caller.headers.get("x-shopper", "")
        )
        known = FindPurchaseRequest(
            kind=request.kind, purchase_id=request.purchase_id, caller=Caller(name)
        )
        return super().shop_find_purchase(known)


@pytest.fixture
def web_api():
    shop = WebShop()
    shop.add()
    return PaymentsApi(OfferedGateway(Payments.using(FakeProvider(), shop)))


@pytest.fixture
def wsgi(web_api):
    app = wsgi_app(web_api)
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asgi(web_api):
    app = Starlette(routes=[Mount("/graphql", app=asgi_app(web_api))])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        pass
    (port,) = {sock.getsockname()[1] for sock in server.servers[0].sockets}
    yield f"http://127.0.0.1:{port}/graphql/"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=["wsgi", "asgi"])
def url(request):
    return request.getfixturevalue(request.param)


def post(url, query, shopper="ann", **variables):
    headers = {"content-type": "application/json", "x-shopper": shopper}
    return fetch(
        "POST", url, json.dumps({"query": query, "variables": variables}), headers
    )


def test_a_checkout_is_paid_and_completed(url):
    gateway = {"id": "fake.payments", "data": {"token": "tok-1"}}
    paid = post(url, INITIALIZE, id=CHECKOUT, gateway=gateway).json()
    done = post(url, COMPLETE, id=CHECKOUT).json()

    event = paid["data"]["transactionInitialize"]["transactionEvent"]
    assert event["type"] == "CHARGE_SUCCESS"
    assert done["data"]["checkoutComplete"]["order"]["number"] == "1001"


def test_the_shop_sees_who_asks(url):
    own, foreign = (
        post(url, GATEWAYS, name, id=CHECKOUT).json() for name in ("ann", "bob")
    )

    assert own["data"]["checkout"]["id"] == CHECKOUT
    assert foreign["data"]["checkout"] is None


def test_what_is_no_operation_is_refused(url):
    too_long = fetch("POST", url, " " * 70_000, {"content-type": "application/json"})
    asked = fetch("GET", url)

    assert too_long.status == 413
    assert asked.status == 405
    assert asked.headers["allow"] == "POST"
    assert "access-control-allow-origin" not in asked.headers


def test_importing_the_api_loads_no_server_and_no_schema():
    code = (
        "import sys, clover_graphql; "
        "print([m for m in ('strawberry', 'starlette', 'django') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


def test_the_command_prints_the_schema():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from clover_provider.cli import main; main()",
            "graphql-schema",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stderr
    assert "transactionInitialize(" in found.stdout
