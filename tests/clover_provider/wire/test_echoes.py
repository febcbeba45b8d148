"""Whoever answers may repeat what was sent; nothing of a secret is ever seen again.

Every call, every status, every notation and every place in a body; canaries are looked
for in all that an error, a log, a row of the ledger and a report can show.
"""

import json
import logging
import pickle
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider, oauth
from clover_provider.api.errors import raise_for
from clover_provider.config import Secret
from clover_provider.oauth import OAuthSession, OAuthTokens, oauth_sender
from clover_provider.wire.echoes import WITHHELD, _texts
from clover_provider.wire.json_strict import Fields, read_json, write_json
from clover_provider.wire.message import Answer, write_headers
from payment_hooks import (
    CaptureRequest,
    CardDetails,
    CheckoutRequest,
    ConfigurationError,
    FindRequest,
    ListRequest,
    Mode,
    Money,
    PaymentError,
    PaymentRequest,
    Payments,
    PaymentSource,
    ProviderHooks,
    RefundRequest,
    RemoveSourceRequest,
    RetrieveRequest,
    ReturnUrls,
    SavedSource,
    SaveSourceRequest,
    VoidRequest,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.recovery.reports import recovery_json, recovery_table
from tests.clover_provider.canaries import (
    ACCESS,
    APIKEY,
    APP_SECRET,
    BEARER,
    CODE,
    CVV,
    HOSTED,
    NOTATIONS,
    PAN,
    PLATFORM,
    REFRESH,
    SAVED,
    SECRETS,
    TOKEN,
    Recorded,
    everything_about,
    found_in,
    notations_of,
    places,
)
from tests.clover_provider.conftest import ANSWERS

STATUSES = (200, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503)
DUE = Money(2599, "USD")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def canned(name):
    return json.loads((ANSWERS / f"{name}.json").read_text())["body"]


def packed_key():
    """A public key in Clover's form; nobody has its other half."""
    import base64

    modulus = (1 << 2047) | int.from_bytes(b"no secret" * 20) | 1
    return base64.b64encode(modulus.to_bytes(256) + (65537).to_bytes(256)).decode()


GOOD = {
    ("GET", "/v1/charges/{id}"): canned("charge"),
    ("GET", "/v1/refunds"): {"data": []},
    ("GET", "/pakms/apikey"): {"apiAccessKey": APIKEY, "active": True},
    ("GET", "/assets/keys.json"): {"TA_PUBLIC_KEY_DEV": packed_key()},
}


def answer_to(call, status, text, **headers):
    body = text if isinstance(text, bytes) else json.dumps(text).encode()
    return Answer(call=call, status=status, body=read_json(body), **headers)


class Echo:
    """Answers one call with what `say` makes of it, and the others as they should be."""

    def __init__(self, method, path, say=None):
        self.target = (method, path)
        self.say = say
        self.count = 0

    def send(self, call):
        """The answer."""
        if (call.method, call.path) != self.target:
            return answer_to(call, 200, GOOD[call.method, call.path])
        self.count += 1
        return self.say(call)


def request_of(call):
    """The call as it goes over the wire."""
    head = "\r\n".join(
        f"{name}: {value}" for name, value in write_headers(call, "test").items()
    )
    body = write_json(call.body).decode() if call.body is not None else ""
    return f"{call.method} {call.url} HTTP/1.1\r\n{head}\r\n\r\n{body}"


def configure(**changes):
    settings = {
        "ENVIRONMENT": "sandbox",
        "MERCHANT_ID": "TESTMERCH0001",
        "MODES": ["api", "iframe", "hosted"],
        "MODE": "api",
        "PCI_ATTESTATION": "SAQ D",
        "PRIVATE_KEY": BEARER,
        "HOSTED_PRIVATE_KEY": HOSTED,
        "PLATFORM_TOKEN": PLATFORM,
        "WEBHOOK_SECRETS": ["5a7e9c31d02f4b86a1c4"],
        "APP_ID": "TESTAPP000001",
        "APP_SECRET": APP_SECRET,
    }
    return CloverConfig.from_mapping(settings | changes)


ALL_MODES = configure()
HOSTED_ALONE = configure(MODES=["hosted"], MODE="hosted")
BY_TOKEN = configure(PRIVATE_KEY=None, ACCESS_TOKEN=ACCESS)


def a_card():
    return CardDetails(number=PAN, exp_month=12, exp_year=2099, cvc=CVV)


def a_charge(source=None):
    return PaymentRequest(
        amount=DUE, source=source or PaymentSource(token=TOKEN), reference="100123"
    )


def saved():
    return SavedSource(source_id=".".join(SAVED)).as_source()


FOLLOWING = {"transaction_id": "ABCDEFGHJKMN1", "amount": DUE, "reference": "100123"}
PAGE = CheckoutRequest(
    amount=DUE,
    reference="100123",
    mode=Mode.HOSTED,
    return_urls=ReturnUrls(success="https://a.example", failure="https://a.example"),
)
IFRAME = CheckoutRequest(amount=DUE, reference="100123", mode=Mode.IFRAME)
WINDOW = {"since": SINCE, "until": SINCE + timedelta(days=1)}


def retrieve(**request):
    return lambda asked: asked.retrieve(
        RetrieveRequest(transaction_id="ABCDEFGHJKMN1", **request)
    )


def search(asked):
    return asked.find(FindRequest(operation_id="op-1", **WINDOW))


def list_all(asked):
    return asked.list(ListRequest(**WINDOW))


CALLS = {
    "charge": ("POST", "/v1/charges", lambda asked: asked.charge(a_charge())),
    "authorize": ("POST", "/v1/charges", lambda asked: asked.authorize(a_charge())),
    "charge of a saved card": (
        "POST",
        "/v1/charges",
        lambda asked: asked.charge(a_charge(saved())),
    ),
    "capture": (
        "POST",
        "/v1/charges/{id}/capture",
        lambda asked: asked.capture(CaptureRequest(**FOLLOWING)),
    ),
    "refund": (
        "POST",
        "/v1/refunds",
        lambda asked: asked.refund(RefundRequest(**FOLLOWING)),
    ),
    "the look before a void": (
        "GET",
        "/v1/charges/{id}",
        lambda asked: asked.void(VoidRequest(**FOLLOWING)),
    ),
    "tokenize": ("POST", "/v1/tokens", lambda asked: asked.tokenize(a_card())),
    "public key": ("GET", "/pakms/apikey", lambda asked: asked.start_checkout(IFRAME)),
    "encryption key": (
        "GET",
        "/assets/keys.json",
        lambda asked: asked.tokenize(a_card()),
    ),
    "save": (
        "POST",
        "/v1/customers",
        lambda asked: asked.save_source(
            SaveSourceRequest(source=PaymentSource(token=TOKEN), email="a@b.example")
        ),
    ),
    "remove": (
        "DELETE",
        "/v1/customers/{id}/sources/{id}",
        lambda asked: asked.remove_source(
            RemoveSourceRequest(source_id=".".join(SAVED))
        ),
    ),
    "hosted page": (
        "POST",
        "/invoicingcheckoutservice/v1/checkouts",
        lambda asked: asked.start_checkout(PAGE),
    ),
    "retrieve": ("GET", "/v1/charges/{id}", retrieve()),
    "refunds of a charge": (
        "GET",
        "/v1/refunds",
        retrieve(with_refunds=True),
    ),
    "search": ("GET", "/v1/charges", search),
    "list": ("GET", "/v1/charges", list_all),
}
ON_THE_PLATFORM = {
    "payment": (
        "GET",
        "/v3/merchants/{mId}/payments/{id}",
        retrieve(),
    ),
    "orders": ("GET", "/v3/merchants/{mId}/orders", list_all),
}
SETTINGS = {
    "keys": (ALL_MODES, CALLS),
    "an access token": (BY_TOKEN, CALLS),
    "the platform": (HOSTED_ALONE, ON_THE_PLATFORM),
}
ALL_CALLS = [
    pytest.param(config, *call, id=f"{name} with {keys}")
    for keys, (config, calls) in SETTINGS.items()
    for name, call in calls.items()
]


def asking(config, echo):
    """A gateway to a provider that knows no key yet; `echo` answers what it sends."""
    return ProviderHooks.to(CloverProvider(config, transport=echo))


def outcome_of(act):
    """The result and what is raised, of which one is None."""
    try:
        return act(), None
    except Exception as error:  # noqa: BLE001  whatever it is, it must be clean
        return None, error


def assert_clean(result, error, secrets):
    shown = f"{result!r}{result}{getattr(result, 'raw', '')}"
    for row in getattr(result, "transactions", ()):
        shown += f"{row!r}{row.raw}{pickle.dumps(row).decode('latin-1')}"
    if error is not None:
        assert isinstance(error, PaymentError | ConfigurationError), repr(error)
        shown += everything_about(error)
    assert found_in(shown, secrets) == []


@pytest.fixture(autouse=True)
def logged():
    """What is logged anywhere, with what goes along."""
    recorded, root = Recorded(), logging.getLogger()
    level = root.level
    root.addHandler(recorded)
    root.setLevel(logging.DEBUG)
    yield recorded
    root.removeHandler(recorded)
    root.setLevel(level)


def echoed(call):
    """What a server may say that repeats the whole call, head first or body first."""
    request = request_of(call)
    head, _, body = request.partition("\r\n\r\n")
    fields = head.partition("\r\n")[2]
    return (request, fields, f"{body}\r\n{fields}")


@pytest.mark.parametrize(("config", "method", "path", "act"), ALL_CALLS)
def test_no_call_shows_what_it_sent_whatever_its_status(
    config, method, path, act, logged
):
    echo = Echo(method, path)
    asked = asking(config, echo)
    for which, status in enumerate(STATUSES):

        def say(call, status=status, which=which):
            said = echoed(call)[which % 3]
            body = {"error": {"code": "invalid_request", "message": said}}
            head = {"request_id": said, "retry_after": said}
            return answer_to(call, status, body, **head)

        echo.say = say

        result, error = outcome_of(lambda: act(asked))

        assert echo.count
        assert_clean(result, error, (*SECRETS, CVV, *SAVED))
        # The public key is a browser's too; it may be in a frame.
        assert found_in(str(error), (APIKEY,)) == []
    assert found_in("".join(logged.texts()), (*SECRETS, CVV, *SAVED)) == []


SENT = {
    "charge": (BEARER, TOKEN),
    "tokenize": (PAN, CVV, APIKEY),
    "charge of a saved card": (".".join(SAVED), SAVED[0]),
    "hosted page": (HOSTED,),
}
SENT_SECRETS = [(name, secret) for name, secrets in SENT.items() for secret in secrets]


def sent_by(name):
    """The call itself, as the provider sends it."""
    method, path, act = CALLS[name]
    sent = []

    def say(call):
        sent.append(call)
        return answer_to(call, 500, {})

    outcome_of(lambda: act(asking(ALL_MODES, Echo(method, path, say))))
    return sent[-1]


@pytest.mark.parametrize(("name", "secret"), SENT_SECRETS)
def test_no_notation_of_a_secret_is_left_in_an_answer(name, secret):
    call = sent_by(name)
    for notation, said in notations_of(secret).items():
        for place, body in places(said).items():
            if place == "names":
                continue  # nobody reads a name that he does not know
            for status in (200, 400):
                # A new token holds a code's digits by chance.
                if status == 200 and secret == CVV:
                    continue

                answer = answer_to(
                    call, status, body, request_id=said, retry_after=said
                )

                left = json.dumps(answer.body, ensure_ascii=False)
                left += answer.request_id + answer.retry_after
                assert found_in(left, (secret,)) == [], (notation, place, status)


@pytest.mark.parametrize("name", SENT)
def test_no_place_of_a_body_shows_a_secret(name):
    method, path, act = CALLS[name]
    echo = Echo(method, path)
    asked = asking(ALL_MODES, echo)
    for secret in SENT[name]:
        for notation in ("plain", "JSON-escaped", "base64 of the header"):
            said = NOTATIONS[notation](secret)
            for place, body in places(said).items():
                for status in (200, 400, 402):

                    def say(call, status=status, body=body, said=said):
                        head = {"request_id": said, "retry_after": said}
                        return answer_to(call, status, body, **head)

                    echo.say = say

                    result, error = outcome_of(lambda: act(asked))

                    if secret == APIKEY:
                        assert found_in(f"{error}{result!r}", (secret,)) == [], place
                    else:
                        assert_clean(result, error, (secret,))


TOKENS = OAuthTokens(
    access_token=Secret(ACCESS),
    access_expires_at=SINCE,
    refresh_token=Secret(REFRESH),
    refresh_expires_at=SINCE,
)


class Store:
    """Keeps the tokens of one merchant."""

    def __init__(self):
        self.tokens = TOKENS

    def locked(self):
        """Nobody else is there."""
        return nullcontext()

    def load(self):
        """The newest."""
        return self.tokens

    def save(self, tokens):
        """Keep them."""
        self.tokens = tokens


def exchange(send):
    consent = oauth.Consent(merchant_id="TESTMERCH0001", code=Secret(CODE))
    body = oauth.build_exchange(ALL_MODES, consent)
    return oauth.read_tokens(send(oauth.TOKEN_PATH, body))


def refresh(send):
    return OAuthSession(ALL_MODES, Store(), send).access_token()


@pytest.mark.parametrize("act", [exchange, refresh])
def test_no_answer_about_tokens_shows_what_was_sent(act, logged):
    path = oauth.TOKEN_PATH if act is exchange else oauth.REFRESH_PATH
    echo = Echo("POST", path)
    send = oauth_sender(ALL_MODES, echo)
    for status in STATUSES:
        for notation in ("plain", "JSON-escaped", "percent-encoded", "base64"):

            def say(call, status=status, notation=notation):
                said = " ".join(
                    NOTATIONS[notation](secret)
                    for secret in (CODE, REFRESH, APP_SECRET)
                    if secret in request_of(call)
                )
                body = {"status": said, "message": said, "access_token": said}
                return answer_to(call, status, body, request_id=said)

            echo.say = say

            result, error = outcome_of(lambda: act(send))

            assert error is not None
            assert_clean(result, error, SECRETS)
    assert found_in("".join(logged.texts()), SECRETS) == []


def test_an_old_refresh_token_that_comes_back_is_kept_as_it_is():
    said = {
        "access_token": ACCESS,
        "access_token_expiration": 1_900_000_000,
        "refresh_token": REFRESH,
        "refresh_token_expiration": 1_900_000_000,
    }
    echo = Echo("POST", oauth.REFRESH_PATH, lambda call: answer_to(call, 200, said))
    store = Store()

    OAuthSession(ALL_MODES, store, oauth_sender(ALL_MODES, echo)).access_token()

    assert store.tokens.refresh_token == Secret(REFRESH)


@pytest.mark.parametrize("status", [400, 401, 402, 429, 500])
@pytest.mark.parametrize("notation", ["plain", "JSON-escaped", "base64 of the header"])
def test_neither_the_ledger_nor_a_report_shows_what_was_sent(status, notation):
    said = " ".join(NOTATIONS[notation](secret) for secret in (BEARER, TOKEN))
    body = {"error": {"code": said, "message": said, "charge": said}}
    echo = Echo("POST", "/v1/charges", lambda call: answer_to(call, status, body))
    provider = CloverProvider(ALL_MODES, transport=echo)
    payments = Payments.using(provider)
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)

    _, error = outcome_of(
        lambda: payments.charge(payment.payment_id, PaymentSource(token=TOKEN))
    )
    report = Recovery(payments).run()

    (row,) = payments.operations(payment.payment_id)
    assert row.message
    kept = repr(row) + repr(payments.get(payment.payment_id)) + str(row.details)
    shown = kept + repr(report) + recovery_json(report) + recovery_table(report)
    assert found_in(shown, SECRETS) == []
    assert_clean(None, error, SECRETS)


