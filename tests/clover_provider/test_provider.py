"""The hooks, on canned answers and against the simulator over HTTP."""

import importlib.util
import json
import pickle
from datetime import UTC, datetime

import pluggy
import pytest

from clover_provider import CloverConfig, CloverProvider, MemoryKeyStore, plugin
from clover_simulator.shopper import APPROVED_CARD
from payment_hooks import (
    AuthenticationFailed,
    CaptureRequest,
    CardDetails,
    CardFields,
    CardForm,
    CheckoutRequest,
    ConfigurationError,
    DeclineCode,
    InvalidRequest,
    KeyConflict,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    PluginRegistry,
    ProviderHooks,
    ProviderUnavailable,
    RateLimited,
    Redirect,
    RefundRequest,
    RetrieveRequest,
    RetryRequest,
    ReturnUrls,
    TransactionKind,
    UnsupportedOperation,
    VoidRequest,
    WebhookRejected,
    WebhookRequest,
)
from payment_hooks.spec import provider as spec
from tests.clover_provider.badserver import http_answer, resetting, serving

CHARGE = "ABCDEFGHJKMN1"
DECLINED_CARD = "4005571702222222"


def usd(cents):
    return Money(cents, "USD")


def refund_of(cents, charge_id=CHARGE):
    return RefundRequest(transaction_id=charge_id, amount=usd(cents), reference="7")


def void_of(cents, charge_id=CHARGE):
    return VoidRequest(transaction_id=charge_id, amount=usd(cents), reference="7")


def capture_of(cents, charge_id=CHARGE):
    return CaptureRequest(
        transaction_id=charge_id,
        amount=usd(cents),
        reference="7",
        shopper_ip="203.0.113.7",
        idempotency_key="key-2",
    )


def checkout_in(mode, **changes):
    urls = ReturnUrls(success="https://a.example/ok", failure="https://a.example/no")
    fields = {"amount": usd(2599), "reference": "7", "return_urls": urls}
    return CheckoutRequest(mode=mode, **fields | changes)


def a_card(number=APPROVED_CARD):
    return CardDetails(number=number, exp_month=12, exp_year=2099, cvc="123")


def test_it_answers_every_provider_hook(config):
    registry = PluginRegistry()
    registry.register(CloverProvider(config), "clover")

    provider_hooks = [name for name in vars(spec) if name.startswith("payment_")]
    assert len(provider_hooks) == 16
    for name in provider_hooks:
        assert getattr(registry.hook, name).get_hookimpls(), name


def test_registering_does_not_ask_for_the_configuration():
    def config():
        raise ConfigurationError("not yet")

    gateway = ProviderHooks.to(CloverProvider(config))

    with pytest.raises(ConfigurationError, match="not yet"):
        gateway.retrieve(RetrieveRequest(transaction_id=CHARGE))


def test_a_charge_goes_to_the_ecommerce_service_once(answering, canned, ask_for):
    provider, transport = answering((200, canned("charge")))

    charge = provider.payment_charge(ask_for(shopper_ip="203.0.113.7"))

    (call,) = transport.calls
    assert (call.method, call.url) == (
        "POST",
        "https://scl-sandbox.dev.clover.com/v1/charges",
    )
    assert call.bearer.reveal() == "private-key-of-the-tests"
    assert call.idempotency_key == "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10"
    assert call.headers == {"x-forwarded-for": "203.0.113.7"}
    assert call.moves_money
    assert call.body["capture"] is True
    assert (charge.kind, charge.amount) == (TransactionKind.CHARGE, usd(2599))


def test_an_authorization_reserves_only(answering, canned, ask_for):
    provider, transport = answering((200, canned("authorization_thin")))

    authorized = provider.payment_authorize(ask_for())

    assert transport.calls[0].body["capture"] is False
    assert authorized.kind is TransactionKind.AUTHORIZATION


