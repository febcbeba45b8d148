"""Where a purchase ends is said; the way through is bought in `test_demo.py`."""

from io import BytesIO

import pytest
import requests
from requests.adapters import BaseAdapter

from clover_demo.purchases.shopper import NotBought, Shopper

CATALOGUE = '<title>Our\n shop</title><a href="/catalogue/mug_1/">Mug</a>'
MUG = '<title>Mug</title><form method="post" action="/basket/add/1/"></form>'
FULL = """
<title>Checkout</title>
<div class="alert alert-danger"><p>Your basket <b>is empty</b>.</p></div>
<p role="alert">Try again.</p>
"""
GUEST = """
<title>Who are you?</title>
<form method="post"><input name="username"></form>
"""


class Pages(BaseAdapter):
    """Answers each path with its page, without a network."""

    def __init__(self, pages):
        super().__init__()
        self.pages = pages

    def send(self, request, **options):
        if self.pages is None:
            raise requests.ConnectionError("nobody is there")
        status, page = self.pages.get(request.path_url, (404, "<title>Gone</title>"))
        response = requests.Response()
        response.status_code, response.request, response.url = (
            status,
            request,
            request.url,
        )
        response.headers["Content-Type"] = "text/html"
        response.raw = BytesIO(page.encode())
        return response

    def close(self):
        pass


def outcome(pages):
    shopper = Shopper("http://shop.example")
    shopper._browser.session.mount("http://", Pages(pages))
    with pytest.raises(NotBought) as ended:
        shopper.buy("mug", "iframe")
    return str(ended.value)


SHOP = {
    "/catalogue/": (200, CATALOGUE),
    "/catalogue/mug_1/": (200, MUG),
    "/basket/add/1/": (200, MUG),
}


def test_a_product_that_is_not_there_is_named():
    page = "<title>Our\n shop</title>"

    assert outcome({"/catalogue/": (200, page)}) == (
        "/catalogue/ (Our shop): no product mug"
    )


def test_a_page_without_the_form_says_what_it_tells_its_reader():
    said = outcome({**SHOP, "/checkout/": (200, FULL)})

    assert said.startswith("/checkout/ (Checkout): Your basket is empty.; Try again.: ")
    assert 'form:has([name="username"])' in said


def test_a_form_without_a_field_is_told():
    said = outcome({**SHOP, "/checkout/": (200, GUEST)})

    assert said.startswith("/checkout/ (Who are you?): ")
    assert "options" in said


def test_a_page_that_fails_is_told_with_its_status():
    assert outcome({**SHOP, "/basket/add/1/": (500, "<title>Sorry</title>")}) == (
        "500 from /basket/add/1/ (Sorry)"
    )


def test_a_shop_that_does_not_answer_is_told():
    assert outcome(None) == "ConnectionError after / ()"