def refusal_with(message, secret, *, name="charge"):
    body = {"error": {"code": "card_declined", "message": message.format(secret)}}
    call = sent_by(name)
    answer = answer_to(call, 402, body, request_id="req-1")
    with pytest.raises(PaymentError) as caught:
        raise_for(answer, call)
    return caught.value


@pytest.mark.parametrize(
    ("said", "secret", "shown"),
    [
        ("Do not honor", "", "Do not honor"),
        ("no such source {} here", TOKEN, "no such source [hidden] here"),
        ("Bearer {}", BEARER.upper(), "Bearer [hidden]"),
        ("key {}", BEARER.encode().hex(), WITHHELD),
        ("key {}", " ".join(BEARER), WITHHELD),
        ("a key that begins {}", BEARER[:12], WITHHELD),
        ("REJECT 203, ref 600100501880", "", "REJECT 203, ref 600100501880"),
    ],
)
def test_of_the_providers_words_only_what_was_sent_is_missing(said, secret, shown):
    error = refusal_with(said, secret)

    assert error.message == (
        f"charge of 25.99 USD for 100123 refused with 402: {shown} (request req-1)"
    )
    assert (error.code, error.provider_request_id) == ("card_declined", "req-1")


def test_a_saved_card_is_named_by_nothing_in_a_message():
    error = refusal_with("no card {}", SAVED[0], name="charge of a saved card")

    assert "no card [id]" in error.message