def test_money_taken_where_it_should_be_reserved_is_an_unknown_outcome(
    answering, canned, ask_for
):
    provider, _ = answering((200, canned("charge")))

    with pytest.raises(OutcomeUnknown, match="is a charge, not what was asked"):
        provider.payment_authorize(ask_for())


def test_a_charge_that_says_failed_is_a_decline(answering, canned, ask_for):
    body = canned("charge", status="failed", paid=False, failure_code="expired_card")
    provider, _ = answering((200, body))

    with pytest.raises(PaymentDeclined) as caught:
        provider.payment_charge(ask_for())

    assert caught.value.decline_code is DeclineCode.EXPIRED_CARD
    assert caught.value.transaction_id == CHARGE


def test_a_decline_names_reason_and_attempt(answering, canned, ask_for):
    provider, _ = answering((402, canned("declined")))

    with pytest.raises(PaymentDeclined, match="Do not honor") as caught:
        provider.payment_charge(ask_for())

    assert caught.value.transaction_id == "ABCDEFGHJKMN9"


@pytest.mark.parametrize("body", [b"", b"null", b"<html>", b"[]", b"{}", b'{"id":"C1"'])
def test_a_200_without_a_charge_is_an_unknown_outcome(answering, ask_for, body):
    provider, _ = answering((200, body))

    with pytest.raises(OutcomeUnknown):
        provider.payment_charge(ask_for())


def close(sock):
    sock.close()


def reset(sock):
    resetting(sock, b"")


@pytest.mark.parametrize("end", [close, reset], ids=["closed", "reset"])
def test_an_answer_cut_at_any_byte_is_an_unknown_outcome(
    configure, canned, ask_for, end
):
    whole = http_answer(json.dumps(canned("charge")).encode(), "X-Request-Id: req-1")
    cuts = [*range(0, len(whole), 16), len(whole) - 1]
    pending = list(cuts)

    def cut(sock, request):
        sock.sendall(whole[: pending.pop(0)])
        end(sock)

    with serving(cut) as url:
        provider = CloverProvider(configure(ENVIRONMENT="local", BASE_URL=url))
        for _ in cuts:
            with pytest.raises(OutcomeUnknown):
                provider.payment_charge(ask_for())
        provider.close()

    assert pending == []


def test_a_capture_goes_out_with_key_and_address(answering, canned):
    provider, transport = answering((200, canned("charge", amount_captured=2000)))

    capture = provider.payment_capture(capture_of(2000))

    (call,) = transport.calls
    assert call.url.endswith(f"/v1/charges/{CHARGE}/capture")
    assert call.body == {"amount": 2000}
    assert call.headers == {"x-forwarded-for": "203.0.113.7"}
    assert call.idempotency_key == "key-2"
    assert call.moves_money
    assert (capture.kind, capture.amount) == (TransactionKind.CAPTURE, usd(2000))


def test_a_refund_looks_first_and_then_sends(answering, canned):
    provider, transport = answering((200, canned("charge")), (200, canned("refund")))

    refund = provider.payment_refund(refund_of(500))

    looked, sent = transport.calls
    assert (looked.method, sent.method) == ("GET", "POST")
    assert sent.url.endswith("/v1/refunds")
    assert sent.body["charge"] == CHARGE
    assert sent.idempotency_key
    assert sent.moves_money
    assert refund.amount == usd(500)


@pytest.mark.parametrize(
    ("cents", "changes"),
    [(2600, {}), (500, {"captured": False}), (500, {"amount_refunded": 2599})],
)
def test_a_refund_that_cannot_be_is_not_sent(answering, canned, cents, changes):
    provider, transport = answering((200, canned("charge", **changes)))

    with pytest.raises(InvalidRequest, match="not sent"):
        provider.payment_refund(refund_of(cents))

    assert [call.method for call in transport.calls] == ["GET"]


