"""What is ordered is what was agreed, whatever another request does to the basket."""

import pytest
from django.contrib.auth import get_user_model
from oscar.core.loading import get_class, get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_oscar.orders.flags import NOT_PLACED
from payment_hooks import OutcomeUnknown
from payment_hooks.recovery.recovery import Recovery
from tests.clover_graphql.documents import COMPLETE
from tests.clover_oscar.checkout.test_purchases import Front, ready  # noqa: F401 - a fixture
from tests.clover_oscar.checkout.test_return_pages import (
    away,  # noqa: F401 - a fixture
    come_back,
    hosted,  # noqa: F401 - a fixture
    pay_on_the_page,
    the_payment,
)
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.dashboard.test_payment_list import URL
from tests.clover_oscar.shopper import Shopper, make_product, orders

THANK_YOU = "/checkout/thank-you/"


@pytest.fixture
def dear(transactional_db):
    product = make_product("295.00")
    product.title = "Dear"
    product.save()
    return product


def stale_basket():
    """The basket as another request has it, which loaded it before it froze."""
    basket = get_model("basket", "Basket").objects.order_by("pk").first()
    basket.status = "Open"
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    return basket


def add(product, quantity=1):
    stale_basket().add_product(product, quantity)


def take_out(product):
    stale_basket().lines.filter(product=product).delete()


def lines_of(row):
    return [
        (line.product.get_title(), line.quantity) for line in row.lines.order_by("pk")
    ]


def open_baskets():
    rows = get_model("basket", "Basket").objects.filter(status="Open").order_by("pk")
    return [lines_of(row) for row in rows]


def is_as_agreed(product, dear, quantity=1):
    """One order of what was paid; what was added waits, and the order says so."""
    (order,) = orders()
    (note,) = order.notes.all()
    assert lines_of(order) == [(product.get_title(), 1)]
    assert order.total_incl_tax == 10
    assert open_baskets() == [[(dear.get_title(), quantity)]]
    assert (
        f"not ordered: {quantity} x {dear.get_title()}, now in basket" in note.message
    )
    assert the_payment().flags == ()
    assert order.basket.lines.count() == 1
    return True


def test_what_is_added_before_the_money_is_asked_shows_the_page_again(
    shopper, product, dear, clover, monkeypatch
):
    shopper.reach_payment(product)
    shopper.enter_card()
    numbers = get_class("order.utils", "OrderNumberGenerator")

    def number_and_add(self, basket):
        add(dear)
        return f"N{basket.pk}"

    monkeypatch.setattr(numbers, "order_number", number_and_add)
    page = shopper.place_order(clover_token="tok-1").content.decode()

    assert "The total has changed from $10.00 to $305.00." in page
    assert 'name="clover_token" value="tok-1"' in page
    assert "payment_charge" not in clover.calls
    assert open_baskets() == [[(product.get_title(), 1), (dear.get_title(), 1)]]

    shopper.place_order(clover_token="tok-1")
    assert [str(row.amount) for row in clover.ledger.values()] == ["305.00 USD"]
    assert len(lines_of(orders()[0])) == 2


def test_what_is_added_while_the_card_is_charged_is_not_ordered(
    shopper, product, dear, clover
):
    shopper.reach_payment(product)
    clover.during("payment_charge", lambda: add(dear))

    done = shopper.pay()

    assert done.url == THANK_YOU
    assert is_as_agreed(product, dear)
    assert dear.get_title() in shopper.client.get("/basket/").content.decode()


def test_what_is_added_to_an_account_s_basket_waits_in_its_next_one(
    product, dear, clover
):
    shopper = Shopper()
    user = get_user_model().objects.create_user("ada", "ada@example.com")
    shopper.client.force_login(user)
    shopper.reach_payment(product)
    clover.during("payment_charge", lambda: add(dear))

    shopper.pay()

    assert is_as_agreed(product, dear)
    assert dear.get_title() in shopper.client.get("/basket/").content.decode()


def test_what_is_added_while_the_shopper_is_on_the_page_is_not_ordered(
    away,  # noqa: F811 - the fixture
    shopper,
    product,
    dear,
    clover,
):
    add(dear, 2)
    pay_on_the_page(clover, away)

    back = come_back(shopper, away)

    assert back.url == THANK_YOU
    assert is_as_agreed(product, dear, quantity=2)
    assert dear.get_title() in shopper.client.get("/basket/").content.decode()


def test_what_is_added_once_the_order_is_placed_waits_as_well(
    away,  # noqa: F811 - the fixture
    shopper,
    product,
    dear,
    clover,
):
    """The slowest of all requests: nothing of it is lost when the shopper comes back."""
    pay_on_the_page(clover, away)
    add(dear)

    come_back(shopper, away)

    assert is_as_agreed(product, dear)
    assert dear.get_title() in shopper.client.get("/basket/").content.decode()


