"""A guest who buys in the demo shop over HTTP, with what a browser would send."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import Tag
from mechanicalsoup import LinkNotFoundError, StatefulBrowser

CARD_NUMBER = "4242424242424242"
EXPIRY_MONTH, EXPIRY_YEAR, SECURITY_CODE = "12", "2099", "123"
GUEST = {"username": "guest@example.com", "options": "anonymous"}
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "1 Main Street",
    "line4": "Springfield",
    "state": "IL",
    "postcode": "62701",
    "country": "US",
}
CARD_FORM = {
    "card_number": CARD_NUMBER,
    "card_expiry": f"{EXPIRY_MONTH}/{EXPIRY_YEAR[-2:]}",
    "card_cvc": SECURITY_CODE,
    "card_name": "Ada Lovelace",
    "card_postal_code": "62701",
}
HOSTED_FORM = {
    "number": CARD_NUMBER,
    "exp": f"{EXPIRY_MONTH}/{EXPIRY_YEAR[-2:]}",
    "cvv": SECURITY_CODE,
    "zip": "62701",
}
TIMEOUT_SECONDS = 30
MOST_LOOKS = 10
SECONDS_BETWEEN_LOOKS = 0.5

_ORDER_NUMBER = re.compile(r"Order (\S+): confirmation")


class NotBought(Exception):
    """The shopper did not get to the thank-you page."""


class Shopper:
    """One guest with one browser."""

    def __init__(self, shop_url: str) -> None:
        self._shop_url = shop_url
        self._browser: Any = StatefulBrowser()  # MechanicalSoup has no types
        self._browser.session.trust_env = False

    def buy(self, slug: str, mode: str) -> str:
        """Buy one piece in this mode; returns the order's number.

        Raises:
            NotBought: the shop did not sell; the message says where it ended.
        """
        try:
            self._fill_basket(slug)
            self._reach_payment()
            self._open(f"/checkout/payment-details/?clover_mode={mode}")
            _PAY[mode](self)
            self._wait_for_outcome()
        except requests.RequestException as error:
            raise NotBought(f"{type(error).__name__} after {self._where()}") from error
        found = _ORDER_NUMBER.search(self._title())
        if not found:
            raise NotBought(self._where())
        return found[1]

    def _fill_basket(self, slug: str) -> None:
        self._open("/catalogue/")
        links = self._browser.links(f"/{slug}_")
        if not links:
            raise NotBought(f"{self._where()}: no product {slug}")
        self._open(links[0]["href"])
        self._send('form[action*="/basket/add/"]', {})

    def _reach_payment(self) -> None:
        self._open("/checkout/")
        self._send(_form_with("username"), GUEST)
        self._send(_form_with("line1"), ADDRESS)

    def _pay_in_iframe(self) -> None:
        """The frame sends the card to Clover; the shop's form gets a token."""
        fields = self._browser.page.find("clover-card")
        if fields is None:
            raise NotBought(self._where())
        card = {
            "number": CARD_NUMBER,
            "exp_month": EXPIRY_MONTH,
            "exp_year": EXPIRY_YEAR,
            "cvv": SECURITY_CODE,
        }
        answer = self._browser.session.post(
            urljoin(fields["script-url"], "/v1/tokens"),
            json={"card": card},
            headers={"apikey": fields["public-key"]},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        token = {"clover_token": answer.json()["id"]}
        self._send('form[action*="/checkout/preview/"]', {}, token)
        self._place_order()

    def _pay_hosted(self) -> None:
        """Over to Clover's page and, by its redirect, back."""
        self._place_order()
        if urlsplit(self._browser.url).netloc == urlsplit(self._shop_url).netloc:
            raise NotBought(self._where())
        self._send(_form_with("number"), HOSTED_FORM)

    def _pay_in_own_form(self) -> None:
        """The shop's own form takes the card."""
        self._send(_form_with("card_number"), CARD_FORM)
        self._place_order()

    def _place_order(self) -> None:
        self._send(_form_with("action"), {"action": "place_order"})

    def _wait_for_outcome(self) -> None:
        """Look again, as the waiting page does by itself."""
        for _ in range(MOST_LOOKS):
            url = self._browser.url
            if "/clover/status/" not in url and "/clover/return/" not in url:
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self._open(url)

    def _open(self, address: str) -> None:
        url = urljoin(self._shop_url, address)
        self._check(self._browser.open(url, timeout=TIMEOUT_SECONDS))

    def _send(
        self,
        selector: str,
        typed: Mapping[str, str],
        scripted: Mapping[str, str] | None = None,
    ) -> None:
        """Send a form; `scripted` are fields that the page's script would add."""
        try:
            form = self._browser.select_form(selector)
            for name, value in typed.items():
                form.set(name, value)
        except LinkNotFoundError as error:
            raise NotBought(f"{self._where()}: {str(error) or selector}") from error
        for name, value in (scripted or {}).items():
            form.new_control("hidden", name, value)
        self._check(self._browser.submit_selected(False, timeout=TIMEOUT_SECONDS))

    def _check(self, response: requests.Response) -> None:
        if response.status_code >= 400:
            raise NotBought(f"{response.status_code} from {self._where()}")

    def _title(self) -> str:
        page = self._browser.page
        return _text_of(page.title) if page and page.title else ""

    def _where(self) -> str:
        """The page the shopper is on, and what it says."""
        page = self._browser.page
        alerts = page.select('[role="alert"], .alert') if page else ()
        said = "; ".join(text for alert in alerts if (text := _text_of(alert)))
        path = urlsplit(self._browser.url or self._shop_url).path
        place = f"{path or '/'} ({self._title()})"
        return f"{place}: {said}" if said else place


def _form_with(name: str) -> str:
    """Selects the first form that has a field with this name."""
    return f'form:has([name="{name}"])'


def _text_of(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


_PAY = {
    "iframe": Shopper._pay_in_iframe,
    "hosted": Shopper._pay_hosted,
    "api": Shopper._pay_in_own_form,
}
