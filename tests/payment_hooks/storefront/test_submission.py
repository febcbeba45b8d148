"""The front door: a submit from the browser's data to its money, a page or a refusal."""

from dataclasses import replace
from threading import Thread

import pytest

from payment_hooks import (
    BadInput,
    CardDetails,
    CardFields,
    Challenge,
    ChargeDetails,
    CheckoutRequest,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    Purchase,
    PurchaseKind,
    Redirect,
    ReturnUrls,
    ShopHooks,
    WrongState,
    hookimpl,
)
from payment_hooks.storefront import (
    Entry,
    MemorySavedCards,
    OfferedGateway,
    Submission,
    begin_submitted,
    read_purchase_id,
    refuse_part,
    submit,
)

DUE = Money.of("25.99", "USD")
CARD = Entry(source=PaymentSource(token="tok-good"))
NO_CARD = Entry(source=PaymentSource(token="decline-1"))
BACK = "https://shop.example/done"
PURCHASE = Purchase(
    purchase_id="7",
    kind=PurchaseKind.CHECKOUT,
    reference="100123",
    amount_due=DUE,
    customer_id="customer 1",
    context={"language": "fr"},
)


@pytest.fixture
def asked(payments):
    """A submit of a card that is good."""
    return Submission(
        payments=payments,
        reference="100123",
        amount_due=DUE,
        mode=Mode.IFRAME,
        entry=CARD,
    )


@pytest.fixture
def for_purchase(payments):
    """A submit for `PURCHASE`, in whichever mode is offered."""
    offer = OfferedGateway(payments, modes=(Mode.IFRAME, Mode.HOSTED))

    def make(entry, purchase=PURCHASE, **options):
        hosts = ("shop.example",)
        return Submission.for_purchase(
            offer, purchase, entry, return_hosts=hosts, **options
        )

    return make


def taken(provider):
    return [row.captured for row in provider.ledger.values() if row.captured]


def test_a_card_brings_the_money_and_the_shop_is_notified(asked, shop, provider):
    progress = submit(asked)

    assert progress.money.moved == DUE
    assert (taken(provider), len(shop.notified)) == ([DUE], 1)


def test_a_submit_sent_twice_is_one_payment(asked, provider):
    first, second = submit(asked), submit(asked)

    assert first.money.transaction_id == second.money.transaction_id
    assert taken(provider) == [DUE]


def test_a_shop_that_writes_first_is_notified_later(asked, shop, payments):
    progress = submit(replace(asked, notify=False))

    assert shop.notified == []
    payments.notify(progress.payment.payment_id)
    assert len(shop.notified) == 1


def test_what_is_only_reserved_is_not_captured(asked, provider):
    progress = submit(replace(asked, capture=False))

    assert progress.money.kind == "authorize"
    assert taken(provider) == []


def test_without_a_card_the_browser_is_asked_for_one(asked):
    assert isinstance(submit(replace(asked, entry=Entry())).next_action, CardFields)


def test_a_decline_is_an_answer_and_another_card_may_follow(asked, provider):
    refused = submit(replace(asked, entry=NO_CARD))

    assert isinstance(refused.refusal, PaymentDeclined)
    assert submit(asked).money is not None
    assert taken(provider) == [DUE]


def test_a_typed_card_is_tokenized_on_the_way(asked, provider):
    card = CardDetails(
        number="4242424242424242", exp_month=12, exp_year=2099, cvc="123"
    )
    progress = submit(replace(asked, mode=Mode.API, entry=Entry(card=card)))

    assert progress.money is not None
    assert provider.calls.count("payment_tokenize") == 1


def test_a_saved_card_is_described_by_its_first_charge(asked, payments):
    saved_cards = MemorySavedCards()
    kept = replace(
        asked,
        entry=replace(CARD, save=True),
        saved_cards=saved_cards,
        owner="customer 1",
        details=ChargeDetails(shopper_email="ann@shop.example"),
    )

    money = submit(kept).money

    (card,) = saved_cards.list("customer 1", payments.merchant_id)
    assert card.last4 == money.details.get("last4", "")


def test_a_page_is_opened_with_the_url_that_was_kept(asked):
    seen = []

    def page(payment, return_url):
        seen.append(return_url)
        urls = ReturnUrls(success=return_url, failure=return_url)
        return CheckoutRequest(
            amount=payment.amount_due,
            reference=payment.reference,
            mode=payment.mode,
            return_urls=urls,
        )

    hosted = replace(asked, mode=Mode.HOSTED, page=page)
    first = submit(replace(hosted, entry=Entry(return_url=BACK)))
    again = submit(replace(hosted, entry=Entry()))

    assert isinstance(first.next_action, Redirect)
    assert again.next_action == first.next_action
    assert seen == [BACK, BACK]


