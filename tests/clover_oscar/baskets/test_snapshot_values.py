"""What a shop's own checkout puts into its orders, placed by whoever comes first."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.utils.connection import ConnectionDoesNotExist
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.checkout.mixins import OrderPlacementMixin
from oscar.apps.checkout.views import PaymentDetailsView
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_graphql.request.ids import encode
from clover_oscar import loading
from clover_oscar.baskets.snapshot import Snapshot, load_address
from clover_oscar.baskets.snapshot_values import ValueIsGone, read_values, write_values
from payment_hooks import ConfigurationError
from tests.clover_oscar.checkout.test_purchases import Front
from tests.clover_oscar.shopper import Shopper, baskets, orders

EXTRA, PLACED = {}, []
"""What the shop's view adds, and what its orders were placed with."""


class ForkedView(PaymentDetailsView):
    def build_submission(self, **kwargs):
        submission = super().build_submission(**kwargs)
        submission["order_kwargs"].update(EXTRA)
        return submission


class ForkedPlacement(OrderPlacementMixin):
    """Knows more of an order than its columns."""

    def place_order(self, *args, **kwargs):
        known = {name: kwargs.pop(name) for name in EXTRA if name in kwargs}
        PLACED.append(known)
        columns = {f.name for f in get_model("order", "Order")._meta.get_fields()}
        mine = {name: value for name, value in known.items() if name in columns}
        return super().place_order(*args, **kwargs, **mine)


def forked_loader(module_label, classnames, module_prefix):
    forked = {"checkout.views": ForkedView, "checkout.mixins": ForkedPlacement}
    return (
        [forked[module_label]]
        if module_label in forked
        else stock(module_label, classnames, module_prefix)
    )


def stock(*arguments):
    from oscar.core.loading import default_class_loader

    return default_class_loader(*arguments)


@pytest.fixture
def forked(clover_settings, settings, monkeypatch):
    """A shop with such a checkout; give what it adds to an order."""
    EXTRA.clear()
    PLACED.clear()
    clover_settings(NEXT_LOADER=f"{__name__}.forked_loader", MODE="hosted")
    (view,) = loading.class_loader(
        "checkout.views", ["PaymentDetailsView"], "oscar.apps"
    )
    monkeypatch.setattr(apps.get_app_config("checkout"), "payment_details_view", view)
    settings.ROOT_URLCONF = "tests.clover_oscar.baskets.adding_urls"
    return EXTRA.update


def the_payment():
    row = get_model("clover_oscar", "OrderNumber").objects.get()
    return get_payments().ledger.find_payments(reference=row.number)[-1]


def pay_on_the_page(clover):
    paid = clover.pay_session(the_payment().amount_due)
    get_payments().resolve(the_payment().payment_id, transaction_id=paid.transaction_id)


VALUES = {
    "delivery": date(2099, 12, 24),
    "pick_up": datetime(2099, 12, 24, 9, 30, 0, 1, tzinfo=UTC),
    "opens": time(9, 30),
    "lent_for": timedelta(days=3, microseconds=5),
    "deposit": Decimal("12.50"),
    "voucher": UUID("12345678123456781234567812345678"),
    "labels": ["fragile", Decimal("0.1"), {"until": date(2099, 1, 1)}],
    "window": (time(9), time(12)),
    "note": "leave it at the door",
    "gift": True,
}


def test_a_message_places_the_order_with_all_that_the_checkout_added(
    forked, shopper, product, clover
):
    shop = Group.objects.create(name="the shop to pick up at")
    forked({**VALUES, "place": shop})
    shopper.reach_payment(product)
    shopper.place_order()

    pay_on_the_page(clover)

    assert [{**VALUES, "place": shop}] == PLACED
    assert [type(value) for value in PLACED[0].values()] == [
        type(value) for value in [*VALUES.values(), shop]
    ]
    assert len(orders()) == 1


