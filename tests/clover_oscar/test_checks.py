import pytest
from django.apps import apps
from django.core.management import call_command
from oscar.apps.basket.views import BasketView
from oscar.apps.checkout.views import PaymentDetailsView
from oscar.core.loading import get_model

from clover_django.doctor import Verdict
from clover_django.payments import get_payments
from clover_oscar import checks
from clover_oscar.baskets.snapshot import ADAPTER
from payment_hooks import Mode, Money


def ids(messages):
    return [message.id for message in messages]


def test_an_enabled_shop_has_nothing_to_mend(clover_settings):
    for check in checks.CHECKS:
        assert check() == []


def test_a_checkout_without_the_loader_is_an_error(monkeypatch):
    config = apps.get_app_config("checkout")
    monkeypatch.setattr(config, "payment_details_view", PaymentDetailsView)

    (error,) = checks.check_classes()

    assert error.id == "clover_oscar.E001"
    assert "OSCAR_DYNAMIC_CLASS_LOADER" in error.hint


def test_a_page_without_the_loader_is_a_warning(monkeypatch):
    monkeypatch.setattr(apps.get_app_config("basket"), "summary_view", BasketView)

    (warning,) = checks.check_classes()

    assert warning.id == "clover_oscar.W007"
    assert "oscar.apps.basket.views.BasketView" in warning.msg


def test_another_currency_is_a_warning(settings, clover_settings):
    settings.OSCAR_DEFAULT_CURRENCY = "GBP"

    assert ids(checks.check_money_and_statuses()) == ["clover_oscar.W006"]


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ({"paid": "Being processed"}, []),
        ({"paid": "Shipped to Mars"}, ["clover_oscar.E005"]),
        ({"payed": "Being processed"}, ["clover_oscar.E004"]),
    ],
)
def test_statuses_are_those_of_payments_and_orders(clover_settings, statuses, found):
    clover_settings(ORDER_STATUS=statuses)
    assert get_model("order", "Order").all_statuses()

    assert ids(checks.check_money_and_statuses()) == found


def test_a_broken_configuration_is_left_to_its_own_check(settings):
    settings.CLOVER = {"MODE": "carrier pigeon"}

    assert checks.check_money_and_statuses() == []


def examined():
    return {row.subject: (row.verdict, row.text) for row in checks.examine(False)}


def test_the_doctor_counts_payments_also_where_the_settings_are_wrong(
    settings, transactional_db
):
    settings.CLOVER = {"MODE": "carrier pigeon"}

    assert examined()["payments"][1] == "none needs attention"


def test_the_doctor_counts_payments_that_need_attention(clover, shopper):
    before = examined()["payments"]
    payment = get_payments().open(
        "9",
        mode=Mode.IFRAME,
        amount_due=Money(500, "USD"),
        adapter=ADAPTER,
    )
    get_payments().flag(payment.payment_id, "look_here")

    after = examined()["payments"]

    assert before == (Verdict.OK, "none needs attention")
    assert after == (
        Verdict.UNKNOWN,
        "1 need attention: see Payments in the dashboard",
    )


def test_the_doctor_finds_prices_in_another_currency(clover, product):
    before = examined()["prices"]
    get_model("partner", "StockRecord").objects.update(price_currency="EUR")

    verdict, text = examined()["prices"]

    assert before == (Verdict.OK, "all are in USD")
    assert verdict is Verdict.UNKNOWN
    assert text.startswith("1 are not in USD")


def test_the_doctor_examines_oscar(clover, transactional_db, capsys):
    call_command("clover_doctor", offline=True)

    assert "\n\nOscar\nok       payments: none" in capsys.readouterr().out
