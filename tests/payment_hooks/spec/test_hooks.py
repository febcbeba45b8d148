"""Each hook, asked through the gateway as adapters ask it."""

from datetime import UTC, datetime

import pytest

from payment_hooks import (
    CaptureRequest,
    CardDetails,
    CardFields,
    CardForm,
    CheckoutRequest,
    EventKind,
    FindRequest,
    FindResult,
    InvalidRequest,
    ListRequest,
    Mode,
    Money,
    PaymentRequest,
    PaymentSource,
    ProviderHooks,
    Redirect,
    RefundRequest,
    RetrieveRequest,
    RetrieveResult,
    RetryRequest,
    ShopHooks,
    TransactionKind,
    VoidRequest,
    WebhookEvent,
    WebhookRequest,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

AMOUNT = Money(2599, "USD")


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def gateway(fake):
    return ProviderHooks.to(fake)


def pay_request(**changes):
    values = {"source": PaymentSource(token="tok"), "reference": "1"}
    return PaymentRequest(amount=AMOUNT, **values | changes)


def test_payment_tokenize_gives_a_source_without_the_card(gateway):
    number = "4242424242424242"
    card = CardDetails(number=number, exp_month=1, exp_year=2099, cvc="123")

    source = gateway.tokenize(card)

    assert source.last4 == "4242"
    assert number not in source.token


def test_payment_authorize_reserves_the_amount(gateway):
    authorized = gateway.authorize(pay_request())

    assert (authorized.kind, authorized.amount) == (
        TransactionKind.AUTHORIZATION,
        AMOUNT,
    )
    assert authorized.captured is None


def test_payment_charge_takes_the_amount_once_per_key(gateway, fake):
    request = pay_request()

    first, second = gateway.charge(request), gateway.charge(request)

    assert first == second
    assert (first.kind, first.captured) == (TransactionKind.CHARGE, AMOUNT)
    assert len(fake.ledger) == 1


def test_payment_capture_takes_a_part_of_what_was_reserved(gateway):
    authorized = gateway.authorize(pay_request())
    part = Money(500, "USD")

    taken = gateway.capture(
        CaptureRequest(
            transaction_id=authorized.transaction_id, amount=part, reference="1"
        )
    )

    assert (taken.kind, taken.amount) == (TransactionKind.CAPTURE, part)


def test_payment_refund_names_the_charge_it_belongs_to(gateway):
    charge = gateway.charge(pay_request())

    refund = gateway.refund(
        RefundRequest(
            transaction_id=charge.transaction_id, amount=AMOUNT, reference="1"
        )
    )

    assert refund.kind is TransactionKind.REFUND
    assert refund.parent_id == charge.transaction_id


def test_payment_void_names_the_authorization_it_releases(gateway):
    authorized = gateway.authorize(pay_request())

    void = gateway.void(
        VoidRequest(
            transaction_id=authorized.transaction_id, amount=AMOUNT, reference="1"
        )
    )

    assert (void.kind, void.parent_id) == (
        TransactionKind.VOID,
        authorized.transaction_id,
    )


@pytest.mark.parametrize(
    ("mode", "step"),
    [(Mode.HOSTED, Redirect), (Mode.IFRAME, CardFields), (Mode.API, CardForm)],
)
def test_payment_start_checkout_gives_the_step_of_the_mode(gateway, mode, step):
    session = gateway.start_checkout(
        CheckoutRequest(amount=AMOUNT, reference="1", mode=mode)
    )

    assert type(session) is step
    assert session.mode is mode


WINDOW = {
    "since": datetime(2026, 1, 1, tzinfo=UTC),
    "until": datetime(2126, 1, 1, tzinfo=UTC),
}


def test_payment_retrieve_reads_one_transaction_with_its_refunds(gateway):
    charge = gateway.charge(pay_request())
    gateway.charge(pay_request())
    refund = gateway.refund(
        RefundRequest(
            transaction_id=charge.transaction_id,
            amount=Money(100, "USD"),
            reference="7",
        )
    )

    alone, whole = (
        gateway.retrieve(
            RetrieveRequest(
                transaction_id=charge.transaction_id, with_refunds=with_refunds
            )
        )
        for with_refunds in (False, True)
    )

    assert alone == RetrieveResult(transaction=charge)
    assert whole == RetrieveResult(transaction=charge, refunds=(refund,), complete=True)


def test_payment_find_finds_by_our_id(gateway):
    charge = gateway.charge(pay_request(operation_id="ours-7"))

    found = gateway.find(FindRequest(operation_id="ours-7", **WINDOW))

    assert found == FindResult(transaction=charge, complete=True)


def test_payment_list_lists_all_that_was_made(gateway):
    charges = tuple(gateway.charge(pay_request()) for _ in range(2))

    listed = gateway.list(ListRequest(**WINDOW))

    assert (listed.transactions, listed.complete) == (charges, True)


def test_payment_retry_gives_the_first_answer_again(gateway, fake):
    request = pay_request()
    charge = gateway.charge(request)

    assert gateway.retry(RetryRequest(request=request)) == charge
    assert list(fake.ledger) == [charge.transaction_id]


def test_payment_retry_sends_what_can_be_sent_again():
    with pytest.raises(InvalidRequest, match="a capture is not sent again"):
        RetryRequest(request=pay_request(), kind=TransactionKind.CAPTURE)


def test_payment_retrieve_and_payment_find_can_prove_absence(gateway):
    retrieved = gateway.retrieve(RetrieveRequest(transaction_id="never-made"))
    found = gateway.find(FindRequest(operation_id="never-made", **WINDOW))

    assert (retrieved, found) == (RetrieveResult(), FindResult(complete=True))
    assert retrieved.proves_absence


def test_payment_read_webhook_gets_the_bytes_as_they_came():
    class Provider:
        @hookimpl
        def payment_read_webhook(self, request):
            self.body = request.body
            return WebhookEvent(
                kind=EventKind.PAYMENT,
                event_id="e1",
                provider="p",
                merchant_id="M1",
                transaction_id="C1",
                approved=True,
                occurred_at=request.received_at,
            )

    provider, body = Provider(), b'{ "spaces":\t"kept" }'
    webhook = WebhookRequest(body=body, headers={}, received_at=datetime.now(UTC))

    event = ProviderHooks.to(provider).read_webhook(webhook)

    assert (event.event_id, provider.body) == ("e1", body)


def test_shop_amount_due_is_asked_with_the_reference(fake):
    class Shop:
        @hookimpl
        def shop_amount_due(self, reference):
            return AMOUNT if reference == "100123" else None

    shops = ShopHooks.to(Shop())

    assert shops.amount_due("100123") == AMOUNT
    assert shops.amount_due("100124") is None


def test_shop_payment_changed_reaches_every_shop(make_payments, registry, shop):
    class Mailer:
        def __init__(self):
            self.mails = []

        @hookimpl
        def shop_payment_changed(self, event):
            self.mails.append(event.payment.state)

    mailer = Mailer()
    registry.register(mailer)
    payments = make_payments()
    payment = payments.open("1", mode=Mode.IFRAME)

    payments.charge(payment.payment_id, PaymentSource(token="tok"))
    payments.notify(payment.payment_id)

    assert mailer.mails == ["paid"]
    assert len(shop.notified) == 1
