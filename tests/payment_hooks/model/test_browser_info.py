"""What a page says of the shopper's browser, and what is made of it."""

import json

import pytest

from payment_hooks import (
    BrowserInfo,
    ChargeDetails,
    InvalidRequest,
    Money,
    PaymentSource,
)
from payment_hooks.ledger.intents import is_same_source, make_fingerprint

SENT = {
    "accept_header": "*/*",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "language": "en-US",
    "origin": "https://shop.example",
    "screen_width": "1792",
    "screen_height": "1120",
    "color_depth": "24",
    "time_zone_offset": "-420",
    "java_enabled": "false",
    "javascript_enabled": "true",
}
READ = BrowserInfo(
    accept_header="*/*",
    user_agent="Mozilla/5.0 (X11; Linux x86_64)",
    language="en-US",
    origin="https://shop.example",
    screen_width=1792,
    screen_height=1120,
    color_depth=24,
    time_zone_offset=-420,
)
WRONG = {
    "accept_header": ["", None, "a\nb", "ä", "x" * 2049, 7],
    "user_agent": ["", "x" * 2049, "4242 4242 4242 4242"],
    "language": ["", "x" * 36],
    "origin": [
        "null",
        "shop.example",
        "javascript:alert(1)",
        "https://",
        "http://[",
        "",
    ],
    "screen_width": [-1, 1_000_000, 1.5, True, None, "wide"],
    "screen_height": [-1, "1e3", "9" * 5000],
    "color_depth": [0, 49, "deep"],
    "time_zone_offset": [841, -841, ""],
    "java_enabled": [None, 1, "perhaps"],
    "javascript_enabled": ["", 0],
}
EACH_WRONG = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize("sent", [SENT, json.dumps(SENT), SENT | {"other": {}}])
def test_what_a_page_sent_is_read(sent):
    assert BrowserInfo.usable(sent) == READ


@pytest.mark.parametrize(("name", "value"), EACH_WRONG)
def test_a_field_that_cannot_be_used_leaves_all_of_it_out(name, value, caplog):
    assert BrowserInfo.usable(SENT | {name: value}) is None

    assert "no 3-D Secure" in caplog.text
    assert str(value) not in caplog.text or len(str(value)) < 8


@pytest.mark.parametrize(
    "name", sorted(set(SENT) - {"java_enabled", "javascript_enabled"})
)
def test_a_missing_field_leaves_all_of_it_out(name):
    assert BrowserInfo.usable({key: SENT[key] for key in SENT if key != name}) is None


@pytest.mark.parametrize(
    "sent", ["{", "[]", "7", "[" * 9000, json.dumps(SENT) + " " * 9999]
)
def test_what_is_no_object_is_left_out(sent):
    assert BrowserInfo.usable(sent) is None


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_nothing_is_no_mistake(nothing, caplog):
    assert BrowserInfo.usable(nothing) is None
    assert caplog.text == ""


def test_a_wrong_field_of_the_shop_s_own_is_refused_by_name():
    with pytest.raises(InvalidRequest, match="color_depth") as caught:
        BrowserInfo(**fields(READ) | {"color_depth": "24"})

    assert caught.value.code == "detail_invalid"


@pytest.mark.parametrize(("shown", "known"), [(30, 24), (48, 48), (2, 1), (31, 24)])
def test_a_depth_that_the_standard_does_not_know_is_the_next_smaller(shown, known):
    assert BrowserInfo.usable(SENT | {"color_depth": shown}).color_depth == known


def test_nothing_of_it_is_shown():
    details = ChargeDetails(browser=READ)

    assert repr(READ) == "BrowserInfo(...)"
    assert "Mozilla" not in repr(details) + str(details)


def test_it_is_a_detail_of_its_type_alone():
    with pytest.raises(InvalidRequest, match="browser"):
        ChargeDetails(browser=SENT)


def test_with_it_the_address_is_part_of_what_is_asked():
    """Clover's body holds both: another one under the same key would be a conflict."""
    due, card = Money(2599, "USD"), PaymentSource(token="tok-1")
    here, there = (
        make_fingerprint(due, card, ChargeDetails(browser=READ, shopper_ip=address))
        for address in ("203.0.113.7", "203.0.113.8")
    )

    assert here != there
    assert is_same_source(here, there)
    without = (
        make_fingerprint(due, card, ChargeDetails(shopper_ip=address))
        for address in ("203.0.113.7", "203.0.113.8")
    )
    assert len(set(without)) == 1


def fields(browser):
    return {name: getattr(browser, name) for name in BrowserInfo.__slots__}
