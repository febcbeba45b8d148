"""`manage.py check` says what is wrong in words, whatever is in the setting."""

import django
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import include, path

from clover_django import checks, conf, payments
from payment_hooks.spec.plugins import BrokenPlugin


def ids(messages):
    return [message.id for message in messages]


class Urls:
    """A root URLconf, as a module is one."""

    def __init__(self, *patterns):
        self.urlpatterns = list(patterns)


@pytest.fixture
def clover(settings):
    def change(**values):
        settings.CLOVER = {**settings.CLOVER, **values}

    return change


def test_a_shop_that_is_set_up_well_hears_nothing():
    assert checks.check_settings(None) == []
    assert checks.check_urls(None) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        "text",
        ["a", "b"],
        7,
        object(),
        {1: 2},
        {"MODE": "pigeon"},
        {"ENVIRONMENT": None},
        {"ENVIRONMENT": "local", "MERCHANT_ID": 13, "PRIVATE_KEY": b"bytes"},
        {"PLUGINS": [None]},
        {"LEDGER_DATABASE": ["default"]},
    ],
)
def test_a_broken_setting_is_one_readable_error(settings, value):
    settings.CLOVER = value

    (error,) = checks.check_settings(None)

    assert error.id == "clover_django.E001"
    assert error.msg.startswith("CLOVER")
    assert error.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"PLUGINS": [None]},
        {"PLUGINS": ["no.such"]},
        {"LEDGER_DATABASE": ["default"]},
        {"LEDGER_DATABASE": "elsewhere"},
    ],
)
def test_one_wrong_key_among_good_ones_is_found(clover, wrong):
    clover(**wrong)

    (error,) = checks.check_settings(None)

    assert next(iter(wrong)) in error.msg


def test_manage_py_check_prints_it(clover):
    clover(MERCHANT_ID="SHORT")

    with pytest.raises(SystemCheckError, match="must be exactly 13 letters and digits"):
        call_command("check", tags=[checks.TAG])


def test_pages_that_are_not_included_are_an_error(settings):
    settings.ROOT_URLCONF = Urls()

    assert ids(checks.check_urls(None)) == ["clover_django.E002"]


def test_pages_whose_address_changes_with_the_language_are_an_error(settings):
    settings.ROOT_URLCONF = "tests.clover_django.translated_urls"

    assert ids(checks.check_urls(None)) == ["clover_django.E003"]


def test_pages_anywhere_else_are_fine(settings):
    settings.ROOT_URLCONF = Urls(path("pay/", include("clover_django.urls")))

    assert checks.check_urls(None) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["clover_django.W001"]),
        ({"SECURE_SSL_REDIRECT": True}, []),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, []),
    ],
)
def test_hosted_checkout_comes_back_over_https(clover, settings, changes, found):
    clover(ENVIRONMENT="sandbox", BASE_URL="", MODES=["iframe", "hosted"], CLIENT_IP=1)
    for name, value in changes.items():
        setattr(settings, name, value)

    assert ids(checks.check_settings(None)) == found


@pytest.mark.parametrize(
    "proxy",
    [
        {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")},
        {"USE_X_FORWARDED_HOST": True},
        {"USE_X_FORWARDED_PORT": True},
    ],
)
@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, ["clover_django.W003"]),
        ({"CLIENT_IP": None}, ["clover_django.W003"]),
        ({"CLIENT_IP": 0}, []),
        ({"CLIENT_IP": 1}, []),
        ({"CLIENT_IP": "tests.clover_django.web.test_client_ip.by_another_header"}, []),
        ({"MODE": "hosted", "MODES": ["hosted"]}, []),
    ],
)
def test_whoever_is_behind_a_proxy_says_how_to_see_past_it(
    clover, settings, proxy, chosen, found
):
    clover(**chosen)
    for name, value in proxy.items():
        setattr(settings, name, value)

    assert ids(checks.check_settings(None)) == found


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (-1, "must be from 0 to 20"),
        (21, "must be from 0 to 20"),
        (True, "not True"),
        ("1", "not '1'"),
        (1.0, "not 1.0"),
        (["10.0.0.1"], "not ['10.0.0.1']"),
        ("no.such.function", "No module named 'no'"),
        ("nothing", "doesn't look like a module path"),
        ("", "doesn't look like a module path"),
        ("tests.clover_django.conftest.no_such", "does not define"),
        ("tests.clover_django.web.test_client_ip.NO_FUNCTION", "not 'text'"),
    ],
)
def test_a_client_ip_that_makes_no_sense_is_an_error(clover, value, why):
    clover(CLIENT_IP=value)

    (error,) = checks.check_settings(None)

    assert error.id == "clover_django.E001"
    assert error.msg.startswith("CLOVER['CLIENT_IP']")
    assert why in error.msg
    assert "trusted" in error.msg


def test_a_base_for_return_addresses_is_https_enough(clover):
    clover(
        ENVIRONMENT="sandbox",
        BASE_URL="",
        MODE="hosted",
        RETURN_BASE_URL="https://shop.example",
    )

    assert checks.check_settings(None) == []


def test_debug_and_real_money_do_not_go_together(clover, settings):
    clover(ENVIRONMENT="production", BASE_URL="")
    settings.DEBUG = True

    assert ids(checks.check_settings(None)) == ["clover_django.W002"]


@pytest.mark.parametrize(
    ("engine", "options", "expected"),
    [
        ("sqlite3", {}, ["clover_django.W005"]),
        ("sqlite3", {"transaction_mode": "DEFERRED"}, ["clover_django.W005"]),
        ("sqlite3", {"transaction_mode": "IMMEDIATE"}, []),
        ("postgresql", {}, []),
    ],
)
def test_a_shops_sqlite_that_does_not_wait_is_warned_of(
    settings, monkeypatch, engine, options, expected
):
    row = {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": "shop.sqlite3",
        "OPTIONS": options,
    }
    monkeypatch.setitem(settings.DATABASES, "default", row)

    has_the_option = django.VERSION >= (5, 1)
    assert ids(checks.check_databases(None)) == (expected if has_the_option else [])


def test_the_ledgers_own_sqlite_waits_by_itself(settings, monkeypatch):
    row = {"ENGINE": "django.db.backends.sqlite3", "NAME": "ledger.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, conf.ledger_alias(), row)

    assert checks.check_databases(None) == []


def test_a_broken_plugin_is_an_error_with_its_name(settings):
    registry = payments.get_payments().plugins
    registry.broken.append(
        BrokenPlugin(name="fraud", distribution="shop-fraud 1.0", why="ImportError: x")
    )

    (error,) = checks.check_settings(None)
    payments.reset()

    assert error.id == "clover_django.E004"
    assert "'fraud' of shop-fraud 1.0" in error.msg
    assert checks.check_settings(None) == []