def test_two_clicks_at_once_lead_to_one_page(asked, provider):
    """The second one comes while the first is opening it, and waits for that."""
    hosted, seen = replace(asked, mode=Mode.HOSTED, entry=Entry()), []
    second = Thread(target=lambda: seen.append(submit(hosted)))

    def click_again():
        second.start()
        second.join(0.3)

    provider.during("payment_start_checkout", click_again)
    first = submit(hosted)
    second.join(10)

    assert seen[0].next_action == first.next_action
    assert isinstance(first.next_action, Redirect)


def test_a_page_that_cannot_be_made_is_a_refusal(asked, provider):
    def page(payment, return_url):
        raise InvalidRequest("no way back", code="return_url_missing")

    progress = submit(replace(asked, mode=Mode.HOSTED, page=page))

    assert progress.refusal.code == "return_url_missing"
    assert "payment_start_checkout" not in provider.calls


def test_the_same_key_gets_the_first_decline_again(asked, provider):
    sent = replace(asked, entry=NO_CARD, idempotency_key="key 1")
    submit(sent)

    again = submit(replace(sent, entry=CARD))

    assert isinstance(again.refusal, PaymentDeclined)
    assert taken(provider) == []


def test_a_key_of_another_amount_is_refused(asked):
    sent = replace(asked, idempotency_key="key 1")
    submit(sent)

    with pytest.raises(BadInput) as refused:
        submit(replace(sent, amount_due=Money.of("30.00", "USD")))

    assert (refused.value.code, refused.value.field) == (
        "key_reused",
        "idempotency_key",
    )


@pytest.mark.parametrize("key", ["4242424242424242", "x" * 513, "a\nb"])
def test_what_can_be_no_key_is_refused(asked, key):
    with pytest.raises(BadInput, match="printable"):
        replace(asked, idempotency_key=key)


def test_a_shop_that_does_not_hold_what_is_paid_for_keeps_the_card_unsent(
    asked, provider
):
    def hold(payment):
        raise WrongState("the basket has changed", code="basket_changed")

    progress = submit(replace(asked, hold=hold))

    assert progress.refusal.code == "basket_changed"
    assert "payment_charge" not in provider.calls


def test_beginning_sends_nothing(asked, provider):
    payment = begin_submitted(replace(asked, context={"cart": 7}))

    assert payment.context["cart"] == 7
    assert provider.calls == []


def test_a_purchase_is_held_and_found_again(for_purchase, payments, registry):
    held = []

    class Holding:
        @hookimpl
        def shop_hold_purchase(self, request):
            held.append((request.purchase.purchase_id, request.caller))

    shop = ShopHooks.to(Holding())
    progress = submit(for_purchase(CARD, caller="a request", shop=shop))

    payment = payments.get(progress.payment.payment_id)
    assert held == [("7", "a request")]
    assert read_purchase_id(payment) == (PurchaseKind.CHECKOUT, "7")
    assert payment.context["language"] == "fr"


def test_a_payment_of_no_purchase_names_none(asked):
    assert read_purchase_id(begin_submitted(asked)) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://shop.example@evil.example/",
        "http://shop.example/",
        "javascript:alert(1)",
        "//shop.example/",
        "https://[",
    ],
)
def test_nobody_is_led_away_from_the_shop(for_purchase, url):
    with pytest.raises(BadInput) as refused:
        for_purchase(Entry(mode=Mode.HOSTED, return_url=url))

    assert refused.value.code == "return_url_foreign"


def test_a_mode_that_is_not_offered_is_refused(for_purchase):
    with pytest.raises(BadInput, match="use iframe or hosted"):
        for_purchase(Entry(mode=Mode.API))


def test_a_payment_is_continued_with_a_card_for_the_amount_it_was_begun_with(
    for_purchase, payments, provider
):
    payment = submit(for_purchase(Entry())).payment
    dearer = replace(PURCHASE, amount_due=Money.of("30.00", "USD"))

    with pytest.raises(BadInput, match=r"25\.99 USD"):
        for_purchase(CARD, purchase=dearer, payment=payment)

    assert submit(for_purchase(CARD, payment=payment)).money.moved == DUE


def test_a_payment_that_is_looked_at_takes_no_card(for_purchase, payments, provider):
    payment = submit(for_purchase(CARD)).payment
    other = Entry(source=PaymentSource(token="tok-other"), mode=Mode.API)

    progress = submit(for_purchase(other, payment=payment))

    assert progress.money.moved == DUE
    assert taken(provider) == [DUE]


