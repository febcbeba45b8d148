"""Cards that customers keep: chosen for a payment, saved before it, forgotten."""

import pytest

from payment_hooks import (
    CardDetails,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    Payments,
    PaymentSource,
    ProviderUnavailable,
)
from payment_hooks.storefront.progress import attempt, begin, pay
from payment_hooks.storefront.saleor_payload import Entry
from payment_hooks.storefront.saved_cards import (
    MemorySavedCards,
    choose_source,
    forget_source,
    note_card,
)
from payment_hooks.testing import FakeProvider

DUE = Money.of("25.99", "USD")
CARD = CardDetails(number="4242424242424242", exp_month=1, exp_year=2099, cvc="123")


@pytest.fixture
def provider():
    return FakeProvider()


@pytest.fixture
def payments(provider):
    return Payments.using(provider)


@pytest.fixture
def saved_cards():
    return MemorySavedCards()


@pytest.fixture
def submit(payments, saved_cards):
    """One submit of a shopper, as every adapter makes it."""

    def run(
        entry, reference="1", owner="ann", mode=Mode.IFRAME, saved_cards=saved_cards
    ):
        def act():
            payment = begin(payments, reference, mode=mode, amount_due=DUE, context={})
            source = choose_source(
                payments,
                payment,
                entry,
                saved_cards=saved_cards,
                owner=owner,
                email="ann@shop.example",
                save=entry.save,
            )
            progress = pay(payments, payment, source)
            note_card(saved_cards, source, progress.money)
            return progress

        return attempt(act)

    return run


def entry(token="tok-1", **options):
    return Entry(
        source=PaymentSource(token=token, brand="VISA", last4="4242"), **options
    )


def test_a_card_is_saved_and_pays_again(submit, saved_cards, payments, provider):
    first = submit(entry(save=True))
    (kept,) = saved_cards.list("ann", provider.merchant_id)
    second = submit(Entry(saved_id=kept.public_id), reference="2")

    assert first.money.moved == second.money.moved == DUE
    assert (kept.brand, kept.last4) == ("VISA", "4242")
    assert kept.public_id not in provider.saved
    assert len(provider.ledger) == 2


@pytest.mark.parametrize(
    ("options", "owner"), [({}, "ann"), ({"save": True}, ""), ({"save": False}, "")]
)
def test_nothing_is_kept_unasked_or_for_a_guest(submit, provider, options, owner):
    submit(entry(**options), owner=owner)

    assert provider.saved == {}


def test_a_shop_without_saved_cards_keeps_nothing(submit, provider):
    paid = submit(entry(save=True), saved_cards=None)
    refused = submit(Entry(saved_id="x"), reference="2", saved_cards=None)

    assert paid.money is not None
    assert provider.saved == {}
    assert refused.refusal.code == "owner_missing"


def test_another_customers_card_is_not_there(submit, saved_cards, provider):
    submit(entry(save=True))
    (kept,) = saved_cards.list("ann", provider.merchant_id)
    refused = submit(Entry(saved_id=kept.public_id), reference="2", owner="bob")

    assert refused.refusal.code == "saved_source_unknown"
    assert saved_cards.list("bob", provider.merchant_id) == ()
    assert saved_cards.list("", provider.merchant_id) == ()
    assert saved_cards.list("ann", "ANOTHERMERCHANT") == ()


def test_no_card_is_saved_while_an_earlier_charge_has_an_unknown_outcome(
    submit, provider
):
    provider.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("lost"))
    first = submit(entry())
    provider.fail("payment_find", OutcomeUnknown("lost"))
    second = submit(entry("tok-2", save=True))
    third = submit(Entry(card=CARD))

    assert first.is_unknown
    assert second.is_unknown
    assert third.is_unknown
    assert provider.saved == {}
    assert "payment_tokenize" not in provider.calls
    assert len(provider.ledger) == 1


def test_a_card_that_cannot_be_saved_is_not_charged(submit, provider):
    refused = submit(entry("decline-1", save=True))

    assert isinstance(refused.refusal, PaymentDeclined)
    assert provider.ledger == {}


def test_a_paid_payment_and_a_page_need_no_source(submit, provider):
    submit(entry())
    again = submit(entry("tok-2", save=True))
    page = submit(entry("tok-3", save=True), reference="2", mode=Mode.HOSTED)

    assert again.money is not None
    assert page.next_action is not None
    assert provider.saved == {}


def test_the_charge_says_what_no_one_said_of_the_card(submit, saved_cards, provider):
    submit(Entry(source=PaymentSource(token="tok-1"), save=True))
    (kept,) = saved_cards.list("ann", provider.merchant_id)

    saved_cards.describe(next(iter(provider.saved)), "VISA", "4242")
    (said,) = saved_cards.list("ann", provider.merchant_id)
    saved_cards.describe(next(iter(provider.saved)), "AMEX", "0005")

    assert kept.last4 in ("", "4242")
    assert (said.brand, said.last4) == ("VISA", "4242")
    assert saved_cards.list("ann", provider.merchant_id) == (said,)


def test_a_forgotten_card_is_gone_from_both(submit, saved_cards, payments, provider):
    submit(entry(save=True))
    (kept,) = saved_cards.list("ann", provider.merchant_id)
    with pytest.raises(InvalidRequest):
        forget_source(payments, saved_cards, "bob", kept.public_id)
    forget_source(payments, saved_cards, "ann", kept.public_id)

    assert provider.saved == {}
    assert saved_cards.list("ann", provider.merchant_id) == ()
    with pytest.raises(InvalidRequest):
        forget_source(payments, saved_cards, "ann", kept.public_id)


def test_a_card_that_the_provider_did_not_remove_stays(
    submit, saved_cards, payments, provider
):
    submit(entry(save=True))
    (kept,) = saved_cards.list("ann", provider.merchant_id)
    provider.fail("payment_remove_source", ProviderUnavailable("away"))
    with pytest.raises(ProviderUnavailable):
        forget_source(payments, saved_cards, "ann", kept.public_id)

    assert saved_cards.list("ann", provider.merchant_id) == (kept,)


def test_what_a_shopper_sees_of_a_card_is_not_what_can_be_charged(submit, saved_cards):
    submit(entry(save=True))

    assert "saved-" not in repr(saved_cards.list("ann", "FAKEMERCHANT1"))
