"""What Clover says of itself follows from the merchant's settings, and is kept."""

from datetime import timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider
from payment_hooks import (
    Ability,
    CaptureRequest,
    ConfigurationError,
    Mode,
    Money,
    PaymentSource,
    ProviderHooks,
    RetryRequest,
    SaveSourceRequest,
    TransactionKind,
    UnsupportedOperation,
    VoidRequest,
)

DUE = Money(2599, "USD")


def test_it_names_merchant_modes_currency_and_limit(configure):
    config = configure(CURRENCY="CAD", MODES=["iframe"])

    info = CloverProvider(config).payment_describe()

    assert (info.name, info.merchant_id) == ("clover", "TESTMERCH0001")
    assert (info.modes, info.currencies) == ({Mode.IFRAME}, {"CAD"})
    assert info.limits.most_in("CAD") == Money(99_999_999, "CAD")
    assert info.limits.least_in("CAD") is None
    assert info.limits.refund_window is None
    assert info.limits.authorization_window == timedelta(days=7)


@pytest.mark.parametrize(
    ("environment", "is_test"), [("production", False), ("sandbox", True)]
)
def test_it_says_whether_money_is_real(configure, environment, is_test):
    config = configure(ENVIRONMENT=environment, BASE_URL="")

    assert CloverProvider(config).payment_describe().is_test is is_test


@pytest.mark.parametrize(
    ("modes", "has_secret", "missing"),
    [
        (["iframe", "hosted"], True, {Ability.CAPTURE_ABOVE, Ability.CHALLENGE}),
        (
            ["iframe"],
            False,
            {Ability.CAPTURE_ABOVE, Ability.CHALLENGE, Ability.WEBHOOKS},
        ),
        (
            ["hosted"],
            True,
            {
                Ability.CAPTURE_ABOVE,
                Ability.CHALLENGE,
                Ability.AUTHORIZE,
                Ability.SAVE_CARD,
            },
        ),
    ],
)
def test_its_abilities_follow_from_the_settings(configure, modes, has_secret, missing):
    secrets = {"WEBHOOK_SECRETS": "a-secret"} if has_secret else {}
    config = configure(
        MODE=modes[0], MODES=modes, HOSTED_PRIVATE_KEY="another-private-key", **secrets
    )

    info = CloverProvider(config).payment_describe()

    assert set(Ability) - info.abilities == missing


def test_settings_that_are_read_late_are_described_when_they_are_there():
    environ = {}
    provider = CloverProvider(lambda: CloverConfig.from_environ(environ))
    hooks = ProviderHooks.to(provider)
    with pytest.raises(ConfigurationError):
        _ = hooks.info

    environ |= {
        "CLOVER_ENVIRONMENT": "sandbox",
        "CLOVER_MERCHANT_ID": "TESTMERCH0001",
        "CLOVER_PRIVATE_KEY": "key",
    }

    assert (hooks.name, hooks.merchant_id) == ("clover", "TESTMERCH0001")


@pytest.fixture
def hosted(provide):
    """A merchant who takes cards on Clover's page only."""
    return provide(MODE="hosted", MODES=["hosted"], PCI_ATTESTATION="")


@pytest.fixture
def source(clover_simulator):
    return PaymentSource(token=clover_simulator.token())


def test_on_clovers_page_alone_nothing_is_authorized_and_no_card_saved(
    hosted, source, ask_for, clover_simulator
):
    saving = SaveSourceRequest(source=source, email="ann@shop.example")

    for act in (
        lambda: hosted.payment_authorize(ask_for(source=source)),
        lambda: hosted.payment_save_source(saving),
    ):
        with pytest.raises(UnsupportedOperation, match="add iframe or api") as caught:
            act()
        assert caught.value.code == "mode_not_configured"

    assert clover_simulator.count("POST", "/v1/*") == 0


def test_what_was_authorized_before_the_mode_changed_is_captured_and_voided(
    provide, hosted, ask_for, clover_simulator
):
    before = provide()
    made = [
        before.payment_authorize(
            ask_for(
                source=PaymentSource(token=clover_simulator.token()),
                idempotency_key=key,
            )
        )
        for key in ("key-1", "key-2")
    ]
    ids = [row.transaction_id for row in made]

    taken = hosted.payment_capture(
        CaptureRequest(
            transaction_id=ids[0], amount=DUE, reference="1", shopper_ip="203.0.113.7"
        )
    )
    released = hosted.payment_void(
        VoidRequest(transaction_id=ids[1], amount=DUE, reference="1")
    )

    assert taken.captured == DUE
    assert released.kind is TransactionKind.VOID


def test_an_authorization_whose_answer_was_lost_is_still_found_by_its_key(
    provide, hosted, source, ask_for
):
    request = ask_for(source=source)
    first = provide().payment_authorize(request)

    again = hosted.payment_retry(
        RetryRequest(request=request, kind=TransactionKind.AUTHORIZATION)
    )

    assert again.transaction_id == first.transaction_id


@pytest.mark.parametrize(("modes", "asks"), [(["iframe"], True), (["hosted"], False)])
def test_it_asks_the_shopper_where_cards_are_charged_with_3_d_secure(
    configure, modes, asks
):
    config = configure(
        MODE=modes[0],
        MODES=modes,
        HOSTED_PRIVATE_KEY="another-private-key",
        WEBHOOK_SECRETS="a-secret",
        THREE_D_SECURE=True,
    )

    info = CloverProvider(config).payment_describe()

    assert info.can(Ability.CHALLENGE) is asks
