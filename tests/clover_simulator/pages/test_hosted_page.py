"""The shopper's page, from the shopper's side."""

import re

import pytest

from clover_simulator.state import cards
from clover_simulator.traffic.client import fetch
from tests.clover_simulator.conftest import MUG, REDIRECTS, open_checkout

DECLINED_CARD = "4005571702222222"


@pytest.fixture
def href(client):
    return open_checkout(client).json()["href"]


def test_the_page_shows_what_is_paid(client):
    line = {"name": "<Mug> & co", "price": 123_450, "unitQty": 2}
    tax = {"name": "Tax", "rate": 1_000_000}
    href = open_checkout(client, line | {"taxRates": [tax]}).json()["href"]

    page = fetch("GET", href)

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Simulated Shop" in page.text
    assert "2 \N{MULTIPLICATION SIGN} &lt;Mug&gt; &amp; co" in page.text
    assert "246.90" in page.text
    assert "2,715.90" in page.text
    assert 'data-state="open"' in page.text
    assert "$" not in page.text.replace("$2", "")


def test_the_page_says_what_it_is_and_offers_test_cards_of_either_outcome(href):
    shown = fetch("GET", href).text
    offered = re.findall(r'<li data-card="(\d+)">.*?<span.*?>([^<]+)</span>', shown)

    assert "Clover simulator" in shown
    assert "No money moves here" in shown
    assert ("4242424242424242", "Visa, approved") in offered
    assert ("5424180273333333", "Mastercard, declined") in offered
    for number, text in offered:
        assert cards.find(number).outcome.split(",")[0] == text.split(", ")[1]


def test_an_expired_page_names_the_life_of_a_session(client):
    client.simulator.switch(session_minutes=5)
    href = open_checkout(client).json()["href"]
    client.simulator.clock.advance(minutes=6)

    assert "lives for 5 minutes" in fetch("GET", href).text


def test_the_page_cannot_be_framed_and_its_forms_lead_to_the_shop_only(href):
    policy = fetch("GET", href).headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://shop.example" in policy


def test_an_approved_card_leads_to_the_shop(client, href):
    answer = client.simulator.pay_hosted(href)

    charge = client.simulator.ledger.charges[0]
    assert (answer.status, answer.location) == (303, REDIRECTS["success"])
    assert (charge.amount, charge.via, charge.captured) == (2390, "hosted", True)
    assert charge.session_id == client.simulator.ledger.sessions[0].id


def test_without_redirect_the_page_itself_confirms(client):
    href = open_checkout(client, redirectUrls={}).json()["href"]

    answer = client.simulator.pay_hosted(href)

    assert answer.location == href.removeprefix(client.simulator.url)
    assert 'data-state="paid"' in fetch("GET", href).text


def test_a_declined_card_shows_the_page_again(client, href):
    answer = client.simulator.pay_hosted(href, DECLINED_CARD)

    assert answer.status == 200
    assert "Do not honor" in answer.text
    assert 'data-state="open"' in answer.text
    assert client.simulator.ledger.charges == []


def test_a_decline_can_be_followed_by_success(client, href):
    client.simulator.pay_hosted(href, DECLINED_CARD)
    client.simulator.pay_hosted(href)

    session = client.simulator.ledger.sessions[0]
    assert len(session.attempts) == 2
    assert session.charge_id == client.simulator.ledger.charges[0].id


def test_a_session_is_paid_once(client, href):
    client.simulator.pay_hosted(href)

    again = client.simulator.pay_hosted(href)

    assert again.status == 200
    assert "cannot be paid any more" in again.text
    assert len(client.simulator.ledger.charges) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"number": "4242424242424241"}, "Card number is incorrect."),
        ({"number": ""}, "Card number is invalid."),
        ({"exp": "13/99"}, "expiry date as MM/YY"),
        ({"exp": "<b>"}, "expiry date as MM/YY"),
        ({"cvv": "x"}, "CVV is invalid."),
        ({"cvv": "1234"}, "CVV is invalid."),
    ],
)
def test_a_malformed_card_is_reported_and_nothing_is_tried(
    client, href, fields, message
):
    answer = client.simulator.pay_hosted(
        href, fields.pop("number", "4242424242424242"), **fields
    )

    assert message in answer.text
    assert client.simulator.ledger.sessions[0].attempts == []


