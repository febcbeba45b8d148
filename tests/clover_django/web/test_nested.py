"""Our pages where a framework puts those of its plugins."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, set_urlconf

from clover_django.checks import check_urls
from clover_django.shop import page_url, return_urls
from clover_django.web.probes import check_pages
from tests.clover_django import nested_urls
from tests.clover_django.paying import at_the_page, unknown_outcome

NESTED = "plugins:tickets:clover"


@pytest.fixture
def nested(settings):
    settings.ROOT_URLCONF = nested_urls.__name__
    settings.CLOVER = {**settings.CLOVER, "URL_NAMESPACE": NESTED}


@pytest.fixture
def on_another_domain():
    set_urlconf(nested_urls.elsewhere)
    yield
    set_urlconf(None)


def test_the_check_looks_in_the_namespace_of_the_setting(settings, nested):
    assert check_urls(None) == []

    settings.CLOVER = {**settings.CLOVER, "URL_NAMESPACE": "clover"}

    (found,) = check_urls(None)
    assert found.id == "clover_django.E002"
    assert "'clover'" in found.msg
    assert "URL_NAMESPACE" in found.hint


def test_nested_pages_are_reached_without_a_login(transactional_db, nested, fake):
    assert check_pages() == []


def test_nested_pages_lead_to_each_other(nested, fake, rf):
    payment = unknown_outcome(fake)
    fake.fail("payment_find", RuntimeError("away"))

    page = page_url("status", payment)
    assert page == f"/_plugins/clover/status/{payment.payment_id}/"
    shown = Client().get(page).content.decode()
    assert (
        f'data-clover-status="/_plugins/clover/status/{payment.payment_id}.json"'
        in (shown)
    )


def test_what_is_canceled_there_says_so(nested, fake, rf):
    payment, _ = at_the_page()

    back = return_urls(rf.get("/anything"), payment).cancel
    assert back.endswith(f"/_plugins/clover/cancel/{payment.payment_id}/")
    shown = Client().get(page_url("cancel", payment)).content.decode()
    assert f'action="/_plugins/clover/cancel/{payment.payment_id}/"' in shown


def test_on_a_domain_without_them_they_are_on_the_return_urls_host(
    settings, nested, fake, on_another_domain
):
    payment, _ = at_the_page()
    with pytest.raises(NoReverseMatch):
        page_url("status", payment)

    settings.CLOVER = {**settings.CLOVER, "RETURN_BASE_URL": "https://shop.example"}

    page = page_url("status", payment)
    assert page == (
        f"https://shop.example/_plugins/clover/status/{payment.payment_id}/"
    )
