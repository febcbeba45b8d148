"""The shopper's address is mended or left out, and never costs a sale."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clover_provider import calls
from clover_provider.shopper_address import build_headers
from payment_hooks import CaptureRequest, Money


@pytest.mark.parametrize(
    ("given_ip", "sent"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ('"203.0.113.7"', "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("::FFFF:cb00:7107", "::ffff:203.0.113.7"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_the_shoppers_address_is_passed_on_bare(given_ip, sent):
    assert build_headers(given_ip) == {"x-forwarded-for": sent}


@pytest.mark.parametrize(
    ("given_ip", "sent"),
    [
        ("198.51.100.9, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.9,203.0.113.7:51234, 10.0.0.2", "203.0.113.7"),
        ("203.0.113.7, unknown", "203.0.113.7"),
        ("unknown, 203.0.113.7, ::1, fd00::2", "203.0.113.7"),
        ("203.0.113.7, ::ffff:10.0.0.2", "203.0.113.7"),
        ("10.0.0.5, 10.0.0.2", "10.0.0.2"),
        ("203.0.113.7,", "203.0.113.7"),
        ("203.0.113.7" + ", 10.0.0.2" * 50, "203.0.113.7"),
    ],
)
def test_of_a_list_the_last_address_from_outside_counts(given_ip, sent):
    assert build_headers(given_ip) == {"x-forwarded-for": sent}


def test_without_an_address_no_header_is_made(caplog):
    assert build_headers("") == {}
    assert not caplog.records


NONE = [
    "localhost",
    "unknown",
    "_hidden",
    "203.0.113",
    "203.0.113.7\r\nX-A: b",
    "203.0.113.7:80:90",
    "[2001:db8::1",
    "[]:443",
    ",",
    "4111 1111 1111 1112",
    "x" * 10_000,
]


@pytest.mark.parametrize("given_ip", NONE, ids=lambda text: text[:20])
def test_what_is_no_address_is_left_out_and_logged_without_it(
    given_ip, caplog, ask_for, config
):
    with caplog.at_level(logging.WARNING):
        call = calls.charge(
            ask_for(shopper_ip=given_ip), config, capture=True, attempt=1
        )

    [record] = caplog.records
    assert call.headers == {}
    assert record.length == len(given_ip)
    assert len(given_ip) < 2 or given_ip not in record.getMessage()


@given(st.text() | st.from_regex(r"[0-9a-f:.%\[\], ]{0,60}", fullmatch=True))
def test_no_text_costs_a_sale_or_breaks_the_header(text):
    headers = build_headers(text)

    for value in headers.values():
        assert value.isascii()
        assert value.isprintable()
        assert not set(value) & set(" ,[]%")


def test_a_capture_sends_the_address_too(config):
    request = CaptureRequest(
        transaction_id="ABCDEFGHJKMN1",
        amount=Money(2599, "USD"),
        reference="100123",
        shopper_ip="198.51.100.9, 203.0.113.7:51234",
    )

    assert calls.capture(request, config).headers == {"x-forwarded-for": "203.0.113.7"}
