"""A guest who buys in the demo shop over HTTP, with what a browser would send."""

import re
import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import requests

from clover_demo.purchases import pages
from clover_demo.purchases.pages import Form, Page

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
        self._session = requests.Session()
        self._session.trust_env = False
        self._url = shop_url
        self._page = Page()

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
        found = _ORDER_NUMBER.search(self._page.title)
        if not found:
            raise NotBought(self._where())
        return found[1]

    def _fill_basket(self, slug: str) -> None:
        self._open("/catalogue/")
        links = [link for link in self._page.links if f"/{slug}_" in link]
        if not links:
            raise NotBought(f"{self._where()}: no product {slug}")
        self._open(links[0])
        self._send(self._page.form_to("/basket/add/"), {})

    def _reach_payment(self) -> None:
        self._open("/checkout/")
        self._send(self._page.form_with("username"), GUEST)
        self._send(self._page.form_with("line1"), ADDRESS)

    def _pay_in_iframe(self) -> None:
        """The frame sends the card to Clover; the shop's form gets a token."""
        fields = self._page.elements.get("clover-card")
        if fields is None:
            raise NotBought(self._where())
        card = {
            "number": CARD_NUMBER,
            "exp_month": EXPIRY_MONTH,
            "exp_year": EXPIRY_YEAR,
            "cvv": SECURITY_CODE,
        }
        answer = self._session.post(
            urljoin(fields["script-url"], "/v1/tokens"),
            json={"card": card},
            headers={"apikey": fields["public-key"]},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        token = {"clover_token": answer.json()["id"]}
        self._send(self._page.form_to("/checkout/preview/"), {}, token)
        self._place_order()

    def _pay_hosted(self) -> None:
        """Over to Clover's page and, by its redirect, back."""
        self._place_order()
        if urlsplit(self._url).netloc == urlsplit(self._shop_url).netloc:
            raise NotBought(self._where())
        self._send(self._page.form_with("number"), HOSTED_FORM)

    def _pay_in_own_form(self) -> None:
        """The shop's own form takes the card."""
        self._send(self._page.form_with("card_number"), CARD_FORM)
        self._place_order()

    def _place_order(self) -> None:
        self._send(self._page.form_with("action"), {"action": "place_order"})

    def _wait_for_outcome(self) -> None:
        """Look again, as the waiting page does by itself."""
        for _ in range(MOST_LOOKS):
            if (
                "/clover/status/" not in self._url
                and "/clover/return/" not in self._url
            ):
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self._open(self._url)

    def _open(self, address: str) -> None:
        url = urljoin(self._shop_url, address)
        self._take(self._session.get(url, timeout=TIMEOUT_SECONDS))

    def _send(
        self,
        form: Form | None,
        typed: Mapping[str, str],
        scripted: Mapping[str, str] | None = None,
    ) -> None:
        """Send a form; `scripted` are fields that the page's script would add."""
        if form is None:
            raise NotBought(self._where())
        self._take(
            self._session.post(
                urljoin(self._url, form.action or self._url),
                data=form.filled(typed) | dict(scripted or {}),
                headers={"Referer": self._url},
                timeout=TIMEOUT_SECONDS,
            )
        )

    def _take(self, response: requests.Response) -> None:
        self._url, self._page = response.url, pages.read(response.text)
        if response.status_code >= 400:
            raise NotBought(f"{response.status_code} from {self._where()}")

    def _where(self) -> str:
        """The page the shopper is on, and what it says."""
        said = "; ".join(self._page.alerts)
        place = f"{urlsplit(self._url).path} ({self._page.title})"
        return f"{place}: {said}" if said else place


_PAY = {
    "iframe": Shopper._pay_in_iframe,
    "hosted": Shopper._pay_hosted,
    "api": Shopper._pay_in_own_form,
}