def test_a_thin_charge_is_completed_by_its_refunds_before_one_more(answering, canned):
    provider, transport = answering(
        (200, canned("authorization_thin", captured=True)),
        (200, canned("authorization_thin", captured=True)),
        (200, [canned("refund", amount=2500)]),
    )

    with pytest.raises(InvalidRequest, match=r"only 0\.99 USD is left"):
        provider.payment_refund(refund_of(500))

    assert all(call.method == "GET" for call in transport.calls)


def test_a_refund_of_an_unknown_charge_says_where_to_look(answering):
    provider, _ = answering((404, {"error": {"message": "not found"}}))

    with pytest.raises(InvalidRequest, match="compare ENVIRONMENT") as caught:
        provider.payment_refund(refund_of(500))

    assert caught.value.code == "resource_missing"


def test_a_refund_that_the_bank_refuses_is_no_success(answering, canned):
    provider, _ = answering(
        (200, canned("charge")), (200, canned("refund", status="failed"))
    )

    with pytest.raises(PaymentDeclined):
        provider.payment_refund(refund_of(500))


def test_a_void_sends_the_whole(answering, canned):
    provider, transport = answering(
        (200, canned("authorization_thin", amount_refunded=0)), (200, canned("void"))
    )

    void = provider.payment_void(void_of(2599))

    assert "amount" not in transport.calls[1].body
    assert (void.kind, void.amount) == (TransactionKind.VOID, usd(2599))


def test_a_void_of_a_captured_charge_is_not_sent(answering, canned):
    provider, transport = answering((200, canned("charge")))

    with pytest.raises(InvalidRequest, match="refund it"):
        provider.payment_void(void_of(2599))

    assert len(transport.calls) == 1


def test_another_currency_is_refused_unsent(answering, ask_for):
    provider, transport = answering()
    euros = Money(2599, "EUR")

    with pytest.raises(InvalidRequest, match="merchant's currency, USD"):
        provider.payment_charge(ask_for(amount=euros))
    with pytest.raises(InvalidRequest, match="nothing was sent"):
        provider.payment_start_checkout(checkout_in(Mode.IFRAME, amount=euros))

    assert transport.calls == []


def test_a_token_of_another_merchant_is_refused_unsent(answering, ask_for):
    provider, transport = answering()
    source = PaymentSource(token="clv_1", merchant_id="OTHERMERCH001")

    with pytest.raises(InvalidRequest) as caught:
        provider.payment_charge(ask_for(source=source))

    assert caught.value.code == "source_of_another_merchant"
    assert transport.calls == []


@pytest.mark.parametrize("mode", ["iframe", "hosted"])
def test_a_card_outside_mode_api_is_refused_unsent(answering, configure, mode):
    config = configure(MODE=mode, HOSTED_PRIVATE_KEY="h", WEBHOOK_SECRETS="s")
    provider, transport = answering(config=config)

    with pytest.raises(InvalidRequest, match=f"a card in {mode} mode was refused"):
        provider.payment_tokenize(a_card())

    assert transport.calls == []


@pytest.mark.parametrize("mode", [Mode.HOSTED, Mode.API])
def test_a_mode_that_is_not_configured_is_refused_unsent(answering, mode):
    provider, transport = answering()

    with pytest.raises(UnsupportedOperation, match=f"mode {mode} is not configured"):
        provider.payment_start_checkout(checkout_in(mode))

    assert transport.calls == []


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", "en"), ("fr-ca", "fr-CA"), ("en_CA", "en-CA"), ("de", "en")],
)
def test_iframe_mode_needs_no_call_when_the_public_key_is_known(
    answering, asked, shown
):
    provider, transport = answering()

    session = provider.payment_start_checkout(checkout_in(Mode.IFRAME, locale=asked))

    assert session == CardFields(
        script_url="https://checkout.sandbox.dev.clover.com/sdk.js",
        public_key="public-key-of-the-tests",
        merchant_id="TESTMERCH0001",
        locale=shown,
    )
    assert transport.calls == []


