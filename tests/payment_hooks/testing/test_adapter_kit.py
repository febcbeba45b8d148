"""The kit finds what is wrong with an adapter, and nothing wrong with a right one."""

import inspect

import pytest

from payment_hooks.testing import AdapterKit
from payment_hooks.testing.shop_bench import begin, open_page
from tests.payment_hooks.testing import small_shops as shops

FOUND_BY = {
    shops.PaysPastPayments: "test_a_form_sent_twice_is_one_payment",
    shops.CallsAnUnknownOutcomeADecline: "test_a_lost_answer_is_never_called_open",
    shops.PlacesWithoutBeingNotified: "test_what_is_paid_is_charged_once_and_placed_once",
    shops.ForgetsTheBackground: "test_a_lost_answer_is_found_without_the_shopper",
    shops.NamesEachSubmitAnew: "test_another_card_for_what_is_paid_is_not_charged",
    shops.RemembersTheFirstPrice: "test_an_amount_that_was_not_shown_is_not_taken",
    shops.TakesWhatIsDueUnseen: "test_an_amount_that_was_not_shown_is_not_taken",
    shops.TakesWhatTheFormSays: "test_an_amount_that_was_not_shown_is_not_taken",
    shops.ShowsAgainOnlyWhatGotCheaper: "test_what_was_added_unseen_is_not_charged",
    shops.OrdersTheCart: "test_what_is_added_while_it_is_charged_is_not_ordered",
    shops.OrdersTheCartInTheBackground: "test_what_is_added_while_unknown_is_not_ordered",
    shops.RefundsUnderNewNames: "test_a_refund_form_sent_twice_is_one_refund",
    shops.ForgetsWhichFormWasSent: ("test_a_refund_whose_answer_was_lost_is_made_once"),
    shops.RefundsByAmount: "test_two_refund_forms_are_two_refunds",
    shops.RefundsAllForNothing: "test_a_refund_form_without_a_sum_gives_nothing_back",
    shops.LetsEverybodyRefund: "test_who_may_not_refund_gives_nothing_back",
    shops.ThanksForForgeries: "test_a_webhook_without_effect_is_asked_for_again",
    shops.AsksForForgeriesAgain: "test_a_forged_webhook_is_refused",
    shops.PlacesWhatWasGivenBack: (
        "test_there_is_an_order_or_the_money_goes_back_never_both"
    ),
    shops.SwallowsItsOwnFailure: "test_an_order_that_could_not_be_placed_is_placed_later",
    shops.ShowsTheToken: "test_what_the_shopper_is_shown_holds_no_token",
    shops.NeverTriesAnotherCard: "test_after_a_decline_another_card_pays",
}
FOUND_AT_THE_PAGE = {
    shops.OpensAPageForEachClick: "test_a_page_that_is_opened_twice_is_one_page",
    shops.ThanksForMessagesUnread: (
        "test_a_page_is_paid_by_the_message_before_the_browser_is_back"
    ),
    shops.SwallowsItsOwnFailure: (
        "test_a_page_whose_shopper_never_comes_back_becomes_an_order"
    ),
    shops.ForgetsWhatWasGivenUp: (
        "test_a_page_that_is_paid_after_it_was_given_up_is_not_paid_again"
    ),
    shops.PlacesWhatIsUnproven: "test_a_forged_message_of_a_page_orders_nothing",
}


class TestSmallShop(shops.TestSmallShop):
    """The right one goes through the whole kit."""


@pytest.mark.parametrize(("broken", "check"), FOUND_BY.items(), ids=str)
def test_a_broken_adapter_is_found(broken, check):
    shop = broken()

    with pytest.raises(AssertionError):
        getattr(AdapterKit(), check)(shop, begin(shop))


@pytest.mark.parametrize(("broken", "check"), FOUND_AT_THE_PAGE.items(), ids=str)
def test_an_adapter_that_is_broken_at_the_page_is_found(broken, check):
    shop = broken()
    checkout = begin(shop)
    session = open_page(shop, checkout)

    with pytest.raises(AssertionError):
        getattr(AdapterKit(), check)(shop, checkout, session)


def test_a_shop_without_a_page_is_never_asked_for_one():
    shop = shops.SmallShop()
    shop.has_hosted_mode = False

    with pytest.raises(pytest.skip.Exception, match="no hosted mode"):
        open_page(shop, begin(shop))

    assert "payment_start_checkout" not in shop.provider.calls


def test_every_check_says_what_it_wants():
    checks = inspect.getmembers(AdapterKit, inspect.isfunction)
    tests = [check for name, check in checks if name.startswith("test_")]

    assert len(tests) == 36
    assert all(inspect.getdoc(check) for check in tests)
