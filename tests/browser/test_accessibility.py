"""axe-core finds nothing on our pages, in each mode, for shoppers and staff."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.conftest import DECLINED, make_shopper
from tests.browser.tour import (
    LEDGER,
    PAYMENTS,
    ask_for_refund,
    buy,
    cancel_at_clover,
    show_order,
    show_payment_page,
    show_unknown_outcome,
    sign_in,
    status_path,
    wait_for_decline,
)
from tests.clover_card.chromium import expect_path

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Inspection:
    """Looks at one page after the other, and notes what is wrong beside its name."""

    def __init__(self, shopper):
        self.shopper, self.wrong = shopper, []

    def look(self, name):
        self.wrong += [f"{name}: {row}" for row in violations(self.shopper.page)]

    def open(self, path, name):
        self.shopper.page.goto(f"{self.shopper.servers.shop}{path}")
        self.look(name)

    def found_nothing(self):
        assert not self.wrong, "\n".join(self.wrong)


@pytest.fixture
def inspection(browser, servers):
    shopper = make_shopper(browser, servers, 1280)
    shopper.page.emulate_media(reduced_motion="reduce")
    yield Inspection(shopper)
    servers.answer_again()
    shopper.page.close()


@pytest.mark.parametrize("mode", ["iframe", "api"])
def test_paying_on_the_shops_page(inspection, mode):
    shopper = inspection.shopper

    show_payment_page(shopper, mode)
    inspection.look("payment page")
    shopper.enter_card(mode, DECLINED)
    shopper.go_on()
    inspection.look("preview")
    shopper.place_order()
    wait_for_decline(shopper)
    inspection.look("declined")
    buy(shopper, mode)
    inspection.look("thank-you page")

    inspection.found_nothing()


def test_paying_on_clovers_page(inspection):
    shopper = inspection.shopper

    show_payment_page(shopper, "hosted")
    inspection.look("preview")
    shopper.place_order()
    expect_path(shopper.page, "/pay-checkout/")
    inspection.look("hosted page")
    shopper.pay_at_clover(DECLINED)
    shopper.page.get_by_role("alert").first.wait_for()
    inspection.look("hosted page, declined")
    cancel_at_clover(shopper)
    inspection.look("cancel page")
    inspection.open(status_path(shopper.page), "status page of an open hosted page")
    inspection.open("/basket/", "basket while a payment is under way")

    inspection.found_nothing()


def test_waiting_for_an_outcome(inspection):
    show_unknown_outcome(inspection.shopper)

    inspection.look("status page of an unknown outcome")

    inspection.found_nothing()


def test_the_back_office(inspection):
    page = inspection.shopper.page

    buy(inspection.shopper)
    sign_in(inspection.shopper)
    inspection.open(PAYMENTS, "dashboard: payments")
    show_order(inspection.shopper)
    inspection.look("dashboard: order")
    ask_for_refund(inspection.shopper)
    inspection.look("dashboard: confirmation")
    inspection.open(LEDGER, "admin: payments")
    page.locator("#result_list tbody a").first.click()
    expect_path(page, "/change/")
    inspection.look("admin: payment")

    inspection.found_nothing()


def test_the_simulators_page(inspection):
    answer = inspection.shopper.page.goto(f"{inspection.shopper.servers.clover}/")

    inspection.look("simulator")

    assert answer.ok
    inspection.found_nothing()


def test_what_is_wrong_is_found(inspection):
    """On a real page, and inside of what is excused."""
    page = inspection.shopper.page
    show_payment_page(inspection.shopper, "api")
    before = violations(page)
    page.evaluate("document.querySelector('label[for]').removeAttribute('for')")
    page.evaluate("document.body.append(document.createElement('img'))")

    rules = {row.split()[0] for row in violations(page)}

    assert before == []
    assert rules >= {"image-alt", "label"}
