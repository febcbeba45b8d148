"""One setting, read once, with every mistake named."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from clover_django import conf, payments
from clover_django.web.addresses import return_urls
from clover_django.web.client_ip import shopper_address
from payment_hooks import ConfigurationError, Mode
from tests.clover_django.paying import paid


@pytest.fixture
def clover(settings):
    """Changes some keys of `CLOVER`."""

    def change(**values):
        settings.CLOVER = {**settings.CLOVER, **values}

    return change


@pytest.fixture
def declared(monkeypatch):
    """An adapter's own key."""
    monkeypatch.setattr(conf, "_DEFAULTS", dict(conf._DEFAULTS))
    conf.declare("FROM_AN_ADAPTER", True)
    yield
    monkeypatch.undo()
    conf.forget()


def mistake():
    with pytest.raises(ConfigurationError) as caught:
        conf.get_config()
    return str(caught.value)


def test_the_provider_gets_its_own_keys_and_no_others(clover):
    clover(AUTO_CAPTURE=False, PLUGINS=["a.b"])

    assert conf.get_config().merchant_id == "TESTMERCH0001"
    assert not {"AUTO_CAPTURE", "PLUGINS"} & conf.provider_settings().keys()
    assert conf.adapter_setting("AUTO_CAPTURE") is False


def test_an_absent_key_and_none_mean_the_default(clover):
    assert conf.adapter_setting("LEDGER_DATABASE") == ""

    clover(LEDGER_DATABASE=None)

    assert conf.adapter_setting("LEDGER_DATABASE") == ""


def test_an_adapter_may_declare_keys(clover, declared):
    clover(FROM_AN_ADAPTER=False)

    assert conf.adapter_setting("FROM_AN_ADAPTER") is False
    assert conf.get_config().mode is Mode.IFRAME


def test_a_declared_key_wants_a_value_of_its_defaults_type(clover, declared):
    clover(FROM_AN_ADAPTER="no")

    assert mistake() == "CLOVER['FROM_AN_ADAPTER'] must be True or False, not str"


@pytest.mark.parametrize("value", [None, {}, ()])
def test_a_missing_setting_says_what_to_put_there(settings, value):
    settings.CLOVER = value

    assert "put a dict with at least ENVIRONMENT" in mistake()


@pytest.mark.parametrize("value", ["x", ["a"], 7, {"a", "b"}])
def test_a_setting_that_is_no_dict_is_refused(settings, value):
    settings.CLOVER = value

    assert mistake().startswith("CLOVER must be a dict of settings, not ")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"AUTO_CAPTURE": "no"}, "['AUTO_CAPTURE'] must be True or False, not str"),
        ({"FAILED_CHECKS": "shrug"}, "['FAILED_CHECKS'] must be one of accept, flag"),
        ({"LEDGER_DATABASE": "x"}, "['LEDGER_DATABASE'] must be empty, or an"),
        ({"PLUGINS": "a.b"}, "['PLUGINS'] must be a list, not str"),
        ({"AUTO_CAPTUR": True}, "['AUTO_CAPTUR'] is no setting: did you mean AUTO_"),
        ({"MERCHANT": "x"}, "['MERCHANT'] is no setting"),
        ({1: 2}, "['1'] is no setting"),
        ({"MERCHANT_ID": "SHORT"}, "['MERCHANT_ID'] must be exactly 13"),
        ({"MODE": "pigeon"}, "['MODE'] must be one of"),
        (
            {"MODE": "hosted", "WEBHOOK_SECRETS": []},
            "['WEBHOOK_SECRETS'] is missing: without it no hosted payment",
        ),
    ],
)
def test_a_wrong_key_is_named_with_the_remedy(settings, wrong, message):
    settings.CLOVER = {**settings.CLOVER, **wrong}

    assert mistake().startswith(f"CLOVER{message}")


@pytest.mark.parametrize("modes", [{"MODE": "hosted"}, {"MODES": ["iframe", "hosted"]}])
def test_hosted_checkout_cannot_only_reserve(clover, modes):
    clover(AUTO_CAPTURE=False, **modes)

    assert "hosted checkout always takes the money" in mistake()


@pytest.mark.parametrize(
    "base",
    [
        "shop.example",
        "https://shop.example/path",
        "https://shop.example?x=1",
        "https://[broken",
        "ftp://shop.example",
        "https://",
    ],
)
def test_a_base_for_return_addresses_is_scheme_and_host_alone(clover, base):
    clover(RETURN_BASE_URL=base)

    assert "RETURN_BASE_URL" in mistake()


def test_return_addresses_are_https_except_on_this_machine(clover):
    clover(RETURN_BASE_URL="http://127.0.0.1:8000")
    local = conf.get_config()

    clover(ENVIRONMENT="sandbox", BASE_URL="")

    assert local.environment == "local"
    assert "RETURN_BASE_URL" in mistake()


@pytest.mark.parametrize(
    "wrong",
    [
        {"PRIVATE_KEY": "nobody-may-see", "MERCHANT_ID": "SHORT"},
        {"PRIVATE_KEY": "nobody-may-see", "FAILED_CHECKS": "shrug"},
        {"FAILED_CHECKS": "nobody-may-see"},
        {"AUTO_CAPTURE": "nobody-may-see"},
        {"RETURN_BASE_URL": "https://user:nobody-may-see@shop.example"},
    ],
)
def test_no_mistake_shows_a_key(clover, wrong):
    clover(**wrong)

    assert "nobody-may-see" not in mistake()


class Watched(dict):
    """Settings that count how often a key is looked at."""

    looks = 0

    def get(self, *arguments):
        self.looks += 1
        return super().get(*arguments)

    def items(self):
        self.looks += 1
        return super().items()


@pytest.fixture
def watched(settings, fake):
    """The test shop's settings; its provider stays the one in memory."""
    settings.CLOVER = Watched(settings.CLOVER)
    registry = payments.get_payments().plugins
    registry.unregister(name=payments.PROVIDER)
    registry.register(fake, payments.PROVIDER)
    return settings.CLOVER


@pytest.fixture
def owner(fake):
    client = Client()
    client.force_login(User.objects.create_superuser("owner"))
    return client


def test_requests_do_not_read_the_setting_again(watched, owner, rf):
    payment, request = paid(), rf.get("/")

    def use_the_shop():
        return (
            owner.get(f"/clover/status/{payment.payment_id}/").status_code,
            owner.get("/admin/clover_django/payment/").status_code,
            shopper_address(request),
            return_urls(request, payment).success.partition("/clover/")[0],
        )

    first, looks = use_the_shop(), watched.looks
    second = use_the_shop()

    assert first == second == (200, 200, "127.0.0.1", "http://testserver")
    assert watched.looks == looks > 0


def merchant():
    return payments.get_payments().merchant_id


def test_a_test_may_override_the_setting_and_gets_its_own_back(settings):
    other = {
        **settings.CLOVER,
        "MERCHANT_ID": "OTHERMERCH002",
        "CLIENT_IP": 1,
        "LEDGER_DATABASE": "default",
    }
    before = merchant(), conf.client_ip(), conf.ledger_alias()

    with override_settings(CLOVER=other):
        inside = merchant(), conf.client_ip(), conf.ledger_alias()

    assert before == ("TESTMERCH0001", 0, conf.AUTOMATIC_LEDGER)
    assert inside == ("OTHERMERCH002", 1, "default")
    assert (merchant(), conf.client_ip(), conf.ledger_alias()) == before


def test_another_setting_leaves_what_was_read(settings):
    before = payments.get_payments()

    with override_settings(DEBUG=True):
        assert payments.get_payments() is before
