"""A guest whose bank asks who pays: 3-D Secure on the demo shop, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import APPROVED

pytestmark = pytest.mark.browser

ASKED, LOOKED_AT_AND_ASKED = "4012000033330026", "4043130007524792"


def bank(shopper):
    """The bank's page, which Clover's script puts over the shop's."""
    return shopper.page.frame_locator(".clover-3ds iframe")


def pay_with(shopper, card):
    shopper.reach_payment("iframe")
    shopper.enter_card("iframe", card)
    shopper.go_on()
    shopper.place_order()


@pytest.mark.parametrize("card", [ASKED, LOOKED_AT_AND_ASKED])
def test_who_confirms_at_the_bank_is_thanked(shopper, card):
    before = len(shopper.servers.charges())
    pay_with(shopper, card)
    confirm = bank(shopper).get_by_role("button", name="Confirm")
    confirm.wait_for()
    shopper.picture(f"challenge-{card[-4:]}")
    assert len(shopper.servers.charges()) == before

    confirm.click()

    assert shopper.is_thanked()
    assert len(shopper.servers.charges()) == before + 1
    assert shopper.problems == []


def test_who_is_refused_by_the_bank_may_use_another_card(wide_shopper):
    shopper = wide_shopper
    before = len(shopper.servers.charges())
    pay_with(shopper, ASKED)
    bank(shopper).get_by_role("button", name="Refuse").click()

    message = shopper.page.get_by_text("Your card has not been charged").first
    expect(message).to_be_visible()
    shopper.picture("challenge-refused")
    shopper.enter_card("iframe", APPROVED)
    shopper.go_on()
    shopper.place_order()

    assert shopper.is_thanked()
    assert len(shopper.servers.charges()) == before + 1


def test_who_comes_back_to_the_challenge_is_asked_again(wide_shopper):
    shopper = wide_shopper
    before = len(shopper.servers.charges())
    pay_with(shopper, ASKED)
    bank(shopper).get_by_role("button", name="Confirm").wait_for()

    shopper.page.reload()
    bank(shopper).get_by_role("button", name="Confirm").click()

    assert shopper.is_thanked()
    assert len(shopper.servers.charges()) == before + 1


def test_who_takes_another_card_instead_pays_once(wide_shopper):
    shopper = wide_shopper
    before = len(shopper.servers.charges())
    pay_with(shopper, ASKED)
    bank(shopper).get_by_role("button", name="Confirm").wait_for()

    # The bank's page lies over the button, as it does over the whole page.
    shopper.page.get_by_role("button", name="Use another card").dispatch_event("click")
    message = shopper.page.get_by_text("could not confirm that it was you")
    expect(message).to_be_visible()
    shopper.enter_card("iframe", APPROVED)
    shopper.go_on()
    shopper.place_order()

    assert shopper.is_thanked()
    assert len(shopper.servers.charges()) == before + 1