@pytest.mark.parametrize(
    ("said", "is_shown"),
    [
        ("CVV could not be verified", True),
        ("CVV {} could not be verified", False),
        ("the number ends in 1{}4", False),
        ("8 3 7", False),
        ("8-3-7", False),
        ("ODM3", False),
        ("eyJjdnYiOiI4MzcifQ==", False),
        ("%38%33%37", False),
        ("\\u0038\\u0033\\u0037", False),
        ("&#56;&#51;&#55;", False),
        ("expires 12/2099", True),
    ],
)
def test_a_text_with_the_digits_of_the_security_code_is_withheld(said, is_shown):
    error = refusal_with(said, CVV, name="tokenize")

    assert (said in error.message) is is_shown
    assert (WITHHELD in error.message) is not is_shown


def test_a_new_token_may_hold_the_digits_of_the_security_code():
    token = f"clv_1TSTS{CVV}abcDEF123ghiJKL"
    said = {"id": token, "card": {"exp_year": "2099", "last4": PAN[-4:]}}
    echo = Echo("POST", "/v1/tokens", lambda call: answer_to(call, 200, said))
    card = CardDetails(number=PAN, exp_month=12, exp_year=2099, cvc="209")

    source = asking(ALL_MODES, echo).tokenize(card)

    assert source.exp_year == 2099
    assert asking(ALL_MODES, echo).tokenize(a_card()).token == token


