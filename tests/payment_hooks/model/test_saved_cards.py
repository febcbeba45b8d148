"""Cards on file: what may be saved, what is shown, and who can charge it."""

import pytest

from payment_hooks import (
    InvalidRequest,
    Mode,
    Money,
    PaymentDeclined,
    PaymentRequest,
    Payments,
    PaymentSource,
    ProviderHooks,
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
    UnsupportedOperation,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

CARD = "4242424242424242"
SECRET = "canary-source-id"


def a_source(**changes):
    values = {"token": "tok-1", "brand": "VISA", "last4": "4242", "exp_month": 12}
    return PaymentSource(**values | {"exp_year": 2099} | changes)


def a_request(**changes):
    values = {"source": a_source(), "email": "buyer@shop.example"}
    return SaveSourceRequest(**values | changes)


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def payments(fake):
    return Payments.using(fake)


def charge(gateway, source):
    request = PaymentRequest(amount=Money(500, "USD"), source=source, reference="7")
    return gateway.charge(request)


def test_payment_save_source_keeps_what_may_be_shown(payments):
    saved = payments.save_source(a_request())

    assert (saved.brand, saved.last4) == ("VISA", "4242")
    assert (saved.exp_month, saved.exp_year) == (12, 2099)
    assert saved.merchant_id == "FAKEMERCHANT1"


def test_a_card_on_file_pays_two_orders(payments, fake):
    saved = payments.save_source(a_request())

    for order in ("100123", "100124"):
        due = Money(2599, "USD")
        payment = payments.open(order, mode=Mode.IFRAME, amount_due=due)
        payments.charge(payment.payment_id, saved.as_source())

    assert len(fake.ledger) == 2


def test_payment_remove_source_forgets_the_card(payments):
    saved = payments.save_source(a_request())
    request = RemoveSourceRequest(source_id=saved.source_id)

    assert payments.remove_source(request) is True
    assert payments.remove_source(request) is True
    with pytest.raises(InvalidRequest, match="no such card"):
        charge(payments.provider, saved.as_source())


def test_a_declined_card_is_not_saved(payments, fake):
    with pytest.raises(PaymentDeclined):
        payments.save_source(a_request(source=a_source(token="decline-1")))

    assert fake.saved == {}


def test_an_id_that_comes_as_a_fresh_token_is_refused(payments):
    saved = payments.save_source(a_request())

    with pytest.raises(InvalidRequest, match="no such card"):
        charge(payments.provider, PaymentSource(token=saved.source_id))


def test_the_saved_source_charges_what_was_saved():
    saved = SavedSource(source_id=SECRET, brand="VISA", merchant_id="M1")

    source = saved.as_source()

    assert (source.token, source.is_saved) == (SECRET, True)
    assert (source.brand, source.merchant_id) == ("VISA", "M1")


def test_no_repr_shows_the_id_or_the_shopper():
    saved = SavedSource(source_id=SECRET)
    removal = RemoveSourceRequest(source_id=SECRET)
    request = a_request(source=a_source(token=SECRET), name="Ada Buyer")

    shown = f"{saved!r} {saved.as_source()!r} {removal!r} {request!r}"

    assert not [text for text in (SECRET, "Ada", "shop.example") if text in shown]


@pytest.mark.parametrize("source_id", ["", "two words", "a\nb", CARD])
def test_what_is_no_id_is_refused_without_repeating_it(source_id):
    for kind in (SavedSource, RemoveSourceRequest):
        with pytest.raises(InvalidRequest, match="payment_save_source gave") as caught:
            kind(source_id=source_id)

        assert caught.value.code == "source_id_invalid"
        assert not source_id or source_id not in str(caught.value)


@pytest.mark.parametrize("email", ["", "nobody", "@host", "user@", "a b@c", "a@b\n"])
def test_a_card_is_saved_under_an_email_address(email):
    with pytest.raises(InvalidRequest) as caught:
        a_request(email=email)

    assert caught.value.code == "email_invalid"


@pytest.mark.parametrize("field", ["name", "reference"])
def test_a_card_number_is_no_name(field):
    with pytest.raises(InvalidRequest) as caught:
        a_request(**{field: CARD})

    assert caught.value.code == "card_instead_of_text"


def test_a_saved_source_is_not_saved_again():
    saved = SavedSource(source_id=SECRET)

    with pytest.raises(InvalidRequest) as caught:
        a_request(source=saved.as_source())

    assert caught.value.code == "source_already_saved"


def test_a_provider_without_the_hooks_says_so():
    class Bank:
        name = "bank"

    gateway = ProviderHooks.to(Bank())

    with pytest.raises(UnsupportedOperation, match="payment_save_source"):
        gateway.save_source(a_request())
    with pytest.raises(UnsupportedOperation, match="payment_remove_source"):
        gateway.remove_source(RemoveSourceRequest(source_id=SECRET))


def test_a_removal_that_did_not_happen_is_reported_as_it_is():
    class Bank:
        name = "bank"

        @hookimpl
        def payment_remove_source(self, request):
            return False

    request = RemoveSourceRequest(source_id=SECRET)

    assert ProviderHooks.to(Bank()).remove_source(request) is False
