from django.test import Client
from django.utils import translation
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import OutcomeUnknown, ProviderUnavailable
from tests.clover_oscar.shopper import Shopper, baskets, orders, records
from tests.mailing import BROKEN, send_with

THANK_YOU = "/checkout/thank-you/"


def test_a_guest_buys_with_clovers_card_fields(shopper, product, clover):
    page = shopper.reach_payment(product)
    preview = shopper.enter_card("tok-1")
    done = shopper.place_order(clover_token="tok-1")

    assert "<clover-card" in page.content.decode()
    assert 'name="clover_token" value="tok-1"' in preview.content.decode()
    assert done.url == THANK_YOU
    assert shopper.client.get(done.url).status_code == 200
    (order,) = orders()
    assert records(order) == (("10.00", "10.00", "0.00"), ["Debit 10.00"])
    assert order.guest_email == "guest@example.com"
    assert [event.event_type.name for event in order.payment_events.all()] == ["Paid"]
    assert clover.calls.count("payment_charge") == 1


def test_the_outcome_is_notified_once_the_order_is_there(shopper, product, clover):
    shopper.reach_payment(product)

    shopper.pay()

    (payment,) = get_payments().ledger.find_payments(reference=orders()[0].number)
    assert [row.notified for row in get_payments().operations(payment.payment_id)] == [
        True
    ]


def test_a_shop_without_preview_sells_from_the_payment_page(
    shopper, product, clover, clover_settings
):
    clover_settings(PREVIEW=False)
    page = shopper.reach_payment(product).content.decode()

    done = shopper.place_order(clover_token="tok-1")

    assert 'name="action" value="place_order"' in page
    assert done.url == THANK_YOU


def test_authorize_only_reserves(shopper, product, clover, clover_settings):
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)

    shopper.pay()

    (order,) = orders()
    assert records(order) == (("10.00", "0.00", "0.00"), ["Authorise 10.00"])
    assert clover.calls.count("payment_authorize") == 1


def test_the_order_moves_to_the_status_of_the_settings(
    shopper, product, clover, clover_settings
):
    clover_settings(ORDER_STATUS={"paid": "Being processed"})
    shopper.reach_payment(product)

    shopper.pay()

    assert orders()[0].status == "Being processed"


def test_a_decline_keeps_the_basket_and_shows_the_payment_page(
    shopper, product, clover
):
    shopper.reach_payment(product)

    declined = shopper.pay("decline-1")
    page = declined.content.decode()

    assert "Your bank declined the payment" in page
    assert "<clover-card" in page
    assert "decline-1" not in page
    assert orders() == []
    assert list(baskets().values()) == ["Open"]