def pakms(**changes):
    return {
        "apiAccessKey": "pk",
        "merchantUuid": "TESTMERCH0001",
        "active": True,
    } | changes


def test_an_unknown_public_key_is_fetched_once_and_kept(answering, configure):
    store = MemoryKeyStore()
    config = configure(PUBLIC_KEY=None)
    provider, transport = answering((200, pakms()), config=config, key_store=store)

    for _ in range(2):
        session = provider.payment_start_checkout(checkout_in(Mode.IFRAME))

    (call,) = transport.calls
    assert call.url == "https://scl-sandbox.dev.clover.com/pakms/apikey"
    assert session.public_key == "pk"
    assert store.get("TESTMERCH0001") == "pk"


def test_a_key_store_that_knows_the_key_saves_the_call(answering, configure):
    store = MemoryKeyStore()
    store.put("TESTMERCH0001", "stored")
    provider, transport = answering(config=configure(PUBLIC_KEY=None), key_store=store)

    session = provider.payment_start_checkout(checkout_in(Mode.IFRAME))

    assert session.public_key == "stored"
    assert transport.calls == []


def test_merchants_ids_in_small_letters_are_compared_as_they_are_meant(
    answering, configure, canned, ask_for
):
    provider, _ = answering(
        (200, pakms(merchantUuid="testmerch0001")),
        (200, canned("charge")),
        config=configure(PUBLIC_KEY=None, MERCHANT_ID="testmerch0001"),
    )
    source = PaymentSource(token="clv_1", merchant_id="testmerch0001")

    session = provider.payment_start_checkout(checkout_in(Mode.IFRAME))
    charge = provider.payment_charge(ask_for(source=source))

    assert session.merchant_id == charge.merchant_id == "TESTMERCH0001"


def test_a_private_key_of_another_merchant_shows_with_the_public_key(
    answering, configure
):
    other = pakms(merchantUuid="OTHERMERCH001")
    provider, _ = answering((200, other), config=configure(PUBLIC_KEY=None))

    with pytest.raises(ConfigurationError, match="belongs to another merchant"):
        provider.payment_start_checkout(checkout_in(Mode.IFRAME))


def test_a_page_that_cannot_be_read_took_no_money(answering, configure):
    config = configure(MODE="hosted", HOSTED_PRIVATE_KEY="h", WEBHOOK_SECRETS="s")
    provider, transport = answering((200, {"href": "nowhere"}), config=config)

    with pytest.raises(ProviderUnavailable):
        provider.payment_start_checkout(checkout_in(Mode.HOSTED))

    (call,) = transport.calls
    assert call.bearer.reveal() == "h"
    assert call.headers == {"X-Clover-Merchant-Id": "TESTMERCH0001"}
    assert not call.moves_money


def test_a_configuration_that_is_renewed_is_used_at_once(answering, configure, canned):
    tokens = iter(["first", "second"])
    provider, transport = answering(
        (200, canned("charge")),
        (200, canned("charge")),
        config=lambda: configure(PRIVATE_KEY=None, ACCESS_TOKEN=next(tokens)),
    )

    for _ in range(2):
        provider.payment_retrieve(RetrieveRequest(transaction_id=CHARGE))

    assert [call.bearer.reveal() for call in transport.calls] == ["first", "second"]


def test_a_provider_cannot_be_pickled_and_shows_no_key(config):
    provider = CloverProvider(config)

    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(provider)
    assert "private-key" not in repr(provider)


def test_a_webhook_without_a_signature_is_rejected(configure):
    config = configure(MODE="hosted", HOSTED_PRIVATE_KEY="h", WEBHOOK_SECRETS="s")
    request = WebhookRequest(body=b"{}", headers={}, received_at=datetime.now(UTC))

    with pytest.raises(WebhookRejected):
        CloverProvider(config).payment_read_webhook(request)


