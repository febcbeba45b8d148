"""One card number and a few keys are followed through everything that shows things."""

import copy
import http.client
import json
import logging
import pickle
import re
import traceback
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_provider.config import Secret
from clover_provider.wire.json_strict import Fields
from clover_provider.wire.message import Answer, Call
from clover_provider.wire.redact import redact, safe_text
from clover_simulator.shopper import APPROVED_CARD
from payment_hooks import (
    CaptureRequest,
    CardDetails,
    CheckoutRequest,
    ListRequest,
    Mode,
    Money,
    PaymentError,
    PaymentRequest,
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
from tests.clover_provider.badserver import (
    answering as answering_with,
)
from tests.clover_provider.badserver import (
    http_answer,
    resetting,
    serving,
)
from tests.clover_provider.canaries import everything_about as everything_of
from tests.clover_provider.canaries import found_in

DUE = Money(2599, "USD")
CVC = "8237"
PAN = "371449635398431"
PRIVATE = "canary-private-key"
TOKEN = "clv_1TSTScanaryCANARYcanary00"
SECRETS = (PAN, PRIVATE, TOKEN, "canary-hosted", "canary-webhook", "canary-v3")


def assert_clean(text):
    found = [secret for secret in SECRETS if secret in text]
    without_addresses = re.sub(r"0x[0-9a-f]+", "", text)  # they may hold any digits
    found += re.findall(rf"(?<![\d.]){CVC}(?!\d)", without_addresses)
    assert not found


def test_the_search_finds_what_is_planted():
    with pytest.raises(AssertionError):
        assert_clean(f"...{PAN}...")


@pytest.fixture
def merchant(configure):
    """Builds the configuration of a merchant all of whose keys are canaries."""

    def build(url):
        return configure(
            ENVIRONMENT="local",
            BASE_URL=url,
            MODE="api",
            PCI_ATTESTATION="SAQ D",
            REQUIRE_ENCRYPTION=False,
            PRIVATE_KEY=PRIVATE,
            HOSTED_PRIVATE_KEY="canary-hosted",
            WEBHOOK_SECRETS=["canary-webhook"],
            PLATFORM_TOKEN="canary-v3",
            DEADLINE_SECONDS=0.5,
        )

    return build


def a_card():
    return CardDetails(number=PAN, exp_month=12, exp_year=2099, cvc=CVC)


def an_error(act):
    with pytest.raises((PaymentError, Exception)) as caught:
        act()
    return caught.value


def everything_about(error):
    """All that a log, an error page or an error tracker could show of it."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    parts = ["".join(shown.format()), repr(error), str(error), str(vars(error))]
    parts.append(pickle.dumps(error).decode("latin-1"))
    while error is not None:
        parts += [repr(error), str(getattr(error, "request", "")), str(error.args)]
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def repeating(sock, request):
    """Refuses what came, and repeats it, head first."""
    said = json.dumps({"error": {"code": "x", "message": request.decode()}})
    sock.sendall(http_answer(said.encode(), status="400 Bad Request"))


ENDINGS = {
    "a refusal that repeats the request": repeating,
    "reset": resetting,
    "a page of a gateway": answering_with(
        http_answer(f"<html>{PAN} {TOKEN}</html>".encode(), status="502 Bad Gateway")
    ),
    "a refusal that repeats the card": answering_with(
        http_answer(
            f'{{"error":{{"code":"x","message":"{PAN} and {TOKEN}"}}}}'.encode(),
            status="400 Bad Request",
        )
    ),
    "a decline": answering_with(
        http_answer(
            f'{{"error":{{"code":"card_declined","charge":"{TOKEN}"}}}}'.encode(),
            status="402 Payment Required",
        )
    ),
    "a charge that cannot be read": answering_with(
        http_answer(f'{{"id":"C1","source":{{"id":"{TOKEN}"}}}}'.encode())
    ),
    "a redirect": answering_with(
        http_answer(b"", f"Location: https://x/{TOKEN}", status="302 Found")
    ),
    "a wrong key": answering_with(
        http_answer(PRIVATE.encode(), status="401 Unauthorized")
    ),
}


@pytest.mark.parametrize("handler", ENDINGS.values(), ids=ENDINGS.keys())
def test_no_ending_of_a_charge_shows_key_or_token(merchant, ask_for, handler, caplog):
    caplog.set_level(logging.DEBUG)
    request = ask_for(source=PaymentSource(token=TOKEN))
    with serving(handler) as url:
        provider = CloverProvider(merchant(url))

        error = an_error(lambda: ProviderHooks.to(provider).charge(request))

        provider.close()
    assert_clean(everything_about(error))
    assert_clean(str([vars(record) for record in caplog.records]))


@pytest.mark.parametrize("handler", ENDINGS.values(), ids=ENDINGS.keys())
def test_no_ending_of_a_tokenization_shows_the_card(merchant, handler, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(handler) as url:
        provider = CloverProvider(merchant(url))

        error = an_error(lambda: ProviderHooks.to(provider).tokenize(a_card()))

        provider.close()
    assert_clean(everything_about(error))
    assert_clean(str([vars(record) for record in caplog.records]))


@pytest.mark.parametrize("handler", ENDINGS.values(), ids=ENDINGS.keys())
def test_no_ending_of_a_look_up_shows_a_key(merchant, handler):
    with serving(handler) as url:
        provider = CloverProvider(merchant(url))
        request = RetrieveRequest(transaction_id="C1")

        error = an_error(lambda: provider.payment_retrieve(request))

        provider.close()
    assert_clean(everything_about(error))


def test_a_whole_sale_logs_and_shows_nothing_secret(
    provide, clover_simulator, ask_for, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    provider = provide()
    card = CardDetails(number=APPROVED_CARD, exp_month=12, exp_year=2099, cvc="123")

    source = provider.payment_tokenize(card)
    charge = provider.payment_charge(ask_for(source=source))

    merchant = clover_simulator.merchant
    secrets = (APPROVED_CARD, source.token, merchant.private_key)
    logged = str([vars(record) for record in caplog.records])
    out, err = capfd.readouterr()
    shown = logged + out + err + repr(charge) + str(charge.raw) + repr(provider)
    shown += pickle.dumps(charge).decode("latin-1") + repr(copy.deepcopy(charge))
    assert not [secret for secret in secrets if secret in shown]


def test_debugging_of_the_standard_library_prints_no_call(
    provide, clover_simulator, ask_for, monkeypatch, capfd
):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    source = PaymentSource(token=clover_simulator.token())
    capfd.readouterr()

    provide().payment_charge(ask_for(source=source))

    assert "".join(capfd.readouterr()) == ""


def test_configuration_provider_and_calls_print_masked(merchant):
    config = merchant("http://127.0.0.1:1")
    call = Call(
        method="POST",
        url="http://127.0.0.1:1",
        path="/",
        action="test",
        body={"source": TOKEN},
        headers={"apikey": "canary-hosted"},
        bearer=Secret(PRIVATE),
    )
    answer = Answer(call=call, status=200, body=Fields(id=TOKEN))

    shown = f"{config!r}{config}{CloverProvider(config)!r}{call!r}{answer!r}"
    assert_clean(shown + repr([answer.fields, [answer.body]]) + str(answer.fields))


def test_a_wrong_setting_is_named_without_its_value(configure):
    for changes in ({"PRIVATE_KEY": f"{PRIVATE} "}, {"MERCHANT_ID": PRIVATE}):
        error = an_error(lambda changes=changes: configure(**changes))
        assert_clean(str(error))


def test_what_is_kept_of_an_answer_is_listed_not_guessed(canned):
    body = canned(
        "charge",
        new_field="canary",
        metadata={"operation": "op-1", "note": "canary"},
        status=["not", "text"],
    )

    kept = redact(body)

    assert kept["id"] == "ABCDEFGHJKMN1"
    assert kept["metadata"] == {"operation": "op-1"}
    assert kept["source"]["last4"] == "4242"
    assert "status" not in kept
    assert_clean(str(kept))
    for hidden in ("canary", "424242", "12207", "clv_"):
        assert hidden not in str(kept)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Do not honor", "Do not honor"),
        ("card 4242 4242 4242 4242 refused", "card [digits] refused"),
        ("4242-4242-4242-4242", "[digits]"),
        (f"token {TOKEN} used", "token [token] used"),
        ("a\r\nb\x00c", "a  b c"),
        ("x" * 500, "x" * 200),
        ("ref 600100501880", "ref 600100501880"),
        (None, "None"),
    ],
)
def test_texts_of_clovers_are_masked_and_cut(text, shown):
    assert safe_text(text) == shown


def test_a_card_number_cannot_hide_at_the_cut():
    assert "4242" not in safe_text("x" * 190 + "4242424242424242")


def test_an_environment_is_not_echoed(monkeypatch):
    monkeypatch.setenv("CLOVER_ENVIRONMENT", "sandbox")
    monkeypatch.setenv("CLOVER_MERCHANT_ID", "TESTMERCH0001")
    monkeypatch.setenv("CLOVER_PRIVATE_KEY", f"{PRIVATE}\n")

    error = an_error(CloverConfig.from_environ)

    assert_clean(everything_about(error))


def everything_the_shop_does(provider, simulator):
    """Each thing that a shop asks Clover for, with a card and a token of its own."""
    asked = ProviderHooks.to(provider)
    card = CardDetails(number=APPROVED_CARD, exp_month=12, exp_year=2099, cvc=CVC[:3])
    source = PaymentSource(token=simulator.token())
    following = {"transaction_id": "ABCDEFGHJKMN1", "amount": DUE, "reference": "1"}
    page = {"success": "https://a.example", "failure": "https://a.example"}
    payment = {"amount": DUE, "source": source, "reference": "1"}
    saved = SavedSource(source_id="CUSTQ4W7ERT2Y.CARDZ8X5CVB1N")
    since = datetime.now(UTC) - timedelta(minutes=1)
    return source.token, {
        "charge": lambda: asked.charge(PaymentRequest(**payment)),
        "authorize": lambda: asked.authorize(PaymentRequest(**payment)),
        "charge again": lambda: asked.charge(
            PaymentRequest(**payment | {"source": saved.as_source()})
        ),
        "capture": lambda: asked.capture(CaptureRequest(**following)),
        "refund": lambda: asked.refund(RefundRequest(**following)),
        "void": lambda: asked.void(VoidRequest(**following)),
        "tokenize": lambda: asked.tokenize(card),
        "save": lambda: asked.save_source(
            SaveSourceRequest(source=source, email="a@b.example")
        ),
        "remove": lambda: asked.remove_source(
            RemoveSourceRequest(source_id=saved.source_id)
        ),
        "hosted page": lambda: asked.start_checkout(
            CheckoutRequest(
                amount=DUE,
                reference="1",
                mode=Mode.HOSTED,
                return_urls=ReturnUrls(**page),
            )
        ),
        "list": lambda: asked.list(
            ListRequest(since=since, until=since + timedelta(days=1))
        ),
    }


@pytest.mark.parametrize("status", [400, 402, 500])
@pytest.mark.parametrize("form", ["plain", "spaced", "json", "base64", "url", "all"])
def test_a_clover_that_echoes_every_request_makes_no_one_show_one(
    provide, clover_simulator, caplog, status, form
):
    caplog.set_level(logging.DEBUG)
    provider = provide()
    token, acts = everything_the_shop_does(provider, clover_simulator)
    acts["tokenize"]()  # it knows the public keys from here on
    # A list whose filter is refused is asked for once more.
    clover_simulator.fail(
        "*", "*", "echo_request", form=form, status=status, times=len(acts) + 1
    )
    merchant = clover_simulator.merchant
    secrets = (
        APPROVED_CARD,
        token,
        merchant.private_key,
        merchant.hosted_private_key,
        "CUSTQ4W7ERT2Y",
        "CARDZ8X5CVB1N",
    )

    for name, act in acts.items():
        error = an_error(act)

        assert isinstance(error, PaymentError), name
        assert found_in(everything_of(error), secrets) == [], name
        # The key of the call is in the text, and its digits are no secret.
        assert CVC[:3] not in re.sub(r"[0-9a-f]{8}-[0-9a-f-]+", "", error.message), name
    logged = str([vars(record) for record in caplog.records])
    assert found_in(logged, secrets) == []


def test_digits_of_other_scripts_are_masked_too():
    arabic = PAN.translate({ord("0") + n: 0x0660 + n for n in range(10)})

    assert safe_text(f"card {arabic} is stolen") == "card [digits] is stolen"
