"""The pages around a payment, and the admin, in the reader's language."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from clover_django import models
from payment_hooks import OutcomeUnknown
from payment_hooks.model.messages import TEXTS
from tests.clover_django.paying import at_the_page, paid, unknown_outcome
from tests.house.test_catalogues import folder, read

FRENCH = read(folder("clover_django", "fr_CA") / "django.po")[0]


@pytest.fixture(autouse=True)
def french(settings):
    settings.LANGUAGE_CODE = "fr-ca"


def text_of(response):
    content = re.sub(r"(?s)<(script|style).*?</\1>", "", response.content.decode())
    return re.sub(r"\s+", " ", strip_tags(content))


def english_in(shown):
    ours = [text for (_, text), theirs in FRENCH.items() if text not in theirs]
    whole = [text for text in ours if len(text) > 6]
    found = [
        text for text in whole if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", shown)
    ]
    return found + [text for text in TEXTS["en"].values() if text in shown]


@pytest.mark.parametrize("page", ["status", "return", "cancel"])
@pytest.mark.parametrize("make", [paid, lambda: at_the_page()[0]])
def test_the_shoppers_pages_are_french(client, fake, page, make):
    payment = make()

    response = client.get(f"/clover/{page}/{payment.payment_id}/", follow=True)

    assert 'lang="fr-ca"' in response.content.decode()
    assert english_in(text_of(response)) == []


def test_a_page_that_waits_is_french(client, fake):
    payment = unknown_outcome(fake, after=True)
    fake.fail("payment_find", OutcomeUnknown("half an answer"))

    shown = text_of(client.get(f"/clover/status/{payment.payment_id}/"))

    assert "Nous vérifions votre paiement" in shown
    assert english_in(shown) == []


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("fr-ca", ["Boutique", "Montant", "Référence"]),
        ("es", ["Tienda", "Importe", "Referencia"]),
    ],
)
def test_the_summary_has_words_of_its_own(client, fake, settings, language, labels):
    """Other apps have an "Amount" too, and would translate ours in their way."""
    settings.LANGUAGE_CODE = language

    page = client.get(f"/clover/status/{at_the_page()[0].payment_id}/")

    assert re.findall(r"<dt>(.*?)</dt>", page.content.decode()) == labels


def test_the_admin_has_names_for_people(fake):
    owner = Client()
    owner.force_login(User.objects.create_superuser("owner"))
    payment = paid()
    at_the_page()
    row = models.Payment.objects.get(payment_id=payment.payment_id)

    pages = [
        owner.get("/admin/clover_django/payment/"),
        owner.get(f"/admin/clover_django/payment/{row.pk}/change/"),
        owner.get("/admin/clover_django/operation/"),
        owner.get("/admin/clover_django/webhookreceipt/"),
    ]

    for page in pages:
        content = page.content.decode()
        body = content[content.index('id="content"') :]
        shown = re.sub(r"\s+", " ", strip_tags(body))
        raw = r"\b(iframe|hosted|succeeded|pending|sending|waiting|charge)\b"
        assert re.findall(raw, shown) == []
        assert english_in(shown) == []
    assert "5,00\N{NO-BREAK SPACE}USD" in pages[0].content.decode()
    assert "Payé" in pages[0].content.decode()
