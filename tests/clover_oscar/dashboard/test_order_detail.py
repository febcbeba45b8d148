import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.html import strip_tags
from oscar.apps.payment.exceptions import PaymentError as OscarPaymentError
from oscar.core.loading import get_class, get_model

from clover_django.models import PaymentEvent
from clover_django.payments import get_payments
from payment_hooks import Ability, OutcomeUnknown, PaymentSource, PaymentState
from tests.clover_oscar.conftest import put_in_place
from tests.clover_oscar.shopper import orders, records


@pytest.fixture
def order(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    return orders()[0]


@pytest.fixture
def reserved(shopper, product, clover, clover_settings):
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)
    shopper.pay()
    return orders()[0]


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


DashboardPermission = get_class("dashboard.permissions", "DashboardPermission")
SEES_ORDERS = [
    name
    for name in DashboardPermission.permissions.get("order", ["order.view_order"])
    if "." in name
]
"""What Oscar asks of who looks at an order: before 4.2 all that there is."""


def make_staff(name, *permissions, is_superuser=False):
    user = get_user_model().objects.create_user(
        name, f"{name}@example.com", is_staff=True, is_superuser=is_superuser
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def url(order):
    return f"/dashboard/orders/{order.number}/"


def act(staff, order, action, *, amount="", token="form-1", confirmed="1", **fields):
    values = {
        "order_action": f"clover_{action}",
        "amount": amount,
        "clover_intent_id": token,
        "confirmed": confirmed,
        **fields,
    }
    return staff.post(url(order), values, follow=True).content.decode()


def test_the_order_page_shows_the_payment(owner, order):
    page = owner.get(url(order)).content.decode()

    assert 'Clover payment <span class="clover-badge clover-badge-paid">Paid' in page
    assert "of 10.00 USD" in page
    assert "clover_capture_form" not in page


def test_a_refund_is_confirmed_first(owner, order, clover):
    asked = act(owner, order, "refund", amount="4.00", confirmed="")

    assert "<strong>$4.00</strong>" in asked
    assert f"Order #{order.number}" in asked
    assert 'name="confirmed"' in asked
    assert "payment_refund" not in clover.calls


def send_form(staff, order, page, **changes):
    """Press the confirmation's own button."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields.pop("csrfmiddlewaretoken", None)
    return staff.post(url(order), fields | changes, follow=True).content.decode()


def test_what_was_confirmed_is_what_is_sent(owner, order):
    asked = act(owner, order, "refund", amount=" 4 ", confirmed="", reason="duplicate")
    act(owner, order, "refund", amount="1.00", token="meanwhile")

    send_form(owner, order, asked)

    assert records(order)[1] == ["Debit 10.00", "Refund 1.00", "Refund 4.00"]


@pytest.mark.parametrize("amount", ["", "  "])
@pytest.mark.parametrize("confirmed", ["", "1"])
def test_an_empty_amount_is_refused(owner, order, clover, amount, confirmed):
    page = act(owner, order, "refund", amount=amount, confirmed=confirmed)

    assert "No amount was entered" in page
    assert "$10.00 is left" in page
    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("confirmed", ["", "1"])
def test_an_empty_amount_captures_nothing(owner, reserved, clover, confirmed):
    page = act(owner, reserved, "capture", confirmed=confirmed)

    assert "No amount was entered" in page
    assert "payment_capture" not in clover.calls


def test_a_void_is_confirmed_with_its_sum(owner, reserved, clover):
    asked = act(owner, reserved, "void", confirmed="")

    assert "<strong>$10.00</strong>" in asked
    assert "payment_void" not in clover.calls
    send_form(owner, reserved, asked)
    assert records(reserved)[1] == ["Authorise 10.00", "Void 10.00"]


def test_a_partial_refund_is_made_and_recorded(owner, order):
    act(owner, order, "refund", amount="4.00", reason="duplicate")

    sums, rows = records(order)
    assert sums == ("10.00", "10.00", "4.00")
    assert rows == ["Debit 10.00", "Refund 4.00"]
    names = [event.event_type.name for event in order.payment_events.order_by("pk")]
    assert names == ["Paid", "Refunded"]


def test_a_double_click_refunds_once(owner, order, clover):
    for _ in range(2):
        act(owner, order, "refund", amount="4.00", token="the-same")

    assert records(order)[0][2] == "4.00"
    assert clover.calls.count("payment_refund") == 1


def test_two_equal_refunds_are_two(owner, order):
    act(owner, order, "refund", amount="4.00", token="one")
    act(owner, order, "refund", amount="4.00", token="two")

    assert records(order)[0][2] == "8.00"


@pytest.mark.parametrize("amount", ["10.01", "0", "-1", "NaN", "many", "1.234"])
def test_an_amount_that_cannot_be_refunded_is_refused(owner, order, clover, amount):
    page = act(owner, order, "refund", amount=amount)

    assert "alert-danger" in page
    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("amount", ["0", "0.00", "-4"])
def test_no_confirmation_names_a_sum_that_cannot_move(owner, order, amount):
    own = act(owner, order, "refund", amount=amount, confirmed="")
    event = post_line_event(owner, order, amount, confirmed="")

    for page in (own, event):
        assert "is no sum that could be moved" in page
        assert 'name="confirmed"' not in page


def test_nothing_reserved_is_not_proposed_to_be_voided(owner, order):
    page = act(owner, order, "void", confirmed="")

    assert "Nothing is left to void" in page
    assert 'name="confirmed"' not in page


@pytest.mark.parametrize("amount", ["", "10.00"])
def test_a_void_is_of_no_single_line(owner, reserved, clover, amount):
    types = get_model("order", "PaymentEventType").objects
    voided, _ = types.get_or_create(name="Voided", defaults={"code": "voided"})

    for confirmed in ("", "1"):
        page = post_line_event(
            owner,
            reserved,
            amount,
            confirmed=confirmed,
            payment_event_type=voided.code,
        )
        assert "voided whole" in page
        assert 'name="confirmed"' not in page
    assert "payment_void" not in clover.calls


def test_a_form_without_token_is_refused(owner, order, clover):
    page = act(owner, order, "refund", amount="1.00", token="")

    assert "load the page again" in page
    assert "payment_refund" not in clover.calls


def test_a_token_that_no_ledger_could_keep_is_refused(owner, order, clover):
    page = act(owner, order, "refund", amount="1.00", token="x" * 256)

    assert "intent_id has 256 characters" in page
    assert "payment_refund" not in clover.calls


def test_a_reservation_is_captured_in_part(owner, reserved):
    act(owner, reserved, "capture", amount="6.00")

    sums, rows = records(reserved)
    assert sums == ("10.00", "6.00", "0.00")
    assert rows == ["Authorise 10.00", "Debit 6.00"]


def test_a_reservation_is_voided(owner, reserved):
    act(owner, reserved, "void", amount="10.00")

    sums, rows = records(reserved)
    assert sums == ("0.00", "0.00", "0.00")
    assert rows == ["Authorise 10.00", "Void 10.00"]
    page = owner.get(url(reserved)).content.decode()
    assert "clover-badge-voided" in page
    assert "$10.00 voided" in page


def lacking(clover, *missing):
    """From now on the provider has these abilities no more."""
    clover.abilities = frozenset(Ability) - set(missing)
    put_in_place(clover)


def forms_of(page):
    return set(re.findall(r'id="clover_(\w+)_form"', page))


def test_the_page_offers_what_the_provider_can_do(owner, reserved, clover):
    page = owner.get(url(reserved)).content.decode()
    assert forms_of(page) == {"capture", "void"}
    assert "Capture this amount" in page

    lacking(clover, Ability.VOID, Ability.PARTIAL_CAPTURE)

    page = owner.get(url(reserved)).content.decode()
    assert forms_of(page) == {"capture"}
    assert "Capture this amount" not in page
    assert "Capture all: $10.00" in page


def test_only_a_first_refund_is_offered_where_there_is_one_only(owner, order, clover):
    lacking(clover, Ability.SEVERAL_REFUNDS)
    assert forms_of(owner.get(url(order)).content.decode()) == {"refund"}

    act(owner, order, "refund", amount="1.00")

    assert forms_of(owner.get(url(order)).content.decode()) == set()


def test_what_the_provider_cannot_do_is_refused_to_whoever_posts(owner, order, clover):
    lacking(clover, Ability.PARTIAL_REFUND)

    act(owner, order, "refund", amount="1.00")

    assert "payment_refund" not in clover.calls
    assert records(order)[1] == ["Debit 10.00"]


def test_a_payment_that_was_captured_is_not_voided(owner, order, clover):
    page = act(owner, order, "void", amount="10.00")

    assert "can be voided" in page
    assert "payment_void" not in clover.calls


def test_a_refund_without_answer_is_said_to_be_unknown(owner, order, clover):
    clover.fail("payment_refund", OutcomeUnknown("no answer"), after=True)

    page = act(owner, order, "refund", amount="4.00")

    assert "may or may not be done" in page
    assert records(order)[0][2] == "0.00"


def test_staff_who_may_only_look_move_no_money(order, clover):
    reader = make_staff("reader", *SEES_ORDERS)

    page = reader.get(url(order)).content.decode()
    answer = act(reader, order, "refund", amount="4.00")

    assert "clover_refund_form" not in page
    assert "You are not allowed to do this." in answer
    assert "payment_refund" not in clover.calls


def test_capture_and_refund_are_two_permissions(reserved, clover):
    keeper = make_staff("keeper", *SEES_ORDERS, "clover_oscar.capture_payment")

    act(keeper, reserved, "void", amount="10.00")
    act(keeper, reserved, "capture", amount="10.00")

    assert "payment_void" not in clover.calls
    assert records(reserved)[0][1] == "10.00"


def refunded_type():
    types = get_model("order", "PaymentEventType").objects
    return types.get_or_create(name="Refunded", defaults={"code": "refunded"})[0]


def post_line_event(staff, order, amount, **fields):
    line = order.lines.get()
    return staff.post(
        url(order),
        {
            "line_action": "create_payment_event",
            "selected_line": line.pk,
            f"selected_line_qty_{line.pk}": "1",
            "payment_event_type": refunded_type().code,
            "amount": amount,
            "confirmed": "1",
            **fields,
        },
        follow=True,
    ).content.decode()


@pytest.fixture
def three(shopper, product, clover):
    """An order of three units at 10.00."""
    shopper.reach_payment(product, quantity=3)
    shopper.pay()
    return orders()[0]


def test_one_unit_of_three_is_refunded_at_its_own_price(owner, three, clover):
    asked = post_line_event(owner, three, "", confirmed="", clover_intent_id="one")

    assert "<strong>$10.00</strong>" in asked
    assert "payment_refund" not in clover.calls
    send_form(owner, three, asked)
    assert records(three)[0][2] == "10.00"
    event = three.payment_events.get(event_type__name="Refunded")
    assert [row.quantity for row in event.line_quantities.all()] == [1]


def test_a_line_event_is_confirmed_also_with_an_amount(owner, three, clover):
    asked = post_line_event(owner, three, "3.00", confirmed="")

    assert "<strong>$3.00</strong>" in asked
    assert "payment_refund" not in clover.calls


def test_a_confirmed_line_event_without_amount_moves_nothing(owner, three, clover):
    page = post_line_event(owner, three, "")

    assert "No amount was entered" in page
    assert "payment_refund" not in clover.calls


def test_a_unit_whose_price_is_not_certain_needs_an_amount(owner, three, clover):
    three.line_prices.update(price_incl_tax="9.00")

    page = post_line_event(owner, three, "", confirmed="")

    assert "enter the amount" in page
    assert "payment_refund" not in clover.calls


def test_units_that_were_refunded_are_not_proposed_again(owner, order, clover):
    post_line_event(owner, order, "10.00", clover_intent_id="one")

    page = post_line_event(owner, order, "", confirmed="", clover_intent_id="two")

    assert "too large" in page


@pytest.mark.parametrize("confirmed", ["", "yes"])
@pytest.mark.parametrize("amount", ["NaN", "1e400", "\u0664", "4242 4242 4242 4242"])
def test_what_is_no_amount_moves_nothing(owner, order, clover, amount, confirmed):
    own = act(owner, order, "refund", amount=amount, confirmed=confirmed)
    event = post_line_event(owner, order, amount, confirmed=confirmed)

    assert ("alert-danger" in own, "alert-danger" in event) == (True, True)
    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("1e400"), 4.0, "4,00"])
def test_a_shops_own_event_of_no_money_is_oscars_error(order, clover, owner, amount):
    handler = get_class("order.processing", "EventHandler")(user=owner.user)

    with pytest.raises(OscarPaymentError):
        handler.handle_payment_event(order, refunded_type(), amount)

    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("amount", ["", " ", "many"])
def test_an_order_event_without_a_sum_is_refused(owner, order, clover, amount):
    page = owner.post(
        url(order),
        {
            "order_action": "create_order_payment_event",
            "payment_event_type": refunded_type().code,
            "amount": amount,
        },
        follow=True,
    ).content.decode()

    assert "alert-danger" in page
    assert "payment_refund" not in clover.calls


def test_an_event_that_moves_no_money_is_noted_at_once(owner, three):
    types = get_model("order", "PaymentEventType").objects
    noted = types.create(name="Discussed", code="discussed")

    post_line_event(owner, three, "", confirmed="", payment_event_type=noted.code)

    assert three.payment_events.filter(event_type=noted).exists()


def test_oscars_own_payment_event_moves_the_money(owner, order, clover):
    page = owner.get(url(order)).content.decode()
    token = re.search(r'name="clover_intent_id" value="(\w+)"', page)[1]

    for _ in range(2):
        post_line_event(owner, order, "3.00", clover_intent_id=token)

    assert records(order)[0][2] == "3.00"
    assert clover.calls.count("payment_refund") == 1
    event = order.payment_events.get(event_type__name="Refunded")
    assert [row.quantity for row in event.line_quantities.all()] == [1]


def test_oscars_own_payment_event_needs_the_permission(order, clover):
    reader = make_staff("reader", *SEES_ORDERS)

    page = post_line_event(reader, order, "3.00", clover_intent_id="t")

    assert "clover_oscar.refund_payment is needed" in page
    assert "payment_refund" not in clover.calls


def test_a_line_is_validated_before_money_moves(owner, order, clover):
    post_line_event(owner, order, "3.00", clover_intent_id="one")

    page = post_line_event(owner, order, "3.00", clover_intent_id="two")

    assert "too large" in page
    assert clover.calls.count("payment_refund") == 1


def test_a_handler_without_user_moves_no_money(order, clover):
    handler = get_class("order.processing", "EventHandler")()

    with pytest.raises(OscarPaymentError):
        handler.handle_payment_event(order, refunded_type(), Decimal("1.00"))

    assert "payment_refund" not in clover.calls


def test_an_order_that_was_paid_elsewhere_keeps_oscars_ways(owner, order, clover):
    order.payment_events.all().delete()
    get_model("order", "Order").objects.filter(pk=order.pk).update(number="elsewhere")
    order.refresh_from_db()

    post_line_event(owner, order, "3.00")

    assert order.payment_events.get().event_type.name == "Refunded"
    assert "payment_refund" not in clover.calls


def test_a_refund_made_elsewhere_is_recorded_when_notified(order):
    payment = get_payments().ledger.find_payments(reference=order.number)[0]

    get_payments().refund(payment.payment_id, intent_id="elsewhere")
    get_payments().notify(payment.payment_id)

    assert records(order)[0][2] == "10.00"


def test_the_history_names_who_moved_the_money(owner, order):
    act(owner, order, "refund", amount="4.00")

    changes = PaymentEvent.objects.filter(operation__kind="refund")
    assert {row.actor for row in changes} == {f"user {owner.user.pk}"}


@pytest.mark.parametrize(
    ("action", "amount"), [("refund", "10.01"), ("capture", "11"), ("void", "3")]
)
def test_a_wrong_amount_is_refused_before_it_is_confirmed(
    owner, order, clover, clover_settings, shopper, product, action, amount
):
    if action != "refund":
        clover_settings(AUTO_CAPTURE=False)
        shopper.reach_payment(product)
        shopper.pay()
        order = orders()[-1]

    page = act(owner, order, action, amount=amount, confirmed="")

    assert "alert-danger" in page
    assert 'name="confirmed"' not in page
    assert f"payment_{action}" not in clover.calls


def test_a_refusal_names_what_is_left(owner, order):
    act(owner, order, "refund", amount="1.00", token="one")

    page = act(owner, order, "refund", amount="9.50", confirmed="")

    assert "$9.50 is more than the $9.00 that can be refunded" in page


@pytest.mark.parametrize("typed", ["", "3.00", "many"])
def test_refund_all_is_a_button_of_its_own(owner, order, typed):
    asked = act(owner, order, "refund", amount=typed, confirmed="", clover_all="1")

    assert ">Refund $10.00</button>" in asked
    send_form(owner, order, asked)
    assert records(order)[1] == ["Debit 10.00", "Refund 10.00"]


def test_all_is_never_moved_without_its_confirmation(owner, order, clover):
    page = act(owner, order, "refund", amount="", confirmed="1", clover_all="1")

    assert "No amount was entered" in page
    assert "payment_refund" not in clover.calls


def test_the_button_repeats_the_sum_and_the_page_says_what_will_be_left(owner, order):
    asked = act(owner, order, "refund", amount="4", confirmed="", reason="duplicate")

    assert ">Refund $4.00</button>" in asked
    assert "$6.00 of this payment will be left." in asked
    assert "Paid twice" in asked


def test_a_partial_capture_says_that_the_rest_is_released(owner, reserved):
    asked = act(owner, reserved, "capture", amount="6.00", confirmed="")
    done = send_form(owner, reserved, asked)

    assert ">Capture $6.00</button>" in asked
    assert "remaining $4.00 is released for good" in asked
    assert "the remaining $4.00 was released." in done


@pytest.mark.parametrize(
    "where", ["/dashboard/orders/{}/", "/dashboard/orders/clover-payments/?view=all"]
)
def test_a_part_that_was_captured_stands_beside_the_amount(owner, reserved, where):
    before = owner.get(where.format(reserved.number)).content.decode()
    act(owner, reserved, "capture", amount="6.00")

    shown = strip_tags(owner.get(where.format(reserved.number)).content.decode())

    assert "Captured</dt>" not in before
    assert re.search(r"Captured\s+\$6\.00", shown)


def test_a_void_is_not_called_a_movement_of_money(owner, reserved):
    asked = act(owner, reserved, "void", confirmed="")

    assert "nothing is charged" in asked
    assert "moves money" not in asked


def test_a_whole_capture_warns_of_nothing(owner, reserved):
    asked = act(owner, reserved, "capture", confirmed="", clover_all="1")

    assert ">Capture $10.00</button>" in asked
    assert "released for good" not in asked


def test_success_says_what_happened(owner, order, clover):
    part = act(owner, order, "refund", amount="4.00", token="one")
    rest = act(owner, order, "refund", amount="6.00", token="two")

    assert "$4.00 refunded; $6.00 of this payment are left." in part
    assert "$6.00 refunded; nothing of this payment is left." in rest


def test_the_card_is_named_where_it_is_known(owner, shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    payment = get_payments().find(orders()[0].number)[0]
    (charge,) = get_payments().operations(payment.payment_id)
    with_card = replace(charge, details={"brand": "VISA", "last4": "4242"})
    get_payments().ledger.replace_operation(with_card)

    done = act(owner, orders()[0], "refund", amount="4.00")

    assert "$4.00 refunded to Visa •••• 4242; $6.00 of this payment are left." in done


def test_after_a_movement_the_payment_is_shown(owner, order):
    values = {"order_action": "clover_refund", "amount": "", "clover_intent_id": "a"}
    answer = owner.post(url(order), values)

    assert answer.url == f"{url(order)}?tab=payment#payment"
    page = owner.get(answer.url).content.decode()
    assert re.search(r'nav-link active" href="#payment"', page)


def test_the_history_is_a_timeline_of_who_did_what_and_why(owner, order):
    owner.user.first_name, owner.user.last_name = "Grace", "Hopper"
    owner.user.save()
    act(owner, order, "refund", amount="4.00", reason="duplicate")
    payment = get_payments().find(order.number)[0]
    get_payments().flag(payment.payment_id, "cvc_check_failed")

    page = owner.get(url(order)).content.decode()
    entries = re.findall(r'(?s)<li class="clover-(\w+)">(.*?)</li>', page)
    told = [(kind, re.sub(r"\s+", " ", strip_tags(text))) for kind, text in entries]

    assert [kind for kind, _ in told] == ["succeeded", "succeeded", "note"]
    charge, refund, flag = (text for _, text in told)
    assert "$10.00 charged" in charge
    assert "The shopper" in charge
    assert "$4.00 refunded Paid twice" in refund
    assert "Grace Hopper" in refund
    assert "Needs attention: The security code did not match" in flag


def test_a_person_without_a_name_is_shown_by_email_and_a_deleted_one_by_number(
    owner, order
):
    act(owner, order, "refund", amount="4.00")
    assert "· owner@example.com" in owner.get(url(order)).content.decode()
    other = make_staff("other", is_superuser=True)

    number = owner.user.pk
    owner.user.delete()

    page = other.get(url(order)).content.decode()
    assert f"A deleted account ({number})" in page


def test_each_form_moves_the_payment_that_it_belongs_to(owner, order, clover):
    first = get_payments().find(order.number)[0]
    get_payments().refund(first.payment_id, intent_id="elsewhere")
    second = get_payments().open(
        first.reference,
        mode=first.mode,
        amount_due=first.amount_due,
        context=first.context,
        adapter=first.adapter,
        again=True,
    )
    get_payments().charge(second.payment_id, PaymentSource(token="tok-2"))

    old = act(owner, order, "refund", amount="4.00", clover_payment=first.payment_id)
    new = act(owner, order, "refund", amount="4.00", clover_payment=second.payment_id)

    assert "more than is left to refund" in old
    assert "$4.00 refunded" in new
    state = get_payments().get(second.payment_id).state
    assert state is PaymentState.PARTLY_REFUNDED
    assert clover.calls.count("payment_refund") == 2


def test_a_payment_of_another_order_is_not_moved_here(
    owner, order, shopper, product, clover
):
    shopper.reach_payment(product)
    shopper.pay()
    other = get_payments().find(orders()[-1].number)[0]

    page = act(owner, order, "refund", amount="4.00", clover_payment=other.payment_id)

    assert "This order has no Clover payment" in page
    assert "payment_refund" not in clover.calls
