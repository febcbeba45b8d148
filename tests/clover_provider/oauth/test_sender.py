"""A merchant lets the app in, and the provider works with the tokens that follow."""

import http.client
from contextlib import nullcontext
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from clover_provider import CloverProvider
from clover_provider.config import Secret
from clover_provider.oauth import (
    TOKEN_PATH,
    Consent,
    OAuthSession,
    authorize_url,
    build_exchange,
    check_return,
    oauth_sender,
    read_tokens,
)
from clover_simulator.testing import Simulator
from payment_hooks import AuthenticationFailed, PaymentSource, ProviderUnavailable
from tests.clover_provider.conftest import FakeTransport
from tests.clover_provider.wire.test_redact import everything_about


class Store:
    """Keeps one merchant's tokens."""

    def __init__(self, tokens):
        self.tokens = tokens

    def locked(self):
        return nullcontext()

    def load(self):
        return self.tokens

    def save(self, tokens):
        self.tokens = tokens


def consent(simulator: Simulator, url: str):
    """Presses the button on Clover's consent page; where the browser is sent then."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.request("POST", f"{parts.path}?{parts.query}")
    location = connection.getresponse().getheader("location")
    connection.close()
    return dict(parse_qsl(urlsplit(location).query))


@pytest.fixture
def app(clover_simulator, configure):
    """An app without any merchant's key."""
    merchant = clover_simulator.merchant
    return configure(
        ENVIRONMENT="local",
        BASE_URL=clover_simulator.url,
        MERCHANT_ID=merchant.id,
        PRIVATE_KEY=None,
        PUBLIC_KEY=None,
        APP_ID=merchant.app_id,
        APP_SECRET=merchant.app_secret,
    )


def test_a_merchant_connects_and_is_charged_for_longer_than_a_token_lives(
    clover_simulator, app, ask_for
):
    send = oauth_sender(app)
    url = authorize_url(app, redirect_uri="https://shop.example/oauth", state="s-1")
    came_back = check_return(consent(clover_simulator, url), expected_state="s-1")
    tokens = read_tokens(send(TOKEN_PATH, build_exchange(app, came_back)))
    session = OAuthSession(app, Store(tokens), send, now=clover_simulator.clock.now)
    provider = CloverProvider(lambda: replace(app, access_token=session.access_token()))

    for number in range(2):
        source = PaymentSource(token=clover_simulator.token())
        provider.payment_charge(ask_for(source=source, idempotency_key=f"key-{number}"))
        clover_simulator.clock.advance(minutes=45)

    assert len(clover_simulator.ledger.charges) == 2
    assert clover_simulator.count("POST", "/oauth/v2/refresh") == 1
    provider.close()


def test_a_refused_exchange_shows_no_secret(app):
    send = oauth_sender(app, FakeTransport((401, {"status": "Unauthorized"})))

    came_back = Consent(merchant_id=app.merchant_id, code=Secret("code-1"))

    with pytest.raises(AuthenticationFailed) as caught:
        send(TOKEN_PATH, build_exchange(app, came_back))

    shown = everything_about(caught.value)
    assert app.app_secret.reveal() not in shown


def test_a_lost_answer_says_that_no_one_answered(app):
    send = oauth_sender(app, FakeTransport((502, b"<html>")))

    with pytest.raises(ProviderUnavailable):
        send(TOKEN_PATH, {})