def test_the_plugin_is_ready_once_its_variables_are_set(monkeypatch):
    registry = PluginRegistry()
    registry.register(plugin.provider, "clover")
    gateway = ProviderHooks(registry, "clover")
    for name in ("ENVIRONMENT", "MERCHANT_ID", "PRIVATE_KEY", "PUBLIC_KEY"):
        monkeypatch.delenv(f"CLOVER_{name}", raising=False)

    with pytest.raises(ConfigurationError, match="CLOVER_ENVIRONMENT is missing"):
        gateway.start_checkout(checkout_in(Mode.IFRAME))

    monkeypatch.setenv("CLOVER_ENVIRONMENT", "sandbox")
    monkeypatch.setenv("CLOVER_MERCHANT_ID", "TESTMERCH0001")
    monkeypatch.setenv("CLOVER_PRIVATE_KEY", "k")
    monkeypatch.setenv("CLOVER_PUBLIC_KEY", "p")
    assert gateway.merchant_id == "TESTMERCH0001"
    assert gateway.start_checkout(checkout_in(Mode.IFRAME)).public_key == "p"


def test_a_misspelt_hook_would_not_be_registered(config):
    class Typo(CloverProvider):
        payment_chrage = CloverProvider.payment_charge

    with pytest.raises(pluggy.PluginValidationError, match="payment_charge"):
        PluginRegistry().register(Typo(config))


@pytest.fixture
def simulated(provide):
    """A provider on the simulator, without a configured public key."""
    return provide()


@pytest.fixture
def token(clover_simulator):
    def build(number=APPROVED_CARD):
        return PaymentSource(token=clover_simulator.token(number))

    return build


def test_api_mode_from_card_to_refund(simulated, clover_simulator, ask_for):
    source = simulated.payment_tokenize(a_card())
    authorized = simulated.payment_authorize(ask_for(source=source))
    simulated.payment_capture(capture_of(2000, authorized.transaction_id))
    simulated.payment_refund(refund_of(500, authorized.transaction_id))
    simulated.payment_refund(refund_of(1500, authorized.transaction_id))

    (charge,) = clover_simulator.ledger.charges
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (
        2599,
        2000,
        2000,
    )
    assert clover_simulator.count("GET", "/pakms/apikey") == 1
    assert (source.brand, source.last4) == ("VISA", "4242")
    assert source.merchant_id == clover_simulator.merchant.id


def test_the_encryption_key_is_fetched_once(simulated, clover_simulator):
    simulated.payment_tokenize(a_card())
    simulated.payment_tokenize(a_card())

    assert clover_simulator.count("GET", "/assets/keys.json") == 1
    assert clover_simulator.count("POST", "/v1/tokens") == 2


def test_the_card_number_goes_encrypted(answering, configure, simulated):
    key = simulated.payment_start_checkout(checkout_in(Mode.API)).encryption_key
    provider, transport = answering(
        (200, {"TA_PUBLIC_KEY_DEV": key}),
        (200, {"id": "clv_1", "card": {"last4": "4242"}}),
        config=configure(MODE="api", PCI_ATTESTATION="SAQ D"),
    )

    source = provider.payment_tokenize(a_card())

    fetched, sent = transport.calls
    assert fetched.url == "https://checkout.clover.com/assets/keys.json"
    assert sent.url == "https://token-sandbox.dev.clover.com/v1/tokens"
    assert sent.headers == {"apikey": "public-key-of-the-tests"}
    assert not sent.bearer
    assert len(sent.body["card"]["encrypted_pan"]) == 344
    assert APPROVED_CARD not in str(sent.body)
    assert source.token == "clv_1"


def test_without_the_extra_a_card_goes_as_it_is_where_that_is_allowed(
    answering, configure, monkeypatch
):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "cryptography" else find(name),
    )
    provider, transport = answering(
        (200, {"id": "clv_1"}),
        config=configure(
            MODE="api", PCI_ATTESTATION="SAQ D", REQUIRE_ENCRYPTION="false"
        ),
    )

    provider.payment_tokenize(a_card())

    (sent,) = transport.calls
    assert sent.body["card"]["number"] == APPROVED_CARD