def test_another_card_after_a_decline_pays_the_same_basket(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay("decline-1")

    done = shopper.pay("tok-2")

    assert done.url == THANK_YOU
    assert len(orders()) == 1
    assert clover.calls.count("payment_charge") == 2
    assert list(baskets().values()) == ["Submitted"]


def test_a_decline_speaks_the_shoppers_language(product, clover, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.middleware.locale.LocaleMiddleware",
    ]
    shopper = Shopper(Client(headers={"accept-language": "fr"}))

    with translation.override("en"):  # the middleware leaves its language behind
        shopper.reach_payment(product)
        page = shopper.pay("decline-1").content.decode()

    assert "Votre banque a refusé le paiement" in page


def test_an_unknown_outcome_leads_to_the_status_page(shopper, product, clover):
    clover.fail("payment_charge", OutcomeUnknown("no answer"), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    clover.fail("payment_find", ProviderUnavailable("down"))
    shopper.reach_payment(product)

    unknown = shopper.pay()

    assert unknown.status_code == 302
    assert unknown.url.startswith("/clover/status/")
    assert list(baskets().values()) == ["Frozen"]
    assert orders() == []


def test_an_unknown_outcome_resolves_to_one_order(shopper, product, clover):
    clover.fail("payment_charge", OutcomeUnknown("no answer"), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    shopper.reach_payment(product)
    unknown = shopper.pay()
    let_time_pass(seconds=4)

    done = shopper.client.get(unknown.url)

    assert done.url == THANK_YOU
    (order,) = orders()
    assert records(order) == (("10.00", "10.00", "0.00"), ["Debit 10.00"])
    assert list(baskets().values()) == ["Submitted"]
    assert len(clover.ledger) == 1


def test_a_provider_that_is_down_takes_nothing_and_keeps_the_basket(
    shopper, product, clover
):
    clover.fail("payment_charge", ProviderUnavailable("down"))
    shopper.reach_payment(product)

    page = shopper.pay().content.decode()

    assert "Card payment is not available right now" in page
    assert list(baskets().values()) == ["Open"]
    assert clover.ledger == {}


def test_two_posts_one_after_the_other_are_one_order(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()

    again = shopper.place_order(clover_token="tok-1")

    assert len(orders()) == 1
    assert again.status_code == 302
    assert len(clover.ledger) == 1


def test_a_mail_server_that_is_down_changes_nothing(shopper, product, clover, settings):
    send_with(settings, BROKEN)
    shopper.reach_payment(product)

    done = shopper.pay()

    assert done.url == THANK_YOU
    assert list(baskets().values()) == ["Submitted"]


def test_amounts_in_the_post_are_not_read(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.enter_card("tok-1", amount="0.01", order_total="0.01")

    shopper.place_order(clover_token="tok-1", amount="0.01", order_total="0.01")

    (moved,) = clover.ledger.values()
    assert str(moved.amount) == "10.00 USD"


def test_a_missing_token_asks_for_the_card_again(shopper, product, clover):
    shopper.reach_payment(product)

    page = shopper.place_order().content.decode()

    assert "<clover-card" in page
    assert "not complete or not valid" in page
    assert clover.ledger == {}


def test_a_card_number_in_place_of_a_token_is_refused_and_not_repeated(
    shopper, product, clover
):
    shopper.reach_payment(product)

    page = shopper.enter_card("4242424242424242").content.decode()

    assert "4242424242424242" not in page
    assert "<clover-card" in page


def test_a_reloaded_preview_asks_for_the_card_again(shopper, product, clover):
    shopper.reach_payment(product)

    reloaded = shopper.client.get("/checkout/preview/")

    assert reloaded.url == "/checkout/payment-details/"


def test_another_currency_is_refused_before_the_call(
    shopper, product, clover, clover_settings
):
    clover_settings(CURRENCY="CAD")
    shopper.reach_payment(product)

    page = shopper.pay().content.decode()

    assert "Card payment is not available in USD" in page
    assert "payment_charge" not in clover.calls
    assert list(baskets().values()) == ["Open"]


def test_a_total_of_zero_skips_payment(shopper, product, clover):
    get_model("partner", "StockRecord").objects.update(price=0)
    shopper.reach_payment(product)

    done = shopper.place_order()

    assert done.url == THANK_YOU
    assert clover.ledger == {}
    assert not orders()[0].sources.exists()


def test_a_session_that_ran_out_is_led_back_and_pays_nothing(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.client.session.flush()
    shopper.client.cookies.clear()

    gone = shopper.place_order(clover_token="tok-1")

    assert gone.status_code == 302
    assert clover.ledger == {}


def test_totals_with_more_decimals_are_rounded_once_half_up(shopper, product, clover):
    get_model("partner", "StockRecord").objects.update(price="10.005")
    shopper.reach_payment(product)

    shopper.pay()

    (order,) = orders()
    (moved,) = clover.ledger.values()
    assert str(moved.amount.to_decimal()) == str(order.total_incl_tax)
    assert records(order)[0][0] == str(order.total_incl_tax)


def test_other_payment_methods_pass_by(shopper, product, clover):
    shopper.reach_payment(product)
    session = shopper.client.session
    session["checkout_data"]["payment"] = {"method": "invoice"}
    session.save()

    done = shopper.place_order()

    assert done.url == THANK_YOU
    assert clover.ledger == {}


def test_the_shopper_chooses_among_the_merchants_modes(
    shopper, product, clover, clover_settings
):
    clover_settings(MODES=["iframe", "hosted"])
    page = shopper.reach_payment(product).content.decode()

    chosen = shopper.look("/checkout/payment-details/?clover_mode=hosted")
    away = shopper.place_order()

    assert "?clover_mode=hosted" in page
    assert chosen.redirect_chain == [("/checkout/preview/?clover_mode=hosted", 302)]
    assert away.url.startswith("https://fake.test/pay/")


def test_a_mode_that_is_not_enabled_cannot_be_chosen(shopper, product, clover):
    shopper.reach_payment(product)

    page = shopper.client.get("/checkout/payment-details/?clover_mode=api")

    assert "<clover-card" in page.content.decode()
    assert "card_number" not in page.content.decode()


def test_a_second_browser_has_its_own_basket(shopper, product, clover):
    shopper.reach_payment(product)
    other = Shopper()
    other.reach_payment(product)

    shopper.pay("tok-1")
    other.pay("tok-2")

    assert len({order.number for order in orders()}) == 2
    assert len(clover.ledger) == 2


def test_looking_at_a_page_in_another_mode_writes_nothing(
    shopper, product, clover, clover_settings
):
    clover_settings(MODES=["iframe", "hosted"])
    shopper.reach_payment(product)
    before = dict(shopper.client.session.items())

    for page in ("payment-details", "preview"):
        shopper.client.get(f"/checkout/{page}/?clover_mode=hosted")

    assert dict(shopper.client.session.items()) == before
    assert "<clover-card" in shopper.look().content.decode()


def test_a_mode_that_a_form_chose_is_remembered(
    shopper, product, clover, clover_settings
):
    clover_settings(MODES=["iframe", "hosted"])
    shopper.reach_payment(product)
    shopper.look("/checkout/payment-details/?clover_mode=hosted")

    shopper.place_order()

    session = shopper.client.session["checkout_data"]
    assert session["payment"]["method"] == "clover-hosted"


def test_two_tabs_may_choose_two_modes(shopper, product, clover, clover_settings):
    clover_settings(MODE="hosted", MODES=["iframe", "hosted"])
    shopper.reach_payment(product)
    other = Shopper(shopper.client)
    shopper.look("/checkout/payment-details/?clover_mode=iframe")
    other.look("/checkout/payment-details/?clover_mode=hosted")

    done = shopper.pay()

    assert done.url == THANK_YOU
    assert other.mode == "hosted"
