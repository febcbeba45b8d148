"""Consent, exchange and single-use refresh."""

from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep
from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider import oauth
from clover_provider.config import CloverConfig, Secret
from payment_hooks import AuthenticationFailed, ConfigurationError, InvalidRequest

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANSWER = {
    "access_token": "access-1",
    "access_token_expiration": int(NOW.timestamp()) + 1800,
    "refresh_token": "refresh-1",
    "refresh_token_expiration": int(NOW.timestamp()) + 31_536_000,
}


def make_config(**changes):
    values = {
        "ENVIRONMENT": "sandbox",
        "MERCHANT_ID": "TESTMERCH0001",
        "PRIVATE_KEY": "private",
        "APP_ID": "TESTAPP000001",
        "APP_SECRET": "app-secret",
    }
    return CloverConfig.from_mapping({**values, **changes})


class Store:
    """Locks nothing, as a store of one process may."""

    def __init__(self, tokens):
        self.tokens = tokens

    def locked(self):
        return nullcontext()

    def load(self):
        return self.tokens

    def save(self, tokens):
        self.tokens = tokens


def test_the_consent_page_gets_state_and_challenge():
    verifier = oauth.new_verifier()

    url = oauth.authorize_url(
        make_config(),
        redirect_uri="https://app.example/back",
        state="state-1",
        code_challenge=oauth.challenge_of(verifier),
    )

    assert url.startswith("https://sandbox.dev.clover.com/oauth/v2/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["TESTAPP000001"],
        "redirect_uri": ["https://app.example/back"],
        "response_type": ["code"],
        "state": ["state-1"],
        "code_challenge": [oauth.challenge_of(verifier)],
        "code_challenge_method": ["S256"],
    }


def test_states_and_verifiers_are_never_the_same():
    assert oauth.new_state() != oauth.new_state()
    assert 43 <= len(oauth.new_verifier()) <= 128


@pytest.mark.parametrize("said", ["TESTMERCH0001", "testmerch0001"])
def test_a_return_that_we_asked_for_is_read(said):
    query = {"state": "s", "code": "the-code", "merchant_id": said}

    consent = oauth.check_return(query, expected_state="s")

    assert consent.merchant_id == "TESTMERCH0001"
    assert "the-code" not in repr(consent)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"code": "c", "merchant_id": "m", "state": "other"}, "s"),
        ({"code": "c", "merchant_id": "m"}, "s"),
        ({"code": "c", "merchant_id": "m", "state": ""}, ""),
        ({"state": "s", "merchant_id": "m"}, "s"),
        ({"state": "s", "code": "c"}, "s"),
        ({"code": "c", "merchant_id": "m", "state": "\ud800"}, "s"),
    ],
)
def test_any_other_return_is_refused(query, expected):
    with pytest.raises(InvalidRequest):
        oauth.check_return(query, expected_state=expected)


def test_the_exchange_uses_the_secret_or_the_verifier():
    consent = oauth.Consent(merchant_id="TESTMERCH0001", code=Secret("the-code"))

    with_secret = oauth.build_exchange(make_config(), consent)
    with_verifier = oauth.build_exchange(
        make_config(APP_SECRET=""), consent, verifier="v"
    )

    common = {"client_id": "TESTAPP000001", "code": "the-code"}
    assert with_secret == common | {"client_secret": "app-secret"}
    assert with_verifier == common | {"code_verifier": "v"}


def test_neither_secret_nor_verifier_is_refused():
    consent = oauth.Consent(merchant_id="TESTMERCH0001", code=Secret("the-code"))

    with pytest.raises(ConfigurationError, match="APP_SECRET"):
        oauth.build_exchange(make_config(APP_SECRET=""), consent)


def test_a_missing_app_id_is_named():
    with pytest.raises(ConfigurationError, match="APP_ID"):
        oauth.authorize_url(make_config(APP_ID=""), redirect_uri="x", state="s")


def test_tokens_are_read_and_hidden():
    tokens = oauth.read_tokens(ANSWER)

    assert tokens.access_expires_at == NOW + timedelta(minutes=30)
    assert "access-1" not in repr(tokens)
    assert not tokens.is_due(NOW)
    assert tokens.is_due(NOW + timedelta(minutes=29))


@pytest.mark.parametrize("name", sorted(ANSWER))
def test_incomplete_tokens_are_refused(name):
    with pytest.raises(AuthenticationFailed, match=name):
        oauth.read_tokens({**ANSWER, name: None})


@pytest.mark.parametrize("time", [10**17, 10**400, -(10**17), True, "soon"])
def test_a_time_that_is_none_is_refused(time):
    with pytest.raises(AuthenticationFailed, match="access_token_expiration"):
        oauth.read_tokens({**ANSWER, "access_token_expiration": time})


def test_a_good_token_is_not_refreshed():
    store = Store(oauth.read_tokens(ANSWER))

    session = oauth.OAuthSession(make_config(), store, send=None, now=lambda: NOW)

    assert session.access_token().reveal() == "access-1"


def test_many_threads_refresh_once():
    sent = []

    def send(path, body):
        sent.append((path, body["refresh_token"]))
        sleep(0.05)  # the others shall come meanwhile
        return {
            "access_token": "access-2",
            "access_token_expiration": int(NOW.timestamp()) + 7200,
            "refresh_token": "refresh-2",
            "refresh_token_expiration": int(NOW.timestamp()) + 31_536_000,
        }

    store = Store(oauth.read_tokens(ANSWER))
    later = NOW + timedelta(hours=1)
    session = oauth.OAuthSession(make_config(), store, send=send, now=lambda: later)
    got = []
    threads = [
        Thread(target=lambda: got.append(session.access_token().reveal()))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sent == [("/oauth/v2/refresh", "refresh-1")]
    assert got == ["access-2"] * 16
    assert store.tokens.refresh_token.reveal() == "refresh-2"


def test_another_process_that_was_faster_is_not_repeated():
    class Shared(Store):
        @contextmanager
        def locked(self):
            self.tokens = oauth.read_tokens(renewed)
            yield

    renewed = {**ANSWER, "access_token": "access-2"}
    renewed["access_token_expiration"] += 7200
    later = NOW + timedelta(hours=1)
    store = Shared(oauth.read_tokens(ANSWER))

    session = oauth.OAuthSession(make_config(), store, send=None, now=lambda: later)

    assert session.access_token().reveal() == "access-2"


def test_a_token_refused_before_its_time_is_renewed_once():
    sent = []

    def send(path, body):
        sent.append(body["refresh_token"])
        return {**ANSWER, "access_token": "access-2", "refresh_token": "refresh-2"}

    store = Store(oauth.read_tokens(ANSWER))
    session = oauth.OAuthSession(make_config(), store, send=send, now=lambda: NOW)
    refused = session.access_token()

    renewed = [session.renew(refused).reveal() for _ in range(3)]

    assert renewed == ["access-2"] * 3
    assert sent == ["refresh-1"]


@pytest.mark.parametrize(
    "refusal", [AuthenticationFailed("401"), InvalidRequest("400")]
)
def test_a_used_up_refresh_token_says_reconnect(refusal):
    def send(path, body):
        raise refusal

    store = Store(oauth.read_tokens(ANSWER))
    later = NOW + timedelta(hours=1)
    session = oauth.OAuthSession(make_config(), store, send=send, now=lambda: later)

    with pytest.raises(AuthenticationFailed, match="connect the app again") as caught:
        session.access_token()

    assert caught.value.code == "reconnect"
