import threading
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from clover_graphql import OfferedGateway, PaymentsApi
from clover_provider import CloverConfig, CloverProvider
from payment_hooks import MemoryLedger, Mode, Payments, WebhookRequest
from payment_hooks.storefront.saved_cards import MemorySavedCards
from tests.clover_graphql.shop import Caller, SmallShop, Storefront

ALL_MODES = (Mode.IFRAME, Mode.HOSTED, Mode.API)


def settings_of(simulator):
    merchant = simulator.merchant
    return {
        "ENVIRONMENT": "local",
        "BASE_URL": simulator.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "PUBLIC_KEY": merchant.public_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": merchant.webhook_secret,
        "MODES": ["iframe", "hosted", "api"],
        "PCI_ATTESTATION": "SAQ D of the tests",
    }


@pytest.fixture
def shop():
    shop = SmallShop()
    shop.add()
    return shop


@pytest.fixture
def provider(clover_simulator):
    provider = CloverProvider(CloverConfig.from_mapping(settings_of(clover_simulator)))
    yield provider
    provider.close()


@pytest.fixture
def payments(provider, shop):
    return Payments.using(provider, shop, ledger=MemoryLedger())


@pytest.fixture
def saved_cards():
    return MemorySavedCards()


@pytest.fixture
def build_api(payments, saved_cards):
    def build(modes=ALL_MODES, captures_at_once=True, **options):
        offer = OfferedGateway(payments, modes=modes, captures_at_once=captures_at_once)
        known = {
            "saved_cards": saved_cards,
            "return_hosts": ["shop.example"],
            "secret_key": "a key of the tests",
        }
        return PaymentsApi(offer, **known | options)

    return build


@pytest.fixture
def api(build_api):
    return build_api()


@pytest.fixture
def storefront(api):
    return Storefront(api)


@pytest.fixture
def stranger(api):
    return Storefront(api, Caller(name="bob"))


@pytest.fixture
def staff(api):
    return Storefront(api, Caller(name="boss", is_staff=True))


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def webhooks(payments, clover_simulator):
    """An address to which the simulator's messages go, and what they did."""
    events = []

    def app(environ, start_response):
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        asked = WebhookRequest(
            body=body, headers=headers, received_at=datetime.now(UTC)
        )
        events.append(payments.receive_webhook(asked))
        start_response("200 OK", [])
        return [b""]

    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    clover_simulator.send_webhooks_to(f"http://127.0.0.1:{server.server_port}/")
    yield events
    server.shutdown()
    thread.join()
    server.server_close()
