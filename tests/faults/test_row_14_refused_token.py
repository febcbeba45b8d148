"""Row 14: Clover refuses the access token before its time."""

import http.client
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import chain, repeat
from urllib.parse import parse_qsl, urlsplit

import pytest

from clover_django.ledger.store import DjangoLedger
from clover_provider import CloverConfig, CloverProvider
from clover_provider.oauth import (
    REFRESH_PATH,
    TOKEN_PATH,
    OAuthSession,
    OAuthTokens,
    authorize_url,
    build_exchange,
    check_return,
    oauth_sender,
    read_tokens,
)
from clover_simulator.simulator import Simulator
from clover_simulator.traffic.client import fetch
from payment_hooks import AuthenticationFailed, OutcomeUnknown
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS, TAKES
from tests.faults.messages import answer, body_of
from tests.faults.proxy import Proxy
from tests.faults.rig import Rig, settings_for

REFUSED = breaks.answer_with(answer(b'"Unauthorized"', status="401 Unauthorized"))


class Store:
    """Keeps one merchant's tokens."""

    def __init__(self, tokens: OAuthTokens) -> None:
        self.tokens = tokens

    def locked(self) -> AbstractContextManager[None]:
        return nullcontext()

    def load(self) -> OAuthTokens:
        return self.tokens

    def save(self, tokens: OAuthTokens) -> None:
        self.tokens = tokens


def allow(url: str) -> dict[str, str]:
    """The merchant lets the app in; what the browser brings back."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("POST", f"{parts.path}?{parts.query}")
    location = connection.getresponse().getheader("location") or ""
    connection.close()
    return dict(parse_qsl(urlsplit(location).query))


def connect(app: CloverConfig) -> OAuthSession:
    """A session with a merchant's consent."""
    came_back = allow(authorize_url(app, redirect_uri="https://a.example/", state="s"))
    consent = check_return(came_back, expected_state="s")
    send = oauth_sender(app)
    tokens = read_tokens(send(TOKEN_PATH, build_exchange(app, consent)))
    return OAuthSession(app, Store(tokens), send)


@pytest.fixture
def app_rig(
    clover_simulator: Simulator,
    proxy: Proxy,
    make_rig: Callable[..., Rig],
    durable_ledger: DjangoLedger,
) -> Rig:
    """A shop whose merchant came through an app; tokens are renewed past the proxy."""
    merchant = clover_simulator.merchant
    names = {"PRIVATE_KEY": None, "HOSTED_PRIVATE_KEY": None, "MODES": ["iframe"]}
    app_names = {"APP_ID": merchant.app_id, "APP_SECRET": merchant.app_secret}
    given = settings_for(clover_simulator, clover_simulator.url, **names, **app_names)
    app = CloverConfig.from_mapping({k: v for k, v in given.items() if v is not None})
    session = connect(app)
    provider = CloverProvider(
        lambda: replace(app, base_url=proxy.url, access_token=session.access_token()),
        renew=session.renew,
    )
    return make_rig(durable_ledger, provider=provider)


def forget_access_tokens(simulator: Simulator) -> None:
    """None of them works any more, whatever they said of their time."""
    given = json.dumps({"what": "access_tokens"})
    address = f"{simulator.url}/_simulator/expire"
    assert (
        fetch("POST", address, given, {"content-type": "application/json"}).status
        == 200
    )


def renewals(rig: Rig) -> int:
    return rig.simulator.count("POST", REFRESH_PATH)


@pytest.mark.matrix(row=14, kinds=KINDS)
def test_a_refused_token_is_renewed_once_and_the_movement_is_made(
    app_rig: Rig, kind: OperationKind
) -> None:
    movement = app_rig.prepare(kind)
    forget_access_tokens(app_rig.simulator)

    movement.make()

    assert renewals(app_rig) == 1
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=14, kinds=TAKES)
def test_what_was_refused_is_sent_again_with_the_same_key_and_body(
    app_rig: Rig, kind: OperationKind
) -> None:
    movement = app_rig.prepare(kind)
    forget_access_tokens(app_rig.simulator)

    movement.make()

    refused, sent = app_rig.proxy.requests[-2:]
    assert body_of(refused) == body_of(sent)
    assert key_of(refused) == key_of(sent) == movement.rows[0].intent.idempotency_key
    assert refused != sent


def key_of(request: bytes) -> str:
    return next(
        line.partition(b": ")[2].decode()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"idempotency-key: ")
    )


@pytest.mark.matrix(row=14, kinds=KINDS)
def test_a_second_refusal_ends_it(app_rig: Rig, kind: OperationKind) -> None:
    movement = app_rig.prepare(kind)

    with app_rig.proxy.breaking(REFUSED), pytest.raises(AuthenticationFailed):
        movement.make()

    assert (app_rig.proxy.hits, renewals(app_rig)) == (2, 1)
    assert movement.states == [OperationState.FAILED]
    movement.is_unmoved()
    movement.comes_right()


@pytest.mark.matrix(row=14, kinds=KINDS)
def test_a_merchants_own_key_that_is_refused_is_not_tried_again(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)

    with rig.proxy.breaking(REFUSED), pytest.raises(AuthenticationFailed):
        movement.make()

    assert rig.proxy.hits == 1
    assert movement.states == [OperationState.FAILED]
    movement.comes_right()


@pytest.mark.matrix(row=14, kinds=TAKES)
def test_a_refusal_does_not_end_an_unknown_outcome(
    app_rig: Rig, kind: OperationKind
) -> None:
    movement = app_rig.prepare(kind)
    faults = chain([breaks.lose_answer()], repeat(REFUSED))

    with (
        app_rig.proxy.breaking(lambda exchange: next(faults)(exchange)),
        pytest.raises(OutcomeUnknown),
    ):
        movement.make()

    assert movement.times_moved == 1
    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()