def test_an_unknown_outcome_is_found_by_the_next_look(for_purchase, provider):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("reset"))
    unknown = submit(for_purchase(CARD))

    found = submit(for_purchase(Entry(), payment=unknown.payment))

    assert unknown.is_unknown
    assert found.money.moved == DUE


@pytest.mark.parametrize("amount", ["25.98", "1e99", "25.999"])
def test_a_purchase_is_paid_as_a_whole(amount):
    with pytest.raises(BadInput) as refused:
        refuse_part(amount, DUE)

    assert refused.value.field == "amount"


@pytest.mark.parametrize("amount", ["25.99", None])
def test_the_whole_may_be_named(amount):
    assert refuse_part(amount, DUE) is None


class TestAChallenge:
    """A shopper who has to answer the bank before the money moves."""

    CARD = Entry(source=PaymentSource(token="challenge-1"))

    def test_it_is_what_the_browser_does_next(self, asked, provider):
        progress = submit(replace(asked, entry=self.CARD))

        assert isinstance(progress.next_action, Challenge)
        assert progress.refusal is None
        assert taken_now(provider) == []

    def test_the_answer_pays(self, asked, provider):
        challenge = submit(replace(asked, entry=self.CARD)).next_action

        answer = Entry(answer=provider.answer(challenge))
        progress = submit(replace(asked, entry=answer))

        assert progress.money.moved == DUE
        assert taken_now(provider) == [DUE]

    def test_turning_back_is_a_decline_after_which_another_card_pays(
        self, asked, provider
    ):
        submit(replace(asked, entry=self.CARD))

        refused = submit(replace(asked, entry=Entry(turned_back=True)))
        paid = submit(asked)

        assert isinstance(refused.refusal, PaymentDeclined)
        assert paid.money.moved == DUE
        assert taken_now(provider) == [DUE]

    def test_coming_back_without_anything_shows_it_again(self, asked):
        challenge = submit(replace(asked, entry=self.CARD)).next_action

        assert submit(replace(asked, entry=Entry())).next_action == challenge

    def test_coming_back_after_the_bank_went_on_is_paid(self, asked, provider):
        challenge = submit(replace(asked, entry=self.CARD)).next_action
        provider.pass_challenge(challenge.transaction_id)

        assert submit(replace(asked, entry=Entry())).money.moved == DUE

    def test_an_answer_continues_the_payment_that_is_named(
        self, for_purchase, provider
    ):
        begun = submit(for_purchase(self.CARD))
        answer = Entry(answer=provider.answer(begun.next_action))

        progress = submit(for_purchase(answer, payment=begun.payment))

        assert progress.money.moved == DUE

    def test_an_answer_after_the_amount_changed_charges_nothing(
        self, for_purchase, provider
    ):
        begun = submit(for_purchase(self.CARD))
        answer = Entry(answer=provider.answer(begun.next_action))
        dearer = replace(PURCHASE, amount_due=Money.of("30.00", "USD"))

        with pytest.raises(BadInput):
            for_purchase(answer, dearer, payment=begun.payment)

        paid = submit(for_purchase(CARD, dearer))
        assert paid.money.moved == dearer.amount_due
        assert taken_now(provider) == [dearer.amount_due]

    def test_a_challenge_of_another_amount_is_not_handed_out_again(self, for_purchase):
        begun = submit(for_purchase(self.CARD))
        dearer = replace(PURCHASE, amount_due=Money.of("30.00", "USD"))

        with pytest.raises(BadInput, match="begun with"):
            submit(for_purchase(Entry(), dearer, payment=begun.payment))

    def test_turning_back_is_allowed_whatever_is_due(self, for_purchase):
        begun = submit(for_purchase(self.CARD))
        dearer = replace(PURCHASE, amount_due=Money.of("30.00", "USD"))

        asked = for_purchase(Entry(turned_back=True), dearer, payment=begun.payment)

        assert isinstance(submit(asked).refusal, PaymentDeclined)

    def test_another_card_may_be_saved_while_it_waits(self, asked, provider):
        submit(replace(asked, entry=self.CARD))
        cards = MemorySavedCards()

        entry = replace(CARD, save=True)
        paid = submit(
            replace(
                asked,
                entry=entry,
                saved_cards=cards,
                owner="7",
                details=ChargeDetails(shopper_email="a@b.example"),
            )
        )

        assert paid.money.moved == DUE
        assert len(cards.list("7", provider.merchant_id)) == 1


def taken_now(provider):
    rows = provider.ledger.values()
    return [row.captured for row in rows if row.captured and row.status == "succeeded"]
