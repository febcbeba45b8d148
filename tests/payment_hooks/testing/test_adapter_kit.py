"""The kit finds what is wrong with an adapter, and nothing wrong with a right one."""

import inspect

import pytest

from payment_hooks.testing import AdapterKit
from payment_hooks.testing.shop_bench import begin
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


class TestSmallShop(shops.TestSmallShop):
    """The right one goes through the whole kit."""


@pytest.mark.parametrize(("broken", "check"), FOUND_BY.items(), ids=str)
def test_a_broken_adapter_is_found(broken, check):
    shop = broken()

    with pytest.raises(AssertionError):
        getattr(AdapterKit(), check)(shop, begin(shop))


def test_every_check_says_what_it_wants():
    checks = inspect.getmembers(AdapterKit, inspect.isfunction)
    tests = [check for name, check in checks if name.startswith("test_")]

    assert len(tests) == 30
    assert all(inspect.getdoc(check) for check in tests)
