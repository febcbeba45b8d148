"""The same answers over ASGI and WSGI, by real servers over real HTTP."""

import json
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit
from wsgiref.simple_server import make_server

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from clover_graphql import OfferedGateway, PaymentsApi
from clover_graphql.asgi import asgi_app
from clover_graphql.wsgi import wsgi_app
from clover_simulator.traffic.client import fetch
from payment_hooks import (
    ConfigurationError,
    FindPurchaseRequest,
    Payments,
    hookimpl,
)
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.conftest import Quiet
from tests.clover_graphql.documents import CHECKOUT, COMPLETE, GATEWAYS, INITIALIZE
from tests.clover_graphql.shop import Caller, SmallShop

INVENTED = "198.51.100.66"


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


@contextmanager
def over_wsgi(api, **options):
    app = wsgi_app(api, **options)
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def over_asgi(api, **options):
    app = Starlette(routes=[Mount("/graphql", app=asgi_app(api, **options))])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        pass
    (port,) = {sock.getsockname()[1] for sock in server.servers[0].sockets}
    yield f"http://127.0.0.1:{port}/graphql/"
    server.should_exit = True
    thread.join()


@pytest.fixture
def served():
    """Mounts an API on a server, until the test ends; gives its address."""
    servers = {"wsgi": over_wsgi, "asgi": over_asgi}
    with ExitStack() as stack:
        yield lambda server, api, **options: stack.enter_context(
            servers[server](api, **options)
        )


@pytest.fixture
def wsgi(web_api, served):
    return served("wsgi", web_api)


@pytest.fixture
def asgi(web_api, served):
    return served("asgi", web_api)


def address_kept(payments):
    """Whose address went to the provider."""
    (payment,) = payments.ledger.find_payments(reference="ref-c-1")
    (operation,) = payments.operations(payment.payment_id)
    return operation.shopper_ip


def of_another_header(request):
    """As a shop behind a content network finds it; either kind of request."""
    if isinstance(request, dict):
        return request["HTTP_X_REAL_ADDRESS"]
    return request.headers["x-real-address"]


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


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
@pytest.mark.parametrize(
    ("client_ip", "header", "address"),
    [
        (0, INVENTED, "127.0.0.1"),
        (1, f"{INVENTED}, 203.0.113.7:443", "203.0.113.7"),
        (2, f"{INVENTED}, 203.0.113.7, 10.0.0.3", "203.0.113.7"),
        (2, "203.0.113.7", ""),
        (lambda request: "203.0.113.9:80", INVENTED, "203.0.113.9"),
        (of_another_header, INVENTED, "203.0.113.8"),
    ],
)
def test_the_shopper_is_seen_behind_trusted_proxies(
    served, server, client_ip, header, address
):
    shop = WebShop()
    shop.add()
    payments = Payments.using(FakeProvider(), shop)
    api = PaymentsApi(OfferedGateway(payments))
    gateway = {"id": "fake.payments", "data": {"token": "tok-1"}}
    sent = {"query": INITIALIZE, "variables": {"id": CHECKOUT, "gateway": gateway}}

    fetch(
        "POST",
        served(server, api, client_ip=client_ip),
        json.dumps(sent),
        {
            "content-type": "application/json",
            "x-shopper": "ann",
            "x-forwarded-for": header,
            "x-real-address": "203.0.113.8",
        },
    )

    assert address_kept(payments) == address


def test_lines_of_the_header_count_as_one_list(served):
    shop = WebShop()
    shop.add()
    payments = Payments.using(FakeProvider(), shop)
    api = PaymentsApi(OfferedGateway(payments))
    url = urlsplit(served("asgi", api, client_ip=1))
    gateway = {"id": "fake.payments", "data": {"token": "tok-1"}}
    sent = {"query": INITIALIZE, "variables": {"id": CHECKOUT, "gateway": gateway}}
    body = json.dumps(sent).encode()

    with closing(HTTPConnection(url.netloc)) as connection:
        connection.putrequest("POST", url.path)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("X-Shopper", "ann")
        connection.putheader("X-Forwarded-For", INVENTED)
        connection.putheader("X-Forwarded-For", "203.0.113.7")
        connection.endheaders(body)
        assert connection.getresponse().status == 200

    assert address_kept(payments) == "203.0.113.7"


@pytest.mark.parametrize("mount", [wsgi_app, asgi_app])
@pytest.mark.parametrize("client_ip", [-1, True, "1", None, 21])
def test_a_client_ip_that_makes_no_sense_is_refused(web_api, mount, client_ip):
    with pytest.raises(ConfigurationError, match=r"client_ip .* trusted"):
        mount(web_api, client_ip=client_ip)


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
