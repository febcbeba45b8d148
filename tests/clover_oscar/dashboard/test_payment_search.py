"""What the page of payments shows, finds, adds up and hands out as a file."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from clover_django import conf
from clover_django.models import Operation
from clover_django.payments import get_payments
from clover_oscar.baskets.snapshot import ADAPTER
from clover_oscar.dashboard.payment_csv import neutralize
from clover_oscar.orders.flags import NOT_PLACED
from payment_hooks import (
    Limits,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentState,
    ProviderUnavailable,
)
from tests.clover_oscar.conftest import put_in_place
from tests.clover_oscar.dashboard.test_order_detail import SEES_ORDERS, make_staff
from tests.clover_oscar.shopper import EMAIL, Shopper, orders

URL = "/dashboard/orders/clover-payments/"


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


def buy(product, **settings):
    shopper = Shopper(Client(SERVER_NAME="localhost"))
    shopper.reach_payment(product)
    shopper.pay()
    (payment,) = get_payments().find(orders()[-1].number)
    return payment


def money_of(payment):
    return next(
        row for row in get_payments().operations(payment.payment_id) if row.counts
    )


def give_card(payment, brand="VISA", last4="4242"):
    details = {"brand": brand, "last4": last4}
    changed = replace(money_of(payment), details=details)
    get_payments().ledger.replace_operation(changed)


def page_of(staff, **query):
    return staff.get(URL, {"view": "all", **query}).content.decode()


def listed(staff, **query):
    """The references on the page, newest first."""
    rows = re.findall(r"(?s)<tbody.*?</tbody>", page_of(staff, **query))
    cells = re.findall(r'data-label="Order">(.*?)</td>', "".join(rows))
    return [re.search(r"\d{5,}|x-\d+", strip_tags(cell))[0] for cell in cells]


def test_a_row_names_customer_card_amount_and_state_and_links_the_order(
    owner, product, clover
):
    payment = buy(product)
    give_card(payment)

    page = page_of(owner)

    assert EMAIL in page
    assert "Visa •••• 4242" in page
    assert "$10.00" in page
    assert '<span class="clover-badge clover-badge-paid">Paid</span>' in page
    assert f'href="/dashboard/orders/{payment.reference}/?tab=payment#payment"' in page


def test_the_page_says_where_it_is(owner):
    trail = re.search(r'(?s)<ol class="breadcrumb">(.*?)</ol>', page_of(owner))[1]

    assert re.findall(r">\s*([A-Z]\w+)\s*<", trail) == [
        "Dashboard",
        "Orders",
        "Payments",
    ]


@pytest.fixture
def two(owner, product, clover):
    """Two payments: of a Visa and of a Mastercard, the second refunded in part."""
    first, second = buy(product), buy(product)
    give_card(first)
    give_card(second, "MC", "5454")
    get_payments().refund(second.payment_id, Money(400, "USD"), intent_id="a")
    return first, second


def test_it_is_found_by_number_card_and_clovers_id(owner, two):
    first, second = two
    everything = [second.reference, first.reference]

    assert listed(owner) == everything
    assert listed(owner, q=first.reference) == [first.reference]
    assert listed(owner, q=f" #{first.reference} ") == [first.reference]
    assert listed(owner, q="5454") == [second.reference]
    assert listed(owner, q=money_of(first).transaction_id) == [first.reference]
    assert listed(owner, q=EMAIL.upper()) == everything
    assert listed(owner, q="else@example.com") == []


def test_an_account_is_found_by_its_address(owner, product, clover):
    shopper = Shopper(Client(SERVER_NAME="localhost"))
    member = make_staff("member").user
    shopper.client.force_login(member)
    shopper.reach_payment(product)
    shopper.pay()

    assert listed(owner, q="member@example.com") == [orders()[0].number]
    assert "member@example.com" in page_of(owner)


def test_it_is_filtered_by_state(owner, two, product, clover):
    first, second = two
    shopper = Shopper(Client(SERVER_NAME="localhost"))
    shopper.reach_payment(product)
    shopper.pay("decline-1")

    assert listed(owner, state="paid") == [first.reference]
    assert listed(owner, state="partly_refunded") == [second.reference]
    (declined,) = listed(owner, state="declined")
    assert listed(owner, state="open") == [declined]
    assert listed(owner, state="unknown") == []
    assert "Declined</span>" in page_of(owner)


def test_an_unknown_outcome_is_a_state_to_look_for(owner, product, clover):
    clover.fail("payment_charge", OutcomeUnknown("no answer"), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    shopper = Shopper(Client(SERVER_NAME="localhost"))
    shopper.reach_payment(product)
    shopper.pay()

    assert len(listed(owner, state="unknown")) == 1
    page = page_of(owner)
    assert "Charge of $10.00: Unknown outcome" in page
    assert 'value="ask"' in page


def test_it_is_filtered_by_date(owner, two):
    first, second = two
    rows = type(get_payments().ledger)(conf.ledger_alias())._payments
    day = datetime(2026, 3, 14, 23, 59, tzinfo=UTC)
    rows.filter(payment_id=first.payment_id).update(created_at=day)

    assert listed(owner, since="2026-03-14", until="2026-03-14") == [first.reference]
    assert listed(owner, until="2026-03-13") == []
    assert listed(owner, since="2026-03-15") == [second.reference]
    assert "Enter a valid date" in page_of(owner, since="soon")


def test_what_is_shown_is_added_up(owner, two):
    first, _ = two

    def sums(**query):
        found = re.search(
            r'(?s)<ul class="clover-sums">(.*?)</ul>', page_of(owner, **query)
        )
        return re.sub(r"\s+", " ", strip_tags(found[1])).strip()

    assert sums() == (
        "Payments 2 Captured $20.00 Refunded $4.00 Net $16.00 "
        "Authorized, not captured $0.00"
    )
    assert sums(q=first.reference).startswith("Payments 1 Captured $10.00 Refunded $0")


def test_money_that_does_not_fit_adds_nothing(owner, two):
    first, _ = two
    flagged = replace(money_of(first), flag="amount_differs")
    get_payments().ledger.replace_operation(flagged)

    assert "Captured <strong>$10.00</strong>" in page_of(owner)


@pytest.fixture
def reserved(owner, product, clover, clover_settings):
    clover_settings(AUTO_CAPTURE=False)
    return buy(product)


def age(payment, **spent):
    rows = Operation.objects.using(conf.ledger_alias())
    rows = rows.filter(payment_id=payment.payment_id)
    rows.update(created_at=datetime.now(UTC) - timedelta(**spent))


@pytest.fixture
def week(clover):
    """A provider that says how long it holds an authorization."""
    clover.limits = Limits(authorization_window=timedelta(days=7))
    put_in_place(clover)


def test_an_authorization_shows_until_when_it_lasts(owner, reserved, week):
    page = page_of(owner)

    assert "Authorized</span>" in page
    assert "until " in page
    assert "may lapse" not in page
    assert listed(owner, view="lapsing") == []
    assert "Authorized, not captured <strong>$10.00</strong>" in page


def test_an_authorization_about_to_lapse_needs_attention(owner, reserved, week):
    age(reserved, days=5, hours=1)

    assert listed(owner, view="lapsing") == [reserved.reference]
    assert listed(owner, view="attention") == [reserved.reference]
    page = page_of(owner)
    assert "The authorization may lapse on " in page
    assert "Capture or void it before then." in page
    assert "Open the order" in page


@pytest.mark.parametrize("end", ["capture", "void"])
def test_what_was_captured_or_voided_does_not_lapse(owner, reserved, week, end):
    getattr(get_payments(), end)(reserved.payment_id)
    age(reserved, days=6)

    assert listed(owner, view="lapsing") == []


def test_a_provider_that_names_no_time_warns_of_nothing(owner, reserved):
    age(reserved, days=60)

    assert listed(owner, view="lapsing") == []


def post(staff, payment, action, **fields):
    values = {"payment_id": payment.payment_id, "action": action, **fields}
    return staff.post(f"{URL}?view=attention", values, follow=True).content.decode()


def test_what_needs_attention_says_what_to_do_and_ends_with_a_button(
    owner, product, clover
):
    payment = buy(product)
    get_payments().flag(payment.payment_id, "cvc_check_failed")
    page = owner.get(URL).content.decode()
    assert "The security code did not match" in page
    assert "Look whether the order is genuine." in page
    assert 'value="dismiss"' in page

    done = post(owner, payment, "dismiss", flag="cvc_check_failed")

    assert "“The security code did not match” is done" in done
    assert "Nothing needs attention" in done
    assert get_payments().get(payment.payment_id).flags == ()


def test_a_mark_stays_while_its_money_is_here(owner, product, clover):
    payment = buy(product)
    flagged = replace(money_of(payment), flag="amount_differs")
    get_payments().ledger.replace_operation(flagged)
    get_payments().flag(payment.payment_id, "amount_differs")

    page = post(owner, payment, "dismiss", flag="amount_differs")

    assert "The money is still here: refund it first." in page
    assert "amount_differs" in get_payments().get(payment.payment_id).flags


def test_money_without_an_order_is_decided_and_not_dismissed(owner, product, clover):
    payment = buy(product)
    orders()[0].delete()
    get_payments().flag(payment.payment_id, NOT_PLACED)

    page = post(owner, payment, "dismiss", flag=NOT_PLACED)

    assert "Place the order of this payment, or reverse the payment." in page
    assert get_payments().get(payment.payment_id).flags == (NOT_PLACED,)


def test_dismissing_needs_a_permission(product, clover):
    payment = buy(product)
    get_payments().flag(payment.payment_id, "cvc_check_failed")
    reader = make_staff("reader", *SEES_ORDERS)

    assert 'value="dismiss"' not in reader.get(URL).content.decode()
    page = post(reader, payment, "dismiss", flag="cvc_check_failed")

    assert "You are not allowed to do this." in page
    assert get_payments().get(payment.payment_id).flags == ("cvc_check_failed",)


def test_the_same_page_comes_back_after_a_button(owner, product, clover):
    payment = buy(product)
    query = f"{URL}?view=all&q={payment.reference}"

    answer = owner.post(query, {"payment_id": payment.payment_id, "action": "ask"})

    assert answer.url == query


def read_csv(staff, **query):
    answer = staff.get(URL, {"view": "all", "format": "csv", **query})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return answer, list(csv.DictReader(io.StringIO(text)))


def test_the_list_is_handed_out_as_csv(owner, two):
    first, second = two

    answer, (newest, oldest) = read_csv(owner)

    assert answer["Content-Type"].startswith("text/csv")
    assert "payments.csv" in answer["Content-Disposition"]
    assert newest["Order number"] == second.reference
    assert (newest["Amount"], newest["Currency"]) == ("10.00", "USD")
    assert (newest["Captured"], newest["Refunded"]) == ("10.00", "4.00")
    assert newest["Payment state"] == "Partly refunded"
    assert oldest["Card"] == "Visa •••• 4242"
    assert oldest["Customer"] == EMAIL
    _, found = read_csv(owner, q=first.reference)
    assert [row["Order number"] for row in found] == [first.reference]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begin):
    assert neutralize(f"{begin}1+1") == f"'{begin}1+1"
    assert neutralize("1.00") == "1.00"


def test_what_a_shopper_typed_is_no_formula_in_the_file(owner, product, clover):
    payment = buy(product)
    order = orders()[0]
    order.guest_email = "=HYPERLINK(1)@example.com"
    order.save()

    _, (row,) = read_csv(owner, q=payment.reference)

    assert row["Customer"] == "'=HYPERLINK(1)@example.com"


def test_the_file_needs_the_permission_of_the_page(shopper, clover):
    answer = shopper.client.get(URL, {"format": "csv"})

    assert answer.status_code == 302


def open_many(number, flags=()):
    payments = get_payments()
    for index in range(number):
        opened = payments.open(
            f"x-{len(flags)}{index}",
            mode=Mode.IFRAME,
            amount_due=Money(1000, "USD"),
            adapter=ADAPTER,
            context={**SNAPSHOT, "basket_id": 10_000 + index, "user_id": str(index)},
        )
        for flag in flags:
            payments.flag(opened.payment_id, flag)


SNAPSHOT = {
    "order_number": "x",
    "shipping_charge": {},
    "total": {},
    "currency": "USD",
    "order_fields": {"guest_email": "a@example.com"},
}


def test_a_page_is_as_long_as_staff_can_read(owner, clover):
    open_many(26)

    first, second = listed(owner), listed(owner, page="2")

    assert (len(first), len(second)) == (25, 1)
    assert "Page 1 of 2" in re.sub(r"\s+", " ", page_of(owner))


@pytest.mark.parametrize("form", ["page", "csv"])
def test_more_payments_need_no_more_queries(owner, product, clover, form):
    def count():
        ledger = connections[conf.ledger_alias()]
        shown = {"csv": read_csv, "page": page_of}[form]
        with (
            CaptureQueriesContext(connection) as shop,
            CaptureQueriesContext(ledger) as books,
        ):
            shown(owner)
        return len(shop) + (len(books) if ledger is not connection else 0)

    for _ in range(2):
        buy(product)
    open_many(2, ["paid_without_order", "cvc_check_failed"])
    few = count()
    for _ in range(4):
        buy(product)
    open_many(12, ["paid_without_order", "cvc_check_failed"])

    assert count() == few


def test_a_voided_payment_is_shown_as_such(owner, reserved):
    get_payments().void(reserved.payment_id)

    assert get_payments().get(reserved.payment_id).state is PaymentState.VOIDED
    assert listed(owner, state="voided") == [reserved.reference]
