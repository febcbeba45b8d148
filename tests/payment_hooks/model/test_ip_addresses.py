"""Of whatever a server calls the shopper's address, the bare address is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_hooks import (
    CaptureRequest,
    ChargeDetails,
    Money,
    PaymentSource,
)
from payment_hooks.model.details.ip_addresses import bare_address
from payment_hooks.storefront.client_address import _warn_once, client_address

CARD = PaymentSource(token="tok-good")
DUE = Money(2599, "USD")
FORMS = {
    "203.0.113.7": "203.0.113.7",
    "203.0.113.7:51234": "203.0.113.7",
    " 203.0.113.7 ": "203.0.113.7",
    "2001:db8::1": "2001:db8::1",
    "2001:0DB8:0:0::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
    "[fe80::1%25eth0]:443": "fe80::1",
    "::ffff:203.0.113.7": "203.0.113.7",
    "203.0.113.7, 10.0.0.1": "203.0.113.7",
    "unknown, 203.0.113.7:80": "203.0.113.7",
    "198.51.100.9, 203.0.113.7": "203.0.113.7",
    "198.51.100.9,203.0.113.7:51234, ::ffff:10.0.0.2": "203.0.113.7",
    "203.0.113.7, ::1, fd00::2, fe80::1": "203.0.113.7",
    "203.0.113.7, unknown,": "203.0.113.7",
    "203.0.113.7" + ", 10.0.0.2" * 50: "203.0.113.7",
    "10.0.0.5, 10.0.0.2": "10.0.0.2",
    "203.0.113.7:80:90": "",
    "[]:443": "",
    '"[2001:db8::1]:443"': "2001:db8::1",
    "unknown": "",
    "": "",
    "not an address" * 1000: "",
    "203.0.113.7; drop table": "",
    "203.0.113.256": "",
    "0.0.0.0": "",
    "[::]:80": "",
    "224.0.0.1": "",
    "203.0.113.7\r\nX-Evil: 1": "",
    "/run/gunicorn.sock": "",
}


@pytest.mark.parametrize(("text", "address"), FORMS.items(), ids=lambda text: text[:30])
def test_an_address_is_found_in_whatever_form_it_comes(text, address):
    assert bare_address(text) == address


@given(st.text() | st.from_regex(r"[0-9a-f:.%\[\], ]{0,60}", fullmatch=True))
def test_no_text_gives_more_than_one_bare_address(text):
    address = bare_address(text)

    assert address.isascii()
    assert not set(address) - set("0123456789abcdef.:")


@pytest.mark.parametrize("text", FORMS, ids=lambda text: text[:30])
def test_no_form_of_an_address_refuses_a_payment(payments, provider, text):
    payment_id = payments.open("100123", mode="iframe").payment_id

    payments.authorize(payment_id, CARD, details=ChargeDetails(shopper_ip=text))
    captured = payments.capture(payment_id)

    assert captured.shopper_ip == bare_address(text)


def test_what_is_left_out_is_logged_without_its_value(caplog):
    assert bare_address("secret-host.internal") == ""

    assert "no IP address" in caplog.text
    assert "secret-host" not in caplog.text


@pytest.mark.parametrize("kind", [ChargeDetails, CaptureRequest])
def test_a_request_carries_a_bare_address(kind):
    given = {"transaction_id": "C1"} if kind is CaptureRequest else {}
    due = {"amount": DUE, "reference": "1"} if given else {}

    request = kind(shopper_ip="203.0.113.7:51234", **given, **due)

    assert request.shopper_ip == "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded_for", "address"),
    [
        (0, "203.0.113.7", "", "203.0.113.7"),
        (0, "203.0.113.7:51234", "198.51.100.66", "203.0.113.7"),
        (0, "[2001:db8::1]:443", "198.51.100.66", "2001:db8::1"),
        (0, "", "203.0.113.7", ""),
        (0, "localhost", "203.0.113.7", ""),
        (1, "", "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.2", "203.0.113.7:51234", "203.0.113.7"),
        (1, "10.0.0.2", "198.51.100.66, 203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.2", "198.51.100.66,[2001:db8::1]:443", "2001:db8::1"),
        (2, "10.0.0.2", "203.0.113.7, 10.0.0.3", "203.0.113.7"),
        (2, "10.0.0.2", "198.51.100.66, 203.0.113.7, 10.0.0.3", "203.0.113.7"),
        (2, "10.0.0.2", "198.51.100.66, 203.0.113.7, 198.51.100.9", "203.0.113.7"),
        # Past one of the proxies: what is first may be forged.
        (2, "10.0.0.2", "198.51.100.66", ""),
        (1, "10.0.0.2", "", ""),
        (3, "10.0.0.2", ", 203.0.113.7", ""),
        # The outermost proxy saw no address: what is before it is no substitute.
        (1, "10.0.0.2", "198.51.100.66, unknown", ""),
        (1, "10.0.0.2", "198.51.100.66,", ""),
        (1, "10.0.0.2", "198.51.100.66, 203.0.113.7:80:90", ""),
        (1, "10.0.0.2", "198.51.100.66, 0.0.0.0", ""),
        (1, "10.0.0.2", "198.51.100.66, 192.168.1.5", "192.168.1.5"),
        (1, "10.0.0.2", "198.51.100.66, " * 10_000 + "203.0.113.7", "203.0.113.7"),
    ],
)
def test_only_what_trusted_proxies_added_is_believed(
    proxies, peer, forwarded_for, address
):
    assert client_address(peer, forwarded_for, proxies=proxies) == address


@given(st.text(), st.integers(1, 5))
def test_nothing_that_a_client_writes_changes_the_address(invented, proxies):
    added = ["203.0.113.7", *[f"10.0.0.{number}" for number in range(1, proxies)]]

    found = client_address("", ", ".join([invented, *added]), proxies=proxies)

    assert found == "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded_for", "said"),
    [
        (0, "", "203.0.113.7", "names no address"),
        (0, "10.0.0.2:80", "203.0.113.7", "would be that of every shopper"),
        (0, "::1", "203.0.113.7", "would be that of every shopper"),
        (1, "10.0.0.2", "", "had no address in place 1 from its end"),
        (1, "10.0.0.2", "10.0.0.3", "of an inside network"),
    ],
)
def test_the_operator_is_informed_once_what_to_set(
    caplog, proxies, peer, forwarded_for, said
):
    _warn_once.cache_clear()

    for _ in range(3):
        client_address(peer, forwarded_for, proxies=proxies)

    (line,) = caplog.messages
    assert said in line
    assert "CLIENT_IP" in line


@pytest.mark.parametrize(
    ("peer", "forwarded_for"),
    [("203.0.113.7", "198.51.100.66"), ("127.0.0.1", ""), ("10.0.0.2", "")],
)
def test_a_shop_without_proxies_hears_nothing(caplog, peer, forwarded_for):
    _warn_once.cache_clear()

    client_address(peer, forwarded_for)

    assert caplog.messages == []