def test_a_charge_keeps_its_numbers_whatever_digits_they_hold():
    said = canned("charge") | {"amount": 83_700, "created": 1_783_700_837_837}
    call = sent_by("tokenize")

    answer = answer_to(sent_by("charge"), 200, said)

    assert answer.body == Fields(said)
    assert answer_to(call, 400, {"code": 837}).body == Fields(code=None)
    assert answer_to(call, 200, {"code": 837}).body == Fields(code=None)


def planted(**where):
    """An error with a canary in one place."""
    error = PaymentError("nothing to see", code=where.get("code", ""))
    if "note" in where:
        error.add_note(where["note"])
    if "attribute" in where:
        error.details = where["attribute"]
    error.__cause__ = where.get("cause")
    error.__context__ = where.get("context")
    return error


@pytest.mark.parametrize(
    "error",
    [
        PaymentError(f"Bearer {BEARER}"),
        PaymentError(NOTATIONS["JSON-escaped"](BEARER)),
        PaymentError(NOTATIONS["base64 of the header"](BEARER)),
        planted(code=BEARER),
        planted(note=BEARER),
        planted(attribute={"headers": BEARER}),
        planted(cause=ValueError(BEARER)),
        planted(context=planted(cause=ValueError(BEARER))),
    ],
)
def test_the_search_finds_what_is_planted_in_an_error(error):
    assert found_in(everything_about(error), SECRETS) == [BEARER]


