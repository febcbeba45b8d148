"""The conformance kit of adapters: a shop to drive, every check is inherited."""

import pytest

from payment_hooks.model.errors import ProviderUnavailable
from payment_hooks.model.kinds import TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.testing.shop_bench import (
    DUE,
    SECRET,
    TEN,
    ShopBench,
    at_once,
    begin,
    last,
    lose_the_answer,
    lose_the_refund,
    open_page,
    pay_on_page,
    returned,
    taken,
)

CARD, OTHER_CARD, BAD_CARD = "tok-1", "tok-2", "decline-1"
CHALLENGED_CARD = "challenge-1"
NO_MONEY = (
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
    TransactionStatus.VOIDED,
)
"""How a movement ends that brought nothing, whatever it was before."""


class AdapterKit:
    """All that an adapter must do; subclass it in a test module.

    class TestOurShop(AdapterKit):
        @pytest.fixture
        def shop(self):
            return OurShopOnFakeProvider()

    `shop` gives a fresh `ShopBench`. Nothing here names a vendor or a framework.
    """

    @pytest.fixture
    def checkout(self, shop: ShopBench) -> str:
        """A checkout that is ready to be paid, and whose page the shopper has seen."""
        return begin(shop)

    def test_what_is_paid_is_charged_once_and_placed_once(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """And with exactly what is due."""
        shop.submit(checkout, CARD)

        assert taken(shop) == [DUE]
        assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    def test_a_form_sent_twice_is_one_payment(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """A reload, a double click, a proxy that tries again."""
        for _ in range(2):
            shop.submit(checkout, CARD)

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_another_card_for_what_is_paid_is_not_charged(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """A second tab with another card."""
        shop.submit(checkout, CARD)
        shop.submit(checkout, OTHER_CARD)

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_many_submits_at_once_are_one_payment(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Several threads submit the same form at the same moment."""
        at_once(lambda: shop.submit(checkout, CARD))
        shop.later()

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)
        assert shop.state(checkout) == "paid"

    def test_a_decline_takes_nothing_and_leaves_the_checkout_open(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """And no order is placed."""
        shop.submit(checkout, BAD_CARD)

        assert (taken(shop), shop.orders(checkout)) == ([], 0)
        assert shop.state(checkout) == "open"

    def test_after_a_decline_another_card_pays(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The decline's key is spent, so the second card needs one of its own."""
        shop.submit(checkout, BAD_CARD)
        shop.submit(checkout, CARD)

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_a_shopper_who_has_to_answer_the_bank_has_not_paid(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """3-D Secure: no order is placed, and nobody is invited to pay once more."""
        shop.submit(checkout, CHALLENGED_CARD)

        assert (taken(shop), shop.orders(checkout)) == ([], 0)
        assert shop.state(checkout) == "checking"

    def test_what_the_bank_was_answered_is_placed_without_the_shopper(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Whoever answered the bank has paid, also where no browser comes back."""
        shop.submit(checkout, CHALLENGED_CARD)

        shop.provider.pass_challenge(last(shop))
        shop.later()

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)
        assert shop.state(checkout) == "paid"

    def test_another_card_in_place_of_an_answer_pays_once(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The first card is charged no more, whatever the bank is answered later."""
        shop.submit(checkout, CHALLENGED_CARD)
        waiting = last(shop)
        shop.submit(checkout, OTHER_CARD)
        shop.later()

        ended = shop.provider.ledger[waiting].status
        assert len(taken(shop)) <= 1
        if taken(shop):
            assert (ended in NO_MONEY, shop.orders(checkout)) == (True, 1)

    def test_what_was_not_sent_may_be_sent_again(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Nothing was taken, so the shopper is asked to try again."""
        shop.provider.fail("payment_charge", ProviderUnavailable("refused"))
        shop.submit(checkout, CARD)

        assert shop.state(checkout) == "open"
        shop.submit(checkout, CARD)
        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_a_lost_answer_is_never_called_open(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The money may be taken: whoever is invited to pay again pays twice."""
        lose_the_answer(shop)
        shop.submit(checkout, CARD)

        assert shop.state(checkout) in ("checking", "paid")

    def test_a_submit_while_an_answer_is_missing_takes_nothing_more(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """With whatever card."""
        lose_the_answer(shop)
        shop.submit(checkout, CARD)
        lose_the_answer(shop)
        shop.submit(checkout, OTHER_CARD)

        assert taken(shop) == [DUE]

    def test_a_lost_answer_is_found_without_the_shopper(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """No request, no session: the order is placed from what was written down."""
        lose_the_answer(shop)
        shop.submit(checkout, CARD)

        shop.provider.mend()
        shop.later()

        assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    def test_a_charge_that_needs_time_is_neither_paid_nor_open(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The bank says pending: it has taken nothing so far, and may any moment."""
        shop.provider.next_status = TransactionStatus.PENDING
        shop.submit(checkout, CARD)

        assert (shop.state(checkout), shop.orders(checkout)) == ("checking", 0)

        shop.provider.become(last(shop), TransactionStatus.SUCCEEDED)
        shop.later()
        assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    @pytest.mark.parametrize("status", NO_MONEY)
    def test_a_charge_that_failed_after_all_may_be_paid_again(
        self, shop: ShopBench, checkout: str, status: TransactionStatus
    ) -> None:
        """What is found is not what was taken: its status decides."""
        shop.provider.next_status = TransactionStatus.PENDING
        shop.submit(checkout, CARD)
        shop.provider.become(last(shop), status)
        shop.later()

        assert (shop.state(checkout), shop.orders(checkout)) == ("open", 0)
        shop.submit(checkout, OTHER_CARD)
        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_looking_again_changes_nothing(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Completion that runs twice once refunded good orders."""
        shop.submit(checkout, CARD)
        for _ in range(3):
            shop.later()

        assert (taken(shop), returned(shop)) == ([DUE], [])
        assert shop.orders(checkout) == 1

    def test_an_order_that_could_not_be_placed_is_placed_later(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The mail server is down, say; the money is kept and the shopper not asked."""
        shop.break_next_order()
        shop.submit(checkout, CARD)
        assert shop.state(checkout) != "open"

        shop.later()

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    def test_an_amount_that_was_not_shown_is_not_taken(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The server's own amount is due, and the shopper sees it before it is taken."""
        shop.reprice(checkout, TEN)
        shop.submit(checkout, CARD)

        assert (taken(shop), shop.state(checkout)) == ([], "open")

        shop.show(checkout)
        shop.submit(checkout, CARD)
        assert taken(shop) == [TEN]

    def test_what_was_added_unseen_is_not_charged(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """By another tab, say: its goods are paid for and ordered, or neither."""
        shop.add(checkout)
        shop.submit(checkout, CARD)

        assert taken(shop) in ([], [DUE])

        shop.show(checkout)
        shop.submit(checkout, CARD)
        assert taken(shop) == [shop.ordered(checkout)]

    def test_what_is_added_while_it_is_charged_is_not_ordered(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """A request that came before it was held may write after that."""
        shop.provider.during("payment_charge", lambda: shop.add(checkout))
        shop.submit(checkout, CARD)
        shop.later()

        assert (taken(shop), shop.ordered(checkout)) == ([DUE], DUE)
        assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    def test_what_is_added_while_unknown_is_not_ordered(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The background orders what was agreed, as it was written down."""
        lose_the_answer(shop)
        shop.submit(checkout, CARD)
        shop.add(checkout)
        shop.provider.mend()
        shop.later()

        assert (taken(shop), shop.ordered(checkout)) == ([DUE], DUE)

    def test_a_refund_form_sent_twice_is_one_refund(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """The form's id says so."""
        shop.submit(checkout, CARD)
        for _ in range(2):
            shop.refund(checkout, TEN, "form-1")

        assert returned(shop) == [TEN]

    def test_a_refund_whose_answer_was_lost_is_made_once(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Staff sends the form again, and the background looks for the first one."""
        shop.submit(checkout, CARD)
        lose_the_refund(shop)
        shop.refund(checkout, TEN, "form-1")
        shop.provider.mend()
        shop.later()
        shop.refund(checkout, TEN, "form-1")

        assert (returned(shop), shop.state(checkout)) == ([TEN], "paid")

    def test_two_refund_forms_are_two_refunds(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Of equal amounts, too."""
        shop.submit(checkout, CARD)
        for form in ("form-1", "form-2"):
            shop.refund(checkout, TEN, form)

        assert returned(shop) == [TEN, TEN]
        assert shop.state(checkout) == "paid"

    def test_no_more_is_refunded_than_was_taken(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Not by one form, and not by three."""
        shop.submit(checkout, CARD)
        for form in ("form-1", "form-2", "form-3"):
            shop.refund(checkout, TEN, form)

        assert returned(shop) == [TEN, TEN]

    def test_a_refund_form_without_a_sum_gives_nothing_back(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Zero is an amount, and not a word for all of it."""
        shop.submit(checkout, CARD)
        shop.refund(checkout, Money(0, DUE.currency), "form-1")

        assert (returned(shop), shop.state(checkout)) == ([], "paid")

    def test_who_may_not_refund_gives_nothing_back(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """A button that is hidden stops nobody: the form is refused as well."""
        shop.submit(checkout, CARD)
        shop.refund_by_stranger(checkout, TEN, "form-1")

        assert (returned(shop), shop.state(checkout)) == ([], "paid")

    def test_a_forged_webhook_is_refused(self, shop: ShopBench, checkout: str) -> None:
        """With 400: nothing that the provider could send again would help."""
        shop.submit(checkout, CARD)
        shop.provider.secret = SECRET
        forged = shop.provider.message(last(shop), secret="another one")  # noqa: S106 - of the tests

        assert shop.deliver(forged) == 400

    def test_a_webhook_without_effect_is_asked_for_again(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """With 503, until it has taken effect; its money counts once."""
        shop.submit(checkout, CARD)
        shop.provider.secret = SECRET
        message = shop.provider.message(last(shop))
        shop.provider.fail("payment_read_webhook", ProviderUnavailable("away"))

        assert [shop.deliver(message) for _ in range(2)] == [503, 200]
        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)

    @pytest.fixture
    def session(self, shop: ShopBench, checkout: str) -> str:
        """The provider's page of the checkout, which the shopper is on."""
        return open_page(shop, checkout)

    def test_a_page_that_is_opened_twice_is_one_page(
        self, shop: ShopBench, checkout: str, session: str
    ) -> None:
        """Two of them could both be paid; a shop may show its own page instead."""
        assert shop.open_page(checkout) in (session, "")

    def test_a_page_is_paid_by_the_message_before_the_browser_is_back(
        self, shop: ShopBench, checkout: str, session: str
    ) -> None:
        """And the message comes twice; it is one order."""
        message = pay_on_page(shop, session)

        assert [shop.deliver(message) for _ in range(2)] == [200, 200]
        assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    def test_a_page_whose_shopper_never_comes_back_becomes_an_order(
        self, shop: ShopBench, checkout: str, session: str
    ) -> None:
        """Also where it could not be placed when the message came."""
        shop.break_next_order()
        shop.deliver(pay_on_page(shop, session))
        shop.later()

        assert (taken(shop), shop.orders(checkout)) == ([DUE], 1)
        assert shop.state(checkout) == "paid"

    def test_a_page_that_is_paid_after_it_was_given_up_is_not_paid_again(
        self, shop: ShopBench, checkout: str, session: str
    ) -> None:
        """It cannot be called back: its money is ordered for, or a person must look."""
        shop.give_up(checkout)
        assert shop.state(checkout) == "open"

        assert shop.deliver(pay_on_page(shop, session)) == 200
        shop.later()

        assert shop.state(checkout) != "open"
        assert shop.orders(checkout) <= 1

    def test_a_forged_message_of_a_page_orders_nothing(
        self, shop: ShopBench, checkout: str, session: str
    ) -> None:
        """The shopper may know the page's session, and nobody knows the secret."""
        pay_on_page(shop, session)
        forged = shop.provider.message(last(shop), session, secret="mine")  # noqa: S106 - of the tests

        assert (shop.deliver(forged), shop.orders(checkout)) == (400, 0)

    def test_there_is_an_order_or_the_money_goes_back_never_both(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """It was refunded while its order could not be placed."""
        for _ in range(2):  # the submit may try twice
            shop.break_next_order()
        shop.submit(checkout, CARD)
        before = shop.orders(checkout)
        shop.refund(checkout, DUE, "form-1")
        shop.later()

        is_placed_since = shop.orders(checkout) > before
        assert not (is_placed_since and returned(shop))

    def test_what_the_shopper_is_shown_holds_no_token(
        self, shop: ShopBench, checkout: str
    ) -> None:
        """Neither after a payment nor after a decline."""
        token = "tok-that-nobody-may-see"  # noqa: S105 - a card token of the tests
        shown = [
            shop.submit(checkout, f"decline-{token}"),
            shop.submit(checkout, token),
        ]

        assert token not in repr(shown)
