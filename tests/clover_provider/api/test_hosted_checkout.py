"""Hosted sessions: lines to the cent, safe return addresses, a readable answer."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clover_provider.api import hosted_checkout, hosted_lines
from clover_provider.config import CloverConfig
from payment_hooks import (
    CheckoutRequest,
    Customer,
    InvalidRequest,
    LineItem,
    Mode,
    Money,
    ProviderUnavailable,
    ReturnUrls,
)

URLS = ReturnUrls(
    success="https://shop.example/clover/return/abc/",
    failure="https://shop.example/clover/cancel/abc/",
)


def make_config(**changes):
    values = {
        "ENVIRONMENT": "sandbox",
        "MERCHANT_ID": "TESTMERCH0001",
        "MODE": "hosted",
        "PRIVATE_KEY": "private",
        "HOSTED_PRIVATE_KEY": "hosted",
        "WEBHOOK_SECRETS": ["secret"],
    }
    return CloverConfig.from_mapping({**values, **changes})


def usd(minor_units):
    return Money(minor_units, "USD")


def line(name, price, quantity=1):
    return LineItem(name=name, unit_price=usd(price), quantity=quantity)


def make_request(amount, *lines, **changes):
    return CheckoutRequest(
        amount=usd(amount),
        reference="100123",
        mode=Mode.HOSTED,
        lines=lines,
        return_urls=changes.pop("return_urls", URLS),
        **changes,
    )


def total(lines):
    return sum(item.unit_price.minor_units * item.quantity for item in lines)


def test_lines_tax_and_shipping_go_out_as_they_are():
    request = make_request(
        2931,
        line("Mug", 1195, 2),
        tax=usd(41),
        shipping=usd(500),
        customer=Customer(first_name="A", last_name="Buyer", email="a@example.test"),
        operation_id="9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10",
    )

    config = make_config(PAGE_CONFIG_ID="page-1", HOSTED_LINES="all")
    body = hosted_checkout.build(request, config)

    assert body == {
        "pageConfigUuid": "page-1",
        "customer": {"firstName": "A", "lastName": "Buyer", "email": "a@example.test"},
        "shoppingCart": {
            "lineItems": [
                {
                    "name": "Mug",
                    "price": 1195,
                    "unitQty": 2,
                    "note": "Ref H2E5WTTOQGC5",
                },
                {"name": "Shipping", "price": 500, "unitQty": 1},
                {"name": "Tax", "price": 41, "unitQty": 1},
            ]
        },
        "redirectUrls": {
            "success": URLS.success,
            "failure": URLS.failure,
            "cancel": URLS.failure,
        },
    }


def lines_on_page(request, **settings):
    body = hosted_checkout.build(request, make_config(**settings))
    return body["shoppingCart"]["lineItems"]


def test_a_page_shows_one_line_named_after_what_is_bought():
    request = make_request(
        2931,
        line("Mug", 1195, 2),
        tax=usd(41),
        shipping=usd(500),
        operation_id="9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10",
    )

    assert lines_on_page(request) == [
        {
            "name": "Order 100123: 2 \N{MULTIPLICATION SIGN} Mug, Shipping, Tax",
            "price": 2931,
            "unitQty": 1,
            "note": "Ref H2E5WTTOQGC5",
        }
    ]


def test_a_quantity_is_several_lines_of_the_order_and_becomes_one():
    [shown] = lines_on_page(make_request(1000, line("Mug", 500, 2)))

    assert (shown["price"], shown["unitQty"]) == (1000, 1)


def test_the_only_piece_keeps_its_name():
    [shown] = lines_on_page(make_request(500, line("Mug", 500)))

    assert shown["name"] == "Mug"


def test_a_name_that_is_too_long_is_cut_where_it_can_be_seen():
    many = [line(f"Article number {n}", 100) for n in range(20)]

    [shown] = lines_on_page(make_request(2000, *many))

    assert len(shown["name"]) == 127
    assert shown["name"].endswith("\N{HORIZONTAL ELLIPSIS}")


def test_lines_that_miss_the_amount_are_refused_though_only_one_is_shown():
    with pytest.raises(InvalidRequest, match="the lines come to"):
        lines_on_page(make_request(2590, line("Mug", 2599)))


def test_without_lines_one_line_shows_the_whole_amount():
    [only] = hosted_lines.fold(make_request(2599))

    assert (only.name, only.unit_price, only.quantity) == ("Order 100123", usd(2599), 1)


def test_a_discount_is_taken_off_the_lines():
    lines = hosted_lines.fold(
        make_request(900, line("Mug", 500), line("Tea", 500), discount=usd(100))
    )

    assert [(item.name, item.unit_price.minor_units) for item in lines] == [
        ("Mug", 450),
        ("Tea", 450),
    ]


def test_tax_and_shipping_stand_as_they_are_beside_a_discount():
    lines = hosted_lines.fold(
        make_request(
            1141, line("Mug", 1000), tax=usd(41), shipping=usd(200), discount=usd(100)
        )
    )

    assert [(item.name, item.unit_price.minor_units) for item in lines] == [
        ("Mug", 900),
        ("Shipping", 200),
        ("Tax", 41),
    ]


def test_a_discount_larger_than_what_is_bought_is_taken_off_the_rest_too():
    lines = hosted_lines.fold(
        make_request(150, line("Mug", 100), shipping=usd(200), discount=usd(150))
    )

    assert total(lines) == 150
    assert [item.name for item in lines] == ["Mug", "Shipping"]


def test_a_discount_in_another_currency_is_refused():
    with pytest.raises(InvalidRequest, match="discount is not in USD"):
        hosted_lines.fold(
            make_request(400, line("Mug", 500), discount=Money(100, "CAD"))
        )


@pytest.mark.parametrize(
    ("name", "shown"), [("", "Item"), ("  ", "Item"), ("M" * 200, "M" * 127)]
)
def test_every_line_goes_out_with_a_name_that_fits(name, shown):
    body = hosted_checkout.build(make_request(500, line(name, 500)), make_config())

    assert body["shoppingCart"]["lineItems"][0]["name"] == shown


def test_a_line_that_no_longer_divides_becomes_one_piece():
    [mugs] = hosted_lines.fold(
        make_request(1000, line("Mug", 500, 3), discount=usd(500))
    )

    assert (mugs.name, mugs.unit_price, mugs.quantity) == (
        "3 \N{MULTIPLICATION SIGN} Mug",
        usd(1000),
        1,
    )


def test_a_line_discounted_to_nothing_is_left_out():
    lines = hosted_lines.fold(
        make_request(1, line("Mug", 10000), line("Tea", 1), discount=usd(10000))
    )

    assert total(lines) == 1
    assert all(item.unit_price.minor_units > 0 for item in lines)


def test_a_free_line_is_left_out():
    [mug] = hosted_lines.fold(make_request(500, line("Mug", 500), line("Gift", 0)))

    assert mug.name == "Mug"


@given(
    prices=st.lists(
        st.tuples(st.integers(1, 100_000), st.integers(1, 9)), min_size=1, max_size=8
    ),
    extras=st.tuples(st.integers(0, 5000), st.integers(0, 5000)),
    part=st.floats(0, 0.99),
    miss=st.integers(-1, 1),
)
def test_any_basket_comes_to_exactly_the_amount_due(prices, extras, part, miss):
    lines = [line(f"Item {n}", price, count) for n, (price, count) in enumerate(prices)]
    listed = total(lines) + sum(extras)
    discount = int(listed * part)
    due = max(1, listed - discount + miss)
    tax, shipping = extras

    folded = hosted_lines.fold(
        make_request(
            due, *lines, tax=usd(tax), shipping=usd(shipping), discount=usd(discount)
        )
    )

    assert total(folded) == due
    assert all(item.unit_price.minor_units > 0 for item in folded)


@pytest.mark.parametrize("amount", [2590, 3000, 1])
def test_lines_that_miss_the_amount_are_refused(amount):
    with pytest.raises(InvalidRequest, match=r"the lines come to 25\.99 USD"):
        hosted_lines.fold(make_request(amount, line("Mug", 2599)))


def test_a_negative_line_is_refused():
    with pytest.raises(InvalidRequest, match="pass it as the discount"):
        hosted_lines.fold(make_request(500, line("Mug", 600), line("Voucher", -100)))


def test_a_line_in_another_currency_is_refused():
    other = LineItem(name="Mug", unit_price=Money(500, "CAD"))

    with pytest.raises(InvalidRequest, match="not in USD"):
        hosted_lines.fold(make_request(500, other))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/back",
        "//shop.example/back",
        "/back",
        "https:shop.example",
        "https://user:pass@shop.example/",
        "https://shop.example/\r\nx: y",
        "https://shop.example\\@evil.example/",
        "javascript:alert(1)",
        "http://127.0.0.1:8000/back",
        "https:///back",
        "https://[::1",
        "https://shop.example:99999/back",
        "https://shop.example:port/back",
        "https://shop.example\u2100/back",
    ],
)
def test_an_unsafe_return_address_is_refused(url):
    urls = ReturnUrls(success=url, failure=URLS.failure)

    with pytest.raises(InvalidRequest, match="must be an absolute https address"):
        hosted_checkout.build(make_request(500, return_urls=urls), make_config())


def test_plain_http_on_this_machine_is_fine_for_the_double_only():
    local = make_config(ENVIRONMENT="local", BASE_URL="http://127.0.0.1:8765")
    here = "http://127.0.0.1:8000/back"
    there = "http://shop.example/back"

    hosted_checkout.check_return_urls(ReturnUrls(success=here, failure=here), local)
    with pytest.raises(InvalidRequest):
        hosted_checkout.check_return_urls(
            ReturnUrls(success=there, failure=here), local
        )


def test_a_session_without_return_addresses_is_refused():
    with pytest.raises(InvalidRequest, match="needs return URLs"):
        hosted_checkout.build(make_request(500, return_urls=None), make_config())


@pytest.mark.parametrize(
    "expires",
    [
        "2026-01-01T00:15:00.000+0000",
        "2026-01-01T00:15:00",
        "2026-01-01 00:15:00",
        "1767226500",
        "1767226500000",
        1767226500,
        1767226500000,
    ],
)
def test_the_answer_is_read_however_it_says_the_time(expires):
    answer = {
        "href": "https://sandbox.dev.clover.com/pay-checkout/9f0c?mode=checkout",
        "checkoutSessionId": "9f0c",
        "createdTime": "2026-01-01T00:00:00.000+0000",
        "expirationTime": expires,
    }

    session = hosted_checkout.read(answer, make_config())

    assert session.session_id == "9f0c"
    assert session.expires_at == datetime(2026, 1, 1, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"href": None},
        {"href": "https://evil.example/pay"},
        {"href": "https://clover.com.evil.example/pay"},
        {"href": "http://sandbox.dev.clover.com/pay"},
        {"href": "https://evil.example\\@www.clover.com/pay"},
        {"href": "https://user@www.clover.com/pay"},
        {"href": "https://www.clover.com/pay\n"},
        {"href": "https://[bad"},
        {"checkoutSessionId": ""},
        {"expirationTime": None},
        {"expirationTime": "tomorrow"},
        {"expirationTime": 10**30},
    ],
)
def test_an_answer_that_cannot_be_used_is_no_session(change):
    answer = {
        "href": "https://www.clover.com/pay-checkout/9f0c",
        "checkoutSessionId": "9f0c",
        "expirationTime": 1767226500,
    }

    with pytest.raises(ProviderUnavailable, match="open another"):
        hosted_checkout.read({**answer, **change}, make_config())


@pytest.mark.parametrize(
    "url",
    [
        "javascript://127.0.0.1:8765/%0aalert(1)",
        "https://127.0.0.1:8765/pay",
        "http://127.0.0.1:9999/pay",
    ],
)
def test_the_doubles_page_is_at_the_doubles_address_only(url):
    local = make_config(ENVIRONMENT="local", BASE_URL="http://127.0.0.1:8765")
    answer = {"href": url, "checkoutSessionId": "9f0c", "expirationTime": 1767226500}
    right = {**answer, "href": "http://127.0.0.1:8765/pay"}

    assert hosted_checkout.read(right, local).url == right["href"]
    with pytest.raises(ProviderUnavailable, match="not Clover's"):
        hosted_checkout.read(answer, local)