def test_a_useless_encryption_key_shows_before_a_card_is_at_hand(answering, configure):
    provider, transport = answering(
        (200, {"TA_PUBLIC_KEY_DEV": "AAAA"}),
        config=configure(MODE="api", PCI_ATTESTATION="SAQ D"),
    )

    with pytest.raises(ConfigurationError, match="encryption key"):
        provider.payment_tokenize(a_card())

    assert len(transport.calls) == 1


def test_the_same_key_charges_once(simulated, clover_simulator, token, ask_for):
    request = ask_for(source=token())

    first = simulated.payment_charge(request)
    again = simulated.payment_retry(RetryRequest(request=request))

    assert again == first
    assert len(clover_simulator.ledger.charges) == 1


def test_a_declined_card_takes_nothing(simulated, clover_simulator, token, ask_for):
    with pytest.raises(PaymentDeclined) as caught:
        simulated.payment_charge(ask_for(source=token(DECLINED_CARD)))

    assert caught.value.transaction_id == clover_simulator.ledger.declined[0].id
    assert clover_simulator.ledger.charges == []


def test_a_used_token_is_a_decline_of_its_own(simulated, token, ask_for):
    source = token()
    simulated.payment_charge(ask_for(source=source))

    with pytest.raises(PaymentDeclined) as caught:
        simulated.payment_charge(ask_for(source=source, idempotency_key="key-2"))

    assert caught.value.decline_code is DeclineCode.SOURCE_ALREADY_USED


def test_a_key_with_another_body_is_a_conflict(simulated, token, ask_for):
    simulated.payment_charge(ask_for(source=token()))

    with pytest.raises(KeyConflict) as caught:
        simulated.payment_charge(ask_for(2600, source=token()))

    assert caught.value.code == "idempotency_error"


TAKEN_OR_NOT = [
    "reset_after",
    "cut",
    "malformed",
    "html",
    "wrong_length",
    "error_after",
]


@pytest.mark.parametrize("action", [*TAKEN_OR_NOT, "reset_before", "error_before"])
def test_a_lost_answer_is_an_unknown_outcome_that_a_replay_resolves(
    simulated, clover_simulator, token, ask_for, action
):
    request = ask_for(source=token())
    clover_simulator.fail("POST", "/v1/charges", action)

    with pytest.raises(OutcomeUnknown):
        simulated.payment_charge(request)
    resolved = simulated.payment_retry(RetryRequest(request=request))

    (charge,) = clover_simulator.ledger.charges
    assert resolved.transaction_id == charge.id


def test_an_answer_after_the_deadline_is_an_unknown_outcome(
    provide, clover_simulator, token, ask_for
):
    clover_simulator.fail("POST", "/v1/charges", "drip", seconds=0.1)

    with pytest.raises(OutcomeUnknown):
        provide(DEADLINE_SECONDS=2).payment_charge(ask_for(source=token()))

    assert len(clover_simulator.ledger.charges) == 1


def test_a_clover_that_is_down_takes_nothing(
    simulated, clover_simulator, token, ask_for
):
    source = token()
    with (
        clover_simulator.refusing_connections(),
        pytest.raises(ProviderUnavailable) as caught,
    ):
        simulated.payment_charge(ask_for(source=source))

    assert caught.value.code == "not_sent"
    assert clover_simulator.ledger.charges == []


def test_too_many_calls_say_when_to_come_back(
    simulated, clover_simulator, token, ask_for
):
    source = token()
    clover_simulator.fail("POST", "/v1/charges", "rate_limit", retry_after=60)

    with pytest.raises(RateLimited) as caught:
        simulated.payment_charge(ask_for(source=source))

    assert caught.value.retry_after_seconds == 60  # beyond the deadline