def test_more_of_the_same_is_not_ordered_either(
    away,  # noqa: F811 - the fixture
    product,
    clover,
):
    add(product, 4)
    pay_on_the_page(clover, away)

    assert lines_of(orders()[0]) == [(product.get_title(), 1)]
    assert open_baskets() == [[(product.get_title(), 4)]]


def test_recovery_orders_what_was_agreed(shopper, product, dear, clover):
    shopper.reach_payment(product)
    for hook in ("payment_charge", "payment_retry"):
        clover.fail(hook, OutcomeUnknown("lost"), after=True)
    shopper.pay()
    add(dear)
    clover.mend()
    let_time_pass(minutes=10)

    Recovery(get_payments()).run()

    assert is_as_agreed(product, dear)


@pytest.mark.parametrize("mode", ["iframe", "hosted"])
def test_goods_that_are_missing_are_a_matter_for_a_person(
    shopper, product, dear, clover, clover_settings, mode
):
    clover_settings(MODE=mode)
    shopper.add(dear)
    shopper.reach_payment(product)
    if mode == "iframe":
        clover.during("payment_charge", lambda: take_out(dear))
        shopper.pay()
    else:
        shopper.place_order()
        take_out(dear)
        pay_on_the_page(clover, the_payment())

    assert orders() == []
    assert the_payment().flags == (NOT_PLACED,)

    staff = make_staff("owner", is_superuser=True)
    staff.post(URL, {"payment_id": the_payment().payment_id, "action": "place"})
    (order,) = orders()
    assert lines_of(order) == [(product.get_title(), 1)]
    assert (
        f"not in the basket any more: 1 x {dear.get_title()}"
        in order.notes.get().message
    )


def test_the_api_orders_what_was_agreed(
    ready,  # noqa: F811 - the fixture
    product,
    dear,
    clover,
):
    front, checkout = ready
    clover.during("payment_charge", lambda: add(dear))

    front.pay(checkout)
    done = front.run(COMPLETE, id=checkout)

    assert done["errors"] == []
    assert is_as_agreed(product, dear)
    assert dear.get_title() in front.client.get("/basket/").content.decode()


def test_the_api_keeps_what_is_added_once_the_order_is_placed(
    ready,  # noqa: F811 - the fixture
    product,
    dear,
    clover,
):
    front, checkout = ready
    clover.during("payment_charge", lambda: add(dear))
    front.pay(checkout)
    add(dear)

    front.run(COMPLETE, id=checkout)

    assert open_baskets() == [[(dear.get_title(), 2)]]
    assert len(lines_of(orders()[0])) == 1
    assert dear.get_title() in front.client.get("/basket/").content.decode()


def test_the_api_asks_nothing_for_a_basket_that_has_just_changed(
    ready,  # noqa: F811 - the fixture
    product,
    dear,
    clover,
    monkeypatch,
):
    front, checkout = ready
    numbers = get_class("order.utils", "OrderNumberGenerator")

    def number_and_add(self, basket):
        add(dear)
        return f"N{basket.pk}"

    monkeypatch.setattr(numbers, "order_number", number_and_add)
    refused = front.pay(checkout)

    assert refused["errors"] or refused["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert "payment_charge" not in clover.calls
    assert len(open_baskets()[0]) == 2


def put_again(price=None):
    """Take the line out and put the same goods in, as another tab does."""
    (line,) = stale_basket().lines.all()
    product, quantity = line.product, line.quantity
    line.delete()
    if price:
        product.stockrecords.update(price=price)
    add(get_model("catalogue", "Product").objects.get(pk=product.pk), quantity)


def test_goods_put_in_again_while_the_card_is_charged_are_ordered(
    shopper, product, clover
):
    shopper.reach_payment(product)
    clover.during("payment_charge", put_again)

    done = shopper.pay()

    assert done.url == THANK_YOU
    assert lines_of(orders()[0]) == [(product.get_title(), 1)]
    assert the_payment().flags == ()


def test_goods_put_in_again_are_ordered_at_the_price_that_was_agreed(
    away,  # noqa: F811 - the fixture
    product,
    clover,
):
    put_again(price="12.00")
    pay_on_the_page(clover, away)

    (order,) = orders()
    (line,) = order.lines.all()
    assert (line.quantity, str(line.line_price_incl_tax)) == (1, "10.00")
    assert the_payment().flags == ()
    assert order.notes.count() == 0


def test_staff_can_place_an_order_whose_goods_were_put_in_again(
    away,  # noqa: F811 - the fixture
    product,
    clover,
):
    put_again()
    get_model("partner", "StockRecord").objects.update(num_in_stock=0)
    pay_on_the_page(clover, away)

    staff = make_staff("owner", is_superuser=True)
    staff.post(URL, {"payment_id": away.payment_id, "action": "place"})

    assert lines_of(orders()[0]) == [(product.get_title(), 1)]
