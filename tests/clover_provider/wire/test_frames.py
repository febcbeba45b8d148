"""What takes a key, a token or a card and refuses it leaves nothing in a traceback."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from clover_provider import CloverConfig, oauth
from clover_provider.api import references, webhooks
from clover_provider.api.cards import customers, tokens
from clover_provider.api.cards.encryption import encrypt_number
from clover_provider.config import Secret
from clover_provider.oauth import Consent, OAuthSession, OAuthTokens, oauth_sender
from clover_provider.wire.json_strict import Fields
from clover_provider.wire.message import Call
from payment_hooks import (
    CardDetails,
    ConfigurationError,
    PaymentSource,
    SaveSourceRequest,
    WebhookRequest,
)
from tests.clover_provider.canaries import (
    ACCESS,
    APIKEY,
    APP_SECRET,
    BEARER,
    CODE,
    CVV,
    PAN,
    REFRESH,
    SAVED,
    SECRETS,
    TOKEN,
    everything_about,
    found_in,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SIGNING = "5a7e9c31d02f4b86a1c43f70"
STATE = "st-9f3e27d0c6a81b5fb4e97f205d1c48a6"
VERIFIER = "ver-3e7d20b8c461d93f7a126c8e4b0591fa"
SETTINGS = {
    "ENVIRONMENT": "sandbox",
    "MERCHANT_ID": "TESTMERCH0001",
    "PRIVATE_KEY": BEARER,
    "APP_ID": "TESTAPP000001",
    "APP_SECRET": APP_SECRET,
}
ALL = (*SECRETS, CVV, APIKEY, SIGNING, STATE, VERIFIER, *SAVED)


def configured(**changes):
    return CloverConfig.from_mapping(SETTINGS | changes)


CONFIG = configured()
NO_SECRET = configured(APP_SECRET=None)
NO_APP = configured(APP_ID=None, APP_SECRET=None)
CONSENT = Consent(merchant_id="TESTMERCH0001", code=Secret(CODE))
TOKENS = OAuthTokens(
    access_token=Secret(ACCESS),
    access_expires_at=NOW,
    refresh_token=Secret(REFRESH),
    refresh_expires_at=NOW,
)
ANSWER = {"access_token": ACCESS, "refresh_token": REFRESH}


class Store:
    """Keeps tokens, or says that it cannot."""

    def locked(self):
        """Nobody else is there."""
        return nullcontext()

    def load(self):
        """The old ones."""
        return TOKENS

    def save(self, tokens):
        """It cannot."""
        raise OSError("the disk is full")


def a_card():
    return CardDetails(number=PAN, exp_month=12, exp_year=2099, cvc=CVV)


def a_webhook(body=b"{}", signature=None, at=None):
    at = NOW if at is None else at
    signed = signature or webhooks.sign(SIGNING, int(NOW.timestamp()), body)
    return WebhookRequest(
        body=body, headers={"Clover-Signature": signed}, received_at=at
    )


def read_webhook(request, secrets=(SIGNING,)):
    return webhooks.read(request, secrets=secrets, merchant_id="TESTMERCH0001")


def a_call(**changes):
    values = {
        "method": "POST",
        "url": "https://x.example",
        "path": "/",
        "action": "test",
        "body": {"source": TOKEN, "card": {"number": PAN, "cvv": CVV}},
        "headers": {"apikey": APIKEY},
        "bearer": Secret(BEARER),
    }
    return Call(**values | changes)


def refresh(answer):
    session = OAuthSession(CONFIG, Store(), lambda path, body: answer)
    return session.access_token()


def broken_line():
    class Line:
        def send(self, call):
            raise RuntimeError("a bug")

    body = oauth.build_exchange(CONFIG, CONSENT, verifier=VERIFIER)
    return oauth_sender(CONFIG, Line())(oauth.TOKEN_PATH, body)


REFUSALS = {
    "a header with a line break": lambda: a_call(headers={"apikey": f"{APIKEY}\n"}),
    "a key with a foreign letter": lambda: a_call(idempotency_key="\u00fc"),
    "a misspelt call": lambda: a_call(bodi={"source": TOKEN}),
    "a forged webhook": lambda: read_webhook(a_webhook(signature="t=1,v1=" + "0" * 64)),
    "an old webhook": lambda: read_webhook(
        a_webhook(at=datetime(2099, 1, 1, tzinfo=UTC))
    ),
    "a webhook that is no JSON": lambda: read_webhook(a_webhook(b"{")),
    "another merchant's webhook": lambda: read_webhook(a_webhook(b"{}")),
    "a webhook without signature": lambda: read_webhook(
        WebhookRequest(body=b"", headers={}, received_at=NOW)
    ),
    "no secret but an empty one": lambda: read_webhook(a_webhook(), secrets=[""]),
    "another's return": lambda: oauth.check_return(
        {"state": STATE, "code": CODE, "merchant_id": "M"}, expected_state=VERIFIER
    ),
    "a return without merchant": lambda: oauth.check_return(
        {"state": STATE, "code": CODE}, expected_state=STATE
    ),
    "a return of something else": lambda: oauth.check_return(
        {"state": STATE, "code": CODE, "merchant_id": None}, expected_state=STATE
    ),
    "a challenge of a foreign letter": lambda: oauth.challenge_of(f"{VERIFIER}\u00fc"),
    "a consent page without an app": lambda: oauth.authorize_url(
        NO_APP, redirect_uri="https://a.example", state=STATE, code_challenge=VERIFIER
    ),
    "an exchange without a secret": lambda: oauth.build_exchange(NO_SECRET, CONSENT),
    "an exchange without an app": lambda: oauth.build_exchange(
        NO_APP, CONSENT, verifier=VERIFIER
    ),
    "a refresh without an app": lambda: oauth.build_refresh(NO_APP, TOKENS),
    "tokens without times": lambda: oauth.read_tokens(ANSWER),
    "tokens with odd times": lambda: oauth.read_tokens(
        ANSWER | {"access_token_expiration": REFRESH}
    ),
    "tokens in a list": lambda: oauth.read_tokens({"access_token": [ACCESS]}),
    "a refresh that brings half": lambda: refresh(ANSWER),
    "a refresh that cannot be kept": lambda: refresh(
        ANSWER
        | {
            "access_token_expiration": 1_900_000_000,
            "refresh_token_expiration": 1_900_000_000,
        }
    ),
    "a line that breaks": broken_line,
    "an encryption key that is none": lambda: tokens.build(
        a_card(), encryption_key="no key"
    ),
    "a short encryption key": lambda: encrypt_number(PAN, "QUJD"),
    "a token with a blank": lambda: tokens.read({"id": f"{TOKEN} "}, merchant_id="M"),
    "a token in a list": lambda: tokens.read({"id": [TOKEN]}, merchant_id="M"),
    "a saved card without customer": lambda: customers.read(
        {"sources": {"data": [TOKEN]}},
        SaveSourceRequest(source=PaymentSource(token=TOKEN), email="a@b.example"),
        merchant_id="M",
    ),
    "a card number in the metadata": lambda: references.build_metadata(
        "1", "op-1", {"note": PAN}
    ),
    "long metadata": lambda: references.build_metadata(
        "1", "op-1", {"note": f"{TOKEN}{'x' * 500}"}
    ),
    "a key as environment": lambda: configured(ENVIRONMENT=BEARER, PRIVATE_KEY=None),
    "a key as mode": lambda: configured(MODE=BEARER),
    "a key among the modes": lambda: configured(MODES=[BEARER]),
    "a key as merchant": lambda: configured(MERCHANT_ID=BEARER),
    "a key as currency": lambda: configured(CURRENCY=BEARER),
    "a key as country": lambda: configured(COUNTRY=BEARER),
    "a key as locale": lambda: configured(LOCALE=BEARER),
    "a key as address": lambda: configured(ENVIRONMENT="local", BASE_URL=BEARER),
    "a key as file": lambda: configured(CA_BUNDLE=BEARER),
    "a key as number": lambda: configured(DEADLINE_SECONDS=BEARER),
    "a key as flag": lambda: configured(REQUIRE_ENCRYPTION=BEARER),
    "a key as limit": lambda: configured(MAX_ANSWER_BYTES=BEARER),
    "a key as address of Redis": lambda: configured(REDIS_URL=BEARER),
    "a password with a slash": lambda: configured(
        REDIS_URL=f"redis://:{CODE[:9]}/{CODE}@127.0.0.1:6379/0"
    ),
    "a password with a bracket": lambda: configured(
        REDIS_URL=f"redis://:{CODE}[@127.0.0.1:6379/0"
    ),
    "a key with a blank": lambda: configured(PRIVATE_KEY=f"{BEARER} "),
    "a key that is two": lambda: configured(PLATFORM_TOKEN=BEARER),
    "a key in a list": lambda: configured(PRIVATE_KEY=[BEARER]),
    "a key in bytes": lambda: configured(PRIVATE_KEY=BEARER.encode()),
    "a key in the environment": lambda: CloverConfig.from_environ(
        {f"CLOVER_{name}": f"{value} " for name, value in SETTINGS.items()}
    ),
    "a key by hand": lambda: CloverConfig(
        environment=BEARER, merchant_id=APP_SECRET, private_key=BEARER
    ),
}


def refusal_of(act):
    try:
        act()
    except Exception as error:  # noqa: BLE001  whatever it is, it must be clean
        return error
    pytest.fail("it was not refused")


@pytest.mark.parametrize("act", REFUSALS.values(), ids=REFUSALS.keys())
def test_no_refusal_leaves_a_secret_behind(act):
    error = refusal_of(act)

    assert found_in(everything_about(error), ALL) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ENVIRONMENT": "prod"}, "not 'prod'"),
        ({"CURRENCY": "EUR"}, "not 'EUR'"),
        ({"DEADLINE_SECONDS": "soon"}, "not 'soon'"),
        (
            {"CA_BUNDLE": "/etc/none/such/ca-bundle.pem"},
            "'/etc/none/such/ca-bundle.pem'",
        ),
        ({"MODE": BEARER}, "not a text of 32 characters"),
    ],
)
def test_a_short_wrong_value_is_shown_and_a_long_one_is_measured(changes, said):
    assert said in str(refusal_of(lambda: configured(**changes)))


@pytest.mark.parametrize("letter", "/?#[")
def test_a_redis_password_that_hides_the_address_is_refused_at_once(letter):
    url = f"redis://:c0de{letter}5f1b@127.0.0.1:6379/0"

    error = refusal_of(lambda: configured(REDIS_URL=url))

    assert isinstance(error, ConfigurationError)
    assert "CLOVER['REDIS_URL'] is no address: write the letters" in str(error)
    assert "c0de" not in everything_about(error)


def test_a_redis_password_in_percent_notation_is_taken():
    url = "redis://:c0de%2F5f1b@127.0.0.1:6379/0"

    assert configured(REDIS_URL=url).redis_url == Secret(url)


def test_a_json_object_shows_itself_to_sentry_as_it_prints():
    fields = Fields(access_token=ACCESS)

    assert fields.__sentry_repr__() == repr(fields) == "<1 fields>"