def test_a_wrong_key_is_distinguished_from_a_failed_payment(provide, token, ask_for):
    with pytest.raises(AuthenticationFailed, match="re-install the app"):
        provide(PRIVATE_KEY="wrong").payment_charge(ask_for(source=token()))


def test_a_void_releases_the_simulators_authorization(
    simulated, clover_simulator, token, ask_for
):
    authorized = simulated.payment_authorize(ask_for(source=token()))

    simulated.payment_void(void_of(2599, authorized.transaction_id))

    assert clover_simulator.ledger.charges[0].state == "voided"
    with pytest.raises(InvalidRequest, match="voided before"):
        simulated.payment_void(void_of(2599, authorized.transaction_id))


def test_a_capture_of_more_than_was_authorized_is_refused(simulated, token, ask_for):
    authorized = simulated.payment_authorize(ask_for(source=token()))

    with pytest.raises(InvalidRequest):
        simulated.payment_capture(capture_of(2600, authorized.transaction_id))


def test_a_second_capture_is_refused_by_its_code(simulated, token, ask_for):
    authorized = simulated.payment_authorize(ask_for(source=token()))
    simulated.payment_capture(capture_of(2000, authorized.transaction_id))

    with pytest.raises(InvalidRequest) as caught:
        simulated.payment_capture(capture_of(599, authorized.transaction_id))

    assert caught.value.code == "charge_already_captured"


@pytest.mark.parametrize("on_v1", [True, False])
def test_a_hosted_payment_is_found_after_the_shopper_paid(
    provide, clover_simulator, on_v1
):
    clover_simulator.switch(hosted_on_v1=on_v1)
    provider = provide(PLATFORM_TOKEN=clover_simulator.merchant.platform_token)

    page = provider.payment_start_checkout(checkout_in(Mode.HOSTED))
    clover_simulator.pay_hosted(page.url)

    assert isinstance(page, Redirect)
    paid_id = clover_simulator.ledger.charges[0].id
    found = provider.payment_retrieve(RetrieveRequest(transaction_id=paid_id))
    assert found.transaction.amount == usd(2599)
    assert found.transaction.kind is TransactionKind.CHARGE


def test_the_shops_own_form_gets_the_keys_it_needs(simulated, clover_simulator):
    form = simulated.payment_start_checkout(checkout_in(Mode.API))

    assert isinstance(form, CardForm)
    assert form.public_key == clover_simulator.merchant.pakms_key
    assert len(form.encryption_key) == 684


def test_the_environment_makes_a_provider(monkeypatch, settings_of, clover_simulator):
    settings = settings_of(clover_simulator, MODES="iframe")
    for name, value in settings.items():
        monkeypatch.setenv(f"CLOVER_{name}", value)

    provider = CloverProvider.from_environ()

    assert (provider.merchant_id, provider.mode) == (settings["MERCHANT_ID"], "iframe")
    assert isinstance(provider.config, CloverConfig)
    provider.close()


def test_a_retry_sends_the_same_request_again(answering, canned, ask_for):
    provider, transport = answering((200, canned("charge")), (200, canned("charge")))

    first = provider.payment_charge(ask_for())
    found = provider.payment_retry(RetryRequest(request=ask_for()))

    sent, again = transport.calls
    assert (again.body, again.headers, again.url) == (sent.body, sent.headers, sent.url)
    assert again.idempotency_key == sent.idempotency_key
    assert (sent.attempt, again.attempt) == (1, 2)
    assert found == first


def test_a_retry_of_an_authorization_does_not_capture(answering, canned, ask_for):
    provider, transport = answering((200, canned("authorization_thin")))

    request = RetryRequest(request=ask_for(), kind=TransactionKind.AUTHORIZATION)
    provider.payment_retry(request)

    assert transport.calls[0].body["capture"] is False


def test_a_retried_decline_is_the_decline(answering, canned, ask_for):
    provider, _ = answering((402, canned("declined")))

    with pytest.raises(PaymentDeclined):
        provider.payment_retry(RetryRequest(request=ask_for()))