@pytest.mark.parametrize("typed", ["4242 4242 4242 4242", "4242-4242-4242-4242"])
def test_the_number_may_be_grouped_and_the_year_long(client, href, typed):
    assert client.simulator.pay_hosted(href, typed, exp="12/2099").status == 303


def test_cancel_leads_back_and_the_session_stays_open(client, href):
    answer = client.simulator.cancel_hosted(href)

    assert (answer.status, answer.location) == (303, REDIRECTS["cancel"])
    assert client.simulator.pay_hosted(href).status == 303


def test_cancel_falls_back_to_failure_and_to_the_page(client):
    failure = {"failure": REDIRECTS["failure"]}
    with_failure = open_checkout(client, redirectUrls=failure).json()["href"]
    without = open_checkout(client, redirectUrls={}).json()["href"]

    assert client.simulator.cancel_hosted(with_failure).location == REDIRECTS["failure"]
    assert client.simulator.cancel_hosted(without).location in without


def test_an_expired_session_says_so_and_takes_nothing(client, href):
    client.simulator.clock.advance(minutes=16)

    shown, paid = fetch("GET", href), client.simulator.pay_hosted(href)

    assert shown.status == paid.status == 410
    assert 'data-state="expired"' in shown.text
    assert client.simulator.ledger.charges == []


def test_a_card_that_expired_by_the_simulated_clock_is_declined(client, href):
    answer = client.simulator.pay_hosted(href, exp="01/20")

    assert "expired" in answer.text
    assert len(client.simulator.ledger.declined) == 1


def test_an_unknown_session_is_not_found(client):
    url = f"{client.simulator.url}/pay-checkout/nothing"

    assert fetch("GET", url).status == 404
    assert client.simulator.pay_hosted(url).status == 404
    assert client.simulator.cancel_hosted(url).status == 404


def test_the_older_path_works_too(client, href):
    older = href.replace("/pay-checkout/", "/checkout/")

    assert 'action="/checkout/' in fetch("GET", older).text
    assert client.simulator.pay_hosted(older).status == 303


def test_the_payment_is_read_under_v1_with_the_hosted_key(client, href):
    client.simulator.pay_hosted(href)
    charge = client.simulator.ledger.charges[0]
    headers = {"authorization": f"Bearer {client.merchant.hosted_private_key}"}

    read = client.call("GET", f"/v1/charges/{charge.id}", headers=headers).json()
    refund = client.call("POST", "/v1/refunds", {"charge": charge.id}, headers=headers)

    assert (read["amount"], read["captured"]) == (2390, True)
    assert "id" not in read["source"]
    assert refund.json()["amount"] == 2390


def test_broken_characters_in_a_name_do_not_break_the_page(client):
    href = open_checkout(client, MUG | {"name": "\ud800"}).json()["href"]

    assert fetch("GET", href).status == 200


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("sdk.js", "text/javascript; charset=utf-8"),
        ("widget.html", "text/html; charset=utf-8"),
        ("widget.js", "text/javascript; charset=utf-8"),
        ("widget.css", "text/css; charset=utf-8"),
        ("checkout.js", "text/javascript; charset=utf-8"),
        ("checkout.css", "text/css; charset=utf-8"),
    ],
)
def test_the_browsers_files_are_served(client, name, media_type):
    answer = fetch("GET", f"{client.simulator.url}/{name}?elementName=CARD")

    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


def test_a_missing_icon_is_no_error_in_the_browsers_console(client):
    assert fetch("GET", f"{client.simulator.url}/favicon.ico").status == 204


def test_the_frames_may_be_embedded_by_any_shop(client):
    headers = fetch("GET", f"{client.simulator.url}/widget.html").headers

    assert "frame-ancestors *" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