def test_a_column_of_the_order_has_what_the_checkout_chose(
    forked, shopper, product, clover
):
    moment = datetime(2099, 12, 24, 9, 30, tzinfo=UTC)
    forked({"date_placed": moment, "shipping_excl_tax": Decimal("3.00")})
    shopper.reach_payment(product)
    shopper.place_order()

    pay_on_the_page(clover)

    (order,) = orders()
    assert (order.date_placed, order.shipping_excl_tax) == (moment, Decimal("3.00"))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        float("nan"),
        {1: "a"},
        lambda: 1,
        Group(name="unsaved"),
        datetime(2026, 11, 1, 1, 30, fold=1),
        time(9, tzinfo=UTC),
    ],
)
def test_what_could_not_come_back_is_refused_before_any_money_moves(
    forked, shopper, product, clover, caplog, value
):
    forked({"strange": value})
    shopper.reach_payment(product)

    page = shopper.place_order()

    assert page.status_code == 200
    assert "order_kwargs['strange'] holds a" in caplog.text
    assert "has not been charged" in page.content.decode()
    assert clover.ledger == {}
    assert "payment_start_checkout" not in clover.calls


def test_a_storefront_gets_no_payment_for_it_either(forked, product, clover):
    browser = Client(SERVER_NAME="localhost")
    Shopper(browser).reach_payment(product)
    forked({"strange": object()})
    (basket,) = baskets()

    with pytest.raises(AssertionError, match="error"):
        Front(browser).pay(encode("Checkout", str(basket)))

    assert clover.ledger == {}


def test_a_row_that_was_deleted_meanwhile_asks_for_a_person(
    forked, shopper, product, clover
):
    shop = Group.objects.create(name="the shop to pick up at")
    forked({"place": shop})
    shopper.reach_payment(product)
    shopper.place_order()
    shop.delete()

    pay_on_the_page(clover)

    assert orders() == []
    assert the_payment().flags == ("paid_without_order",)


@pytest.mark.django_db
def test_a_field_of_the_order_writes_what_only_it_knows(monkeypatch):
    class Place:
        """A shop's own type."""

        def __init__(self, name):
            self.name = name

        def __eq__(self, other):
            return isinstance(other, Place) and other.name == self.name

        def __str__(self):
            return self.name

    field = get_model("order", "Order")._meta.get_field("status")
    monkeypatch.setattr(type(field), "to_python", lambda self, value: Place(value))
    stored = json.loads(json.dumps(write_values({"status": Place("here")})))

    assert read_values(stored) == {"status": Place("here")}
    with pytest.raises(ConfigurationError, match="status_of_ours"):
        write_values({"status_of_ours": Place("here")})


def test_text_of_later_is_written_as_it_reads_now():
    assert write_values({"note": lazystr("hello")}) == {"note": "hello"}


def test_a_snapshot_of_an_earlier_version_is_read():
    assert read_values({"guest_email": "a@example.com", "gift": True}) == {
        "guest_email": "a@example.com",
        "gift": True,
    }


@pytest.mark.django_db
def test_an_address_that_its_columns_take_no_more_is_said_so(monkeypatch):
    model = get_model("order", "ShippingAddress")
    field = model._meta.get_field("notes")
    monkeypatch.setattr(
        field,
        "to_python",
        get_model("order", "Order")._meta.get_field("date_placed").to_python,
    )

    with pytest.raises(ValueIsGone, match="notes"):
        load_address("ShippingAddress", {"notes": "no date"})


def test_a_row_of_another_database_is_read_there():
    row = Group(pk=7, name="Montreal")
    row._state.db, row._state.adding = "depot", False

    kept = write_values({"pick_up": row})

    assert kept["pick_up"]["value"] == ["auth.Group", "7", "depot"]
    with pytest.raises(ConnectionDoesNotExist, match="depot"):
        read_values(json.loads(json.dumps(kept)))


def test_a_model_that_is_gone_asks_for_a_person():
    kept = {"pick_up": {"kind": "row", "value": ["auth.Depot", "7", "default"]}}

    with pytest.raises(ValueIsGone, match=r"auth\.Depot"):
        read_values(kept)


KEPT = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes().map(lambda value: value.replace(fold=0))
    | st.datetimes(timezones=st.just(timezone(timedelta(hours=5, minutes=45))))
    | st.times().map(lambda value: value.replace(fold=0))
    | st.timedeltas()
    | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), KEPT))
def test_whatever_can_be_kept_comes_back(values):
    snapshot = Snapshot(
        order_number="1",
        basket_id=1,
        order_fields=write_values(values),
        shipping_charge={},
        total={},
        currency="USD",
    )

    context = json.loads(json.dumps(snapshot.to_context()))

    assert Snapshot.from_context(context).load_order_fields() == values