def test_the_search_finds_what_is_planted_in_a_frame():
    scope = {}
    code = compile(
        "def keep(key):\n    raise ValueError", "/somewhere/clover_provider.py", "exec"
    )
    exec(code, scope)

    _, error = outcome_of(lambda: scope["keep"](BEARER))

    assert found_in(everything_about(error), SECRETS) == [BEARER]


@pytest.mark.parametrize("where", ["message", "argument", "extra"])
def test_the_search_finds_what_is_planted_in_a_log(where, logged):
    logger = logging.getLogger("clover_provider.test")
    if where == "message":
        logger.debug(f"with {BEARER}")  # noqa: G004  as a shop might
    elif where == "argument":
        logger.debug("with %s", BEARER)
    else:
        logger.debug("with", extra={"key": BEARER})

    assert found_in("".join(logged.texts()), SECRETS) == [BEARER]


def leaves_of(body, name=""):
    """The name of each text in a body."""
    if isinstance(body, dict):
        return {leaf for key, part in body.items() for leaf in leaves_of(part, key)}
    return {name}


def test_of_what_is_sent_exactly_this_is_secret():
    """A new field is one too, until it is listed as open."""
    secret = set()
    for name in CALLS:
        body = sent_by(name).body
        texts = set(_texts(body, is_secret=True))
        secret |= {
            leaf
            for leaf in leaves_of(body or {})
            if any(str(part) in texts for part in values_of(body, leaf))
        }

    assert secret == {"source", "cvv", "encrypted_pan"}


def values_of(body, name):
    """What is in a body under a name, at whatever depth."""
    if not isinstance(body, dict):
        return []
    own = [body[name]] if name in body else []
    return own + [each for part in body.values() for each in values_of(part, name)]


def test_what_a_call_sent_prints_as_a_count():
    echoes = sent_by("tokenize").echoes()

    assert found_in(f"{echoes!r}{echoes}", (*SECRETS, CVV)) == []
    assert "secrets" in repr(echoes)
