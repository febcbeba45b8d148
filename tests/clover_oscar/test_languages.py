"""One language on every page: the shopper's in the checkout, staff's in the dashboard."""

import html
import re

import pytest
from django.core import mail
from django.utils.html import strip_tags
from django.utils.translation import override
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from payment_hooks import DeclineCode, PaymentDeclined
from payment_hooks.model.messages import TEXTS, shopper_text
from tests.clover_oscar.dashboard.test_order_detail import act, make_staff, url
from tests.clover_oscar.dashboard.test_payment_list import URL, post
from tests.clover_oscar.dashboard.test_payment_list import (
    without_order as without_order,
)
from tests.clover_oscar.shopper import Shopper, orders
from tests.house.test_catalogues import APPS, folder, read

RAW = re.compile(
    r"\b(authorize|charge|succeeded|pending|partly_refunded|paid|iframe|hosted|"
    r"paid_without_order|requested_by_customer|duplicate|fraudulent|waiting)\b"
)
"""Words of the ledger, which nobody should have to read."""


@pytest.fixture(params=["fr-ca", "es"])
def language(request, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.middleware.locale.LocaleMiddleware",
    ]
    settings.LANGUAGES = [("en", "English"), ("fr-ca", "Français"), ("es", "Español")]
    with override(None):
        yield request.param


@pytest.fixture
def buyer(product, language):
    shopper = Shopper()
    shopper.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return shopper


@pytest.fixture
def owner(product, language):
    client = make_staff("owner", is_superuser=True)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def text_of(page):
    """What a person reads of the page, and of its titles and labels."""
    content = page if isinstance(page, str) else page.content.decode()
    content = re.sub(r"(?s)<(script|style).*?</\1>|<!--.*?-->", "", content)
    return html.unescape(re.sub(r"\s+", " ", strip_tags(content)))


def english_in(page, language):
    """Our English texts on the page, where the language says something else."""
    shown, found = text_of(page), set()
    name = {"fr-ca": "fr_CA"}.get(language, language)
    for app in APPS:
        texts, _ = read(folder(app, name) / "django.po")
        for (_context, text), theirs in texts.items():
            whole = rf"(?<!\w){re.escape(text)}(?!\w)"
            if len(text) > 4 and text not in theirs and re.search(whole, shown):
                found.add(text)
    english = TEXTS["en"].values()
    return found | {text for text in english if text in shown}


def is_ours(language):
    """Words which Oscar and Django say as well, and not in every language."""
    return {"es": {"Order number"}}.get(language, set())


@pytest.mark.parametrize("mode", ["iframe", "hosted", "api"])
def test_the_checkout_is_in_the_shoppers_language(
    buyer, product, clover, clover_settings, language, mode
):
    attested = {"PCI_ATTESTATION": "SAQ D of the tests"}
    clover_settings(MODE=mode, MODES=["iframe", "hosted", "api"], **attested)

    page = buyer.reach_payment(product)

    assert english_in(page, language) == set()


@pytest.mark.parametrize("code", [DeclineCode.CARD_DECLINED, DeclineCode.EXPIRED_CARD])
def test_a_decline_is_in_the_pages_language(buyer, product, clover, language, code):
    buyer.reach_payment(product)
    buyer.enter_card()
    clover.fail("payment_charge", PaymentDeclined("no", decline_code=code))

    page = buyer.place_order(clover_token="tok-1")

    assert shopper_text(code, language) in text_of(page)
    assert english_in(page, language) == set()


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [("fr-ca", "fr-CA"), ("es", "es"), ("en", "en"), ("de", "en")],
)
def test_the_card_element_speaks_the_pages_language(
    product, clover, language, accepted, locale
):
    shopper = Shopper()
    shopper.client.defaults["HTTP_ACCEPT_LANGUAGE"] = accepted

    page = shopper.reach_payment(product).content.decode()

    (found,) = re.findall(r'<clover-card.*?locale="([^"]*)"', page, re.DOTALL)
    assert found.split("-")[0] == locale.split("-")[0]


def test_a_message_places_the_order_in_the_language_it_was_bought_in(
    buyer, product, clover, clover_settings, language
):
    clover_settings(MODE="hosted")
    buyer.reach_payment(product)
    buyer.place_order()
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    paid = clover.pay_session(payment.amount_due)

    with override("en"):
        get_payments().resolve(payment.payment_id, transaction_id=paid.transaction_id)

    (order,) = orders()
    with override(language):
        shown = str(order.shipping_method)
    (sent,) = mail.outbox
    greeting = {"fr-ca": "commande", "es": "pedido"}[language]
    assert shown
    assert greeting in sent.body.lower() or greeting in sent.subject.lower()


def test_the_orders_payment_has_names_for_people(
    owner, shopper, product, clover, language
):
    shopper.reach_payment(product)
    shopper.pay()

    page = owner.get(url(orders()[0]))
    _, _, panel = page.content.decode().partition('class="table-header"><h3>')
    asked = act(owner, orders()[0], "refund", amount="4", confirmed="")

    shown = text_of(panel.partition("clover_refund_form")[0])
    assert RAW.findall(shown) == []
    for found in page, asked:
        assert english_in(found, language) - is_ours(language) == set()


def test_the_page_of_payments_has_names_for_people(owner, without_order, language):
    pages = [owner.get(f"{URL}?view={view}") for view in ("attention", "open", "all")]
    asked = post(owner, without_order, "reverse")
    checked = post(owner, without_order, "ask")

    for page in (*pages, asked, checked):
        shown = text_of(page).partition("© ")[0]
        assert RAW.findall(shown) == []
        assert english_in(page, language) - is_ours(language) == set()


def test_staff_read_a_refusal_in_their_own_language(owner, without_order, language):
    """The shopper bought in English; whoever looks into it may read French."""
    post(owner, without_order, "reverse", confirmed="1", amount="10.00")

    again = post(owner, without_order, "place")

    assert english_in(again, language) - is_ours(language) == set()
