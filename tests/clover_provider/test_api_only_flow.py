"""The whole API-only flow of the integration guide, from consent to charge."""

from dataclasses import replace

import pytest

from clover_provider import CloverProvider
from clover_provider.oauth import (
    REFRESH_PATH,
    TOKEN_PATH,
    OAuthSession,
    authorize_url,
    build_exchange,
    build_refresh,
    challenge_of,
    check_return,
    new_state,
    new_verifier,
    oauth_sender,
    read_tokens,
)
from clover_provider.wire.transport import Transport
from payment_hooks import (
    AuthenticationFailed,
    CardDetails,
    CheckoutRequest,
    Mode,
    Money,
)
from tests.clover_provider.oauth.test_sender import Store, consent

NUMBER = "4242424242424242"


@pytest.fixture
def app(clover_simulator, configure):
    """An app without a secret and without any merchant's key: PKCE alone."""
    merchant = clover_simulator.merchant
    return configure(
        ENVIRONMENT="local",
        BASE_URL=clover_simulator.url,
        MERCHANT_ID=merchant.id,
        PRIVATE_KEY=None,
        PUBLIC_KEY=None,
        APP_ID=merchant.app_id,
        MODE="api",
        PCI_ATTESTATION="SAQ D of the tests",
    )


@pytest.fixture
def connect(clover_simulator, app):
    """Goes through the consent page; the code that came back, and its verifier."""

    def go():
        state, verifier = new_state(), new_verifier()
        url = authorize_url(
            app,
            redirect_uri="https://app.example/back",
            state=state,
            code_challenge=challenge_of(verifier),
        )
        query = consent(clover_simulator, url)
        return check_return(query, expected_state=state), verifier

    return go


@pytest.fixture
def store(app, connect):
    """The connected merchant's tokens."""
    came_back, verifier = connect()
    body = build_exchange(app, came_back, verifier=verifier)
    return Store(read_tokens(oauth_sender(app)(TOKEN_PATH, body)))


class Wire(Transport):
    """The real transport, which keeps the bodies that it sent."""

    def __init__(self, config):
        super().__init__(config)
        self.sent = {}

    def send(self, call):
        self.sent[call.path] = call.body
        return super().send(call)


@pytest.fixture
def wire(app):
    """What the provider of these tests sends through."""
    return Wire(app)


@pytest.fixture
def provider(clover_simulator, app, store, wire):
    """A provider that lives on the merchant's consent."""
    now = clover_simulator.clock.now
    session = OAuthSession(app, store, oauth_sender(app), now=now)
    provider = CloverProvider(
        lambda: replace(app, access_token=session.access_token()), transport=wire
    )
    yield provider
    provider.close()


def make_card():
    return CardDetails(number=NUMBER, exp_month=12, exp_year=2099, cvc="123")


def test_from_consent_to_charge(clover_simulator, provider, ask_for):
    form = provider.payment_start_checkout(
        CheckoutRequest(amount=Money(2599, "USD"), reference="100123", mode=Mode.API)
    )
    source = provider.payment_tokenize(make_card())
    paid = provider.payment_charge(ask_for(source=source))

    assert form.public_key == clover_simulator.merchant.pakms_key
    assert (source.brand, source.last4) == ("VISA", "4242")
    assert paid.amount == Money(2599, "USD")
    assert [charge.id for charge in clover_simulator.ledger.charges] == [
        paid.transaction_id
    ]
    assert [(row.method, row.path) for row in clover_simulator.requests] == [
        ("POST", "/oauth/v2/authorize"),
        ("POST", "/oauth/v2/token"),
        ("GET", "/pakms/apikey"),
        ("GET", "/assets/keys.json"),
        ("POST", "/v1/tokens"),
        ("POST", "/v1/charges"),
    ]


def test_the_number_goes_encrypted_and_is_read_at_the_other_end(
    clover_simulator, provider, wire
):
    source = provider.payment_tokenize(make_card())

    (token,) = clover_simulator.ledger.tokens
    assert (token.id, token.card.last4) == (source.token, "4242")
    sent = wire.sent["/v1/tokens"]["card"]
    assert len(sent["encrypted_pan"]) == 344
    assert NUMBER not in str(wire.sent)


def test_tokens_renew_themselves_between_two_charges(
    clover_simulator, provider, store, ask_for
):
    first = store.tokens

    for number in range(3):
        source = provider.payment_tokenize(make_card())
        provider.payment_charge(ask_for(source=source, idempotency_key=f"key-{number}"))
        clover_simulator.clock.advance(minutes=45)

    assert len(clover_simulator.ledger.charges) == 3
    assert clover_simulator.count("POST", REFRESH_PATH) == 2
    assert clover_simulator.count("GET", "/pakms/apikey") == 1
    assert store.tokens.refresh_token != first.refresh_token


def test_a_refresh_token_that_was_used_elsewhere_ends_in_reconnect(
    clover_simulator, app, provider, store
):
    oauth_sender(app)(REFRESH_PATH, build_refresh(app, store.tokens))
    clover_simulator.clock.advance(minutes=45)

    with pytest.raises(AuthenticationFailed, match="connect the app again") as caught:
        provider.payment_tokenize(make_card())

    assert caught.value.code == "reconnect"
    assert not clover_simulator.ledger.tokens


def test_a_stolen_code_is_worth_nothing_without_the_verifier(app, connect):
    stolen, _ = connect()

    with pytest.raises(AuthenticationFailed):
        oauth_sender(app)(
            TOKEN_PATH, build_exchange(app, stolen, verifier=new_verifier())
        )
