"""What the kit does not ask: Clover's page, messages, late payments, pretix's backend."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import set_urlconf
from django.utils.timezone import now
from pretix.base.models import Order, Team, User

from clover_django.shop import get_payments, page_url
from payment_hooks import Money, OutcomeUnknown, ProviderUnavailable

CARD = "tok-1"
DUE, TEN = Money.of("25.99", "USD"), Money.of("10.00", "USD")


@pytest.fixture
def checkout(shop):
    checkout = shop.begin(DUE)
    shop.show(checkout)
    return checkout


@pytest.fixture
def hosted(shop):
    """An order, and the session of its page at the provider."""
    checkout = shop.begin(DUE)
    return checkout, shop.open_page(checkout)


@pytest.fixture
def staff(event):
    user = User.objects.create_user("boss@tea.example", "Correct-horse-9-battery")
    team = Team.objects.create(
        organizer=event.organizer,
        name="Box office",
        all_events=True,
        all_event_permissions=True,
    )
    team.members.add(user)
    client = Client()
    client.force_login(user)
    return client


def deliver(shop, transaction, session, **forged):
    message = shop.provider.message(transaction.transaction_id, session, **forged)
    return shop.deliver(message)


def lose_a_refund(shop):
    shop.provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    for _ in range(2):
        shop.provider.fail("payment_retrieve", ProviderUnavailable("no answer"))


def payment_of(shop, checkout):
    return shop.order(checkout).payments.last()


def refund_by_staff(shop, staff, checkout, amount):
    page, form = shop.refund_form(checkout, Money.of(amount, "USD"))
    return staff.post(page, form, follow=True).content.decode()


def test_a_message_pays_the_order_before_the_browser_is_back(shop, hosted):
    checkout, session = hosted
    paid = shop.provider.pay_session(DUE, session)

    assert deliver(shop, paid, session) == 200
    assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)

    made = shop.made(checkout)
    back = shop.shopper.get(f"/_clover/return/{made.payment_id}/")
    assert back.url.endswith(f"{shop.page_of(checkout)}?paid=yes")
    assert shop.orders(checkout) == 1


def test_who_cancels_at_clover_is_back_at_the_order_and_may_pay(shop, hosted):
    checkout, session = hosted
    made = shop.made(checkout)

    back = shop.shopper.post(f"/_clover/cancel/{made.payment_id}/")

    assert back.url.endswith(shop.page_of(checkout))
    assert shop.state(checkout) == "open"
    assert shop.open_page(checkout) != session


def test_a_page_is_paid_after_another_card_was_chosen(shop, hosted):
    checkout, session = hosted
    shop.event.settings.payment_clover_mode = "iframe"
    shop.shopper.post(f"{shop.page_of(checkout)}pay/change", {"payment": "clover"})
    assert payment_of(shop, checkout).local_id == 2

    deliver(shop, shop.provider.pay_session(DUE, session), session)

    order = shop.order(checkout)
    assert order.payments.get(local_id=1).state == "confirmed"
    assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)


def test_no_other_method_is_offered_while_money_may_be_moving(shop, checkout):
    shop.provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    shop.provider.fail("payment_retry", ProviderUnavailable("no answer"))
    for _ in range(3):
        shop.provider.fail("payment_find", ProviderUnavailable("no answer"))
    card_page, _ = shop.forms[checkout]
    shop.submit(checkout, CARD)

    assert payment_of(shop, checkout).state == "pending"
    assert (
        "<clover-card" not in shop.shopper.get(card_page, follow=True).content.decode()
    )
    shop.shopper.post(f"{shop.page_of(checkout)}pay/change", {"payment": "clover"})
    assert shop.order(checkout).payments.count() == 1

    shop.provider.mend()
    shop.later()
    assert (shop.state(checkout), shop.orders(checkout)) == ("paid", 1)


@pytest.mark.parametrize(("seats", "state"), [(100, "paid"), (0, "open")])
def test_money_of_an_order_that_expired_is_booked(shop, hosted, seats, state):
    checkout, session = hosted
    order = shop.order(checkout)
    order.expires = now() - timedelta(days=1)
    order.status = Order.STATUS_EXPIRED
    order.save()
    shop.event.quotas.update(size=seats)

    answer = deliver(shop, shop.provider.pay_session(DUE, session), session)

    assert answer == 200
    assert (payment_of(shop, checkout).state, shop.state(checkout)) == (
        "confirmed",
        state,
    )
    log = shop.order(checkout).all_logentries()
    told = log.filter(action_type="pretix.event.order.quotaexceeded").count()
    assert (shop.orders(checkout), told) == ((1, 0) if seats else (0, 1))


def test_without_a_card_form_the_shopper_is_back_at_the_order(shop, checkout):
    down = ProviderUnavailable("no answer")
    shop.provider.fail("payment_start_checkout", down)
    shown = shop.show(checkout)

    assert down.shopper_message("en") in shown
    assert f"Order {checkout}" in " ".join(shown.split())


def test_a_form_without_a_card_is_shown_again(shop, checkout):
    shown = shop.submit(checkout, "")

    assert "<clover-card" in shown
    assert "payment_charge" not in shop.provider.calls


def test_what_staff_add_meanwhile_stays_to_be_paid(shop, checkout):
    more = Money.of("35.99", "USD")
    shop.provider.during("payment_charge", lambda: shop.reprice(checkout, more))
    shop.submit(checkout, CARD)

    order = shop.order(checkout)
    assert (payment_of(shop, checkout).state, order.status) == ("confirmed", "n")
    assert order.pending_sum == TEN.to_decimal()


def test_staff_refund_a_part_and_the_rest(shop, checkout, staff):
    shop.submit(checkout, CARD)

    for amount in ("10.00", "15.99"):
        refund_by_staff(shop, staff, checkout, amount)

    rows = shop.order(checkout).refunds.all()
    assert [(str(row.amount), row.state) for row in rows] == [
        ("10.00", "done"),
        ("15.99", "done"),
    ]
    assert payment_of(shop, checkout).state == "refunded"


def test_a_refund_without_an_answer_is_in_transit_until_it_is_found(
    shop, checkout, staff
):
    shop.submit(checkout, CARD)
    lose_a_refund(shop)
    refund_by_staff(shop, staff, checkout, "10.00")
    assert shop.order(checkout).refunds.get().state == "transit"

    shop.provider.mend()
    shop.later()
    assert shop.order(checkout).refunds.get().state == "done"


def test_a_refund_that_was_refused_is_shown_as_failed(shop, checkout, staff):
    shop.submit(checkout, CARD)
    shop.provider.fail("payment_refund", ProviderUnavailable("closed for the night"))

    page = refund_by_staff(shop, staff, checkout, "10.00")

    assert "closed for the night" in page
    assert shop.order(checkout).refunds.get().state == "failed"


def test_a_refund_that_was_made_elsewhere_is_recorded_once(shop, checkout):
    shop.submit(checkout, CARD)
    made = shop.made(checkout)
    get_payments().refund(made.payment_id, TEN, intent_id="by the command line")
    shop.later()

    row = shop.order(checkout).refunds.get()
    assert (row.amount, row.state) == (TEN.to_decimal(), "external")


def test_staff_see_what_the_ledger_knows(shop, checkout, staff):
    shop.submit(checkout, CARD)

    page = staff.get(f"/control/event/tea/tasting/orders/{checkout}/").content.decode()
    assert shop.provider.ledger.popitem()[0] in page


def test_no_real_card_pays_for_a_test_and_none_in_another_currency(
    shop, event, settings
):
    provider = event.get_payment_providers()["clover"]
    assert provider.is_enabled

    settings.CLOVER = settings.CLOVER | {"CURRENCY": "CAD"}
    assert not provider.is_enabled

    settings.CLOVER = {
        name: value for name, value in settings.CLOVER.items() if name != "BASE_URL"
    } | {"CURRENCY": "USD", "ENVIRONMENT": "production"}
    event.testmode = True
    assert not provider.is_enabled


def test_on_an_organizers_own_domain_the_pages_are_pretixs(shop, checkout, settings):
    shop.open_page(checkout)
    made = shop.made(checkout)
    settings.CLOVER = settings.CLOVER | {"RETURN_BASE_URL": "https://tickets.example"}

    set_urlconf("pretix.multidomain.organizer_domain_urlconf")
    page = page_url("status", made)
    set_urlconf(None)

    assert page == f"https://tickets.example/_clover/status/{made.payment_id}/"


def test_recovery_runs_with_what_pretix_does_by_the_way(shop, checkout):
    from pretix.base.signals import periodic_task

    shop.break_next_order()
    shop.submit(checkout, CARD)
    assert shop.orders(checkout) == 0

    get_payments().notify(shop.made(checkout).payment_id)
    periodic_task.send(sender=None)
    assert shop.orders(checkout) == 1
