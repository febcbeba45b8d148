"""Text from outside that no ledger has room for: refused in a sentence, before money."""

from dataclasses import replace

import pytest

from payment_hooks import (
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    hookimpl,
)
from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.intents import name_found
from payment_hooks.model.kinds import LONGEST
from payment_hooks.model.saved_cards import SavedSource, SaveSourceRequest
from payment_hooks.storefront.saved_cards import MemorySavedCards
from payment_hooks.testing import FakeProvider

DUE = Money(1000, "USD")
FITS, TOO_LONG = "é" * LONGEST, "é" * (LONGEST + 1)


class WordyProvider(FakeProvider):
    """Gives ids that are longer than any provider's."""

    longer = ""

    def _add(self, *arguments, **named):
        made = super()._add(*arguments, **named)
        made = replace(made, transaction_id=made.transaction_id + self.longer)
        self.ledger = {made.transaction_id: made}
        return made

    @hookimpl
    def payment_start_checkout(self, request):
        page = super().payment_start_checkout(request)
        return replace(page, session_id=page.session_id + self.longer)

    @hookimpl
    def payment_save_source(self, request):
        saved = super().payment_save_source(request)
        return replace(saved, source_id=saved.source_id + self.longer)


@pytest.fixture
def fake():
    return WordyProvider()


@pytest.fixture
def payments(fake):
    return Payments.using(fake)


@pytest.fixture
def paid(payments):
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    return payment


def test_the_name_of_an_intent_has_a_limit(payments, paid, fake):
    part = Money(100, "USD")

    with pytest.raises(InvalidRequest, match=r"intent_id has 256 .* 255"):
        payments.refund(paid.payment_id, part, intent_id=TOO_LONG)

    assert "payment_refund" not in fake.calls
    assert payments.refund(paid.payment_id, part, intent_id=FITS).moved == part


def test_a_reference_has_a_limit(payments):
    with pytest.raises(InvalidRequest, match=r"reference has 256 .* 255"):
        payments.open(TOO_LONG, mode=Mode.IFRAME, amount_due=DUE)

    assert payments.open(FITS, mode=Mode.IFRAME, amount_due=DUE).reference == FITS


def test_an_owner_of_cards_has_a_limit():
    saved = SavedSource(source_id="s-1")

    with pytest.raises(InvalidRequest, match=r"owner has 256 .* 255"):
        MemorySavedCards().keep(TOO_LONG, "M1", saved)


def test_a_charge_whose_id_cannot_be_kept_stays_unknown(payments, fake):
    fake.longer = TOO_LONG
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)

    with pytest.raises(OutcomeUnknown, match="transaction_id of 258 characters"):
        payments.charge(payment.payment_id, PaymentSource(token="tok-1"))

    assert payments.get(payment.payment_id).state is PaymentState.OPEN
    assert payments.operations(payment.payment_id)[0].state.is_open


def test_a_page_whose_id_cannot_be_kept_is_not_handed_out(payments, fake):
    fake.longer = TOO_LONG
    payment = payments.open("100123", mode=Mode.HOSTED, amount_due=DUE)

    with pytest.raises(ProviderUnavailable, match="session_id"):
        payments.start_checkout(payment.payment_id)


def test_a_card_whose_id_cannot_be_kept_is_not_saved(payments, fake):
    fake.longer = "x" * LONGEST
    source = PaymentSource(token="tok-1")

    with pytest.raises(ProviderUnavailable, match="source_id"):
        payments.save_source(SaveSourceRequest(source=source, email="a@shop.example"))


def test_a_longest_id_is_found_again_by_reconciliation(payments):
    assert name_found("T1") == "found T1"
    assert len(name_found(FITS)) <= LONGEST
    assert name_found(FITS) != name_found("x" + FITS[1:])
