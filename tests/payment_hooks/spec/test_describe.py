"""What a provider says of itself: asked seldom, believed only if it is well formed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    Ability,
    ConfigurationError,
    Limits,
    Mode,
    Money,
    Payments,
    PaymentSource,
    PluginRegistry,
    ProviderHooks,
    ProviderInfo,
    ProviderUnavailable,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

DUE = Money(2599, "USD")


class Describes:
    """A provider that answers with what it was made with, or raises it."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0

    @hookimpl
    def payment_describe(self):
        self.asked += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Plain:
    """A provider that does not describe itself."""

    @hookimpl
    def payment_charge(self, request): ...

    @hookimpl
    def payment_void(self, request): ...


def test_the_fake_says_what_it_is():
    info = ProviderHooks.to(FakeProvider(merchant_id="M1")).info

    assert (info.name, info.merchant_id, info.currencies) == ("fake", "M1", None)
    assert info.modes == set(Mode)
    assert info.takes("USD")
    assert info.abilities == set(Ability) - {Ability.CAPTURE_ABOVE, Ability.WEBHOOKS}


def test_it_is_asked_once_however_often_its_merchant_is_named():
    provider = Describes(ProviderInfo(name="bank", merchant_id="M1"))
    hooks = ProviderHooks.to(provider)

    named = [(hooks.name, hooks.merchant_id, hooks.info.name) for _ in range(3)]

    assert named == [("bank", "M1", "bank")] * 3
    assert provider.asked == 1


def test_a_charge_does_not_ask_again():
    asked = []

    class Counted(FakeProvider):
        @hookimpl
        def payment_describe(self):
            asked.append(1)
            return super().payment_describe()

    payments = Payments.using(Counted())
    for number in ("1", "2"):
        payment = payments.open(number, mode=Mode.IFRAME, amount_due=DUE)
        payments.charge(payment.payment_id, PaymentSource(token="tok-1"))

    assert len(asked) == 1


def test_it_is_asked_again_after_a_plugin_has_come_or_gone():
    provider = Describes(ProviderInfo(name="bank", merchant_id="M1"))
    hooks = ProviderHooks.to(provider)
    assert hooks.merchant_id == "M1"
    provider.answer = ProviderInfo(name="bank", merchant_id="M2")

    class Other:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            return (yield)

    hooks.registry.register(Other(), "other")

    assert hooks.merchant_id == "M2"


def test_a_provider_that_took_its_place_is_asked():
    registry = PluginRegistry()
    registry.register(FakeProvider(merchant_id="M1"), "bank")
    hooks = ProviderHooks(registry, "bank")
    assert (hooks.name, hooks.merchant_id) == ("bank", "M1")

    registry.unregister(name="bank")
    registry.register(FakeProvider(merchant_id="M2"), "bank")

    assert hooks.merchant_id == "M2"


def test_a_missing_setting_is_not_remembered():
    provider = Describes(ConfigurationError("no merchant"))
    hooks = ProviderHooks.to(provider)
    with pytest.raises(ConfigurationError, match="no merchant"):
        _ = hooks.info

    provider.answer = ProviderInfo(name="bank")

    assert hooks.info.name == "bank"


def test_nothing_is_asked_before_it_is_needed():
    provider = Describes(ProviderUnavailable("the token cannot be renewed"))

    payments = Payments.using(provider)

    assert payments.provider.has("payment_describe")
    assert provider.asked == 0


@pytest.mark.parametrize(
    "answer", ["bank", {"name": "bank"}, ProviderInfo], ids=["text", "mapping", "class"]
)
def test_an_answer_of_a_wrong_type_is_a_mistake_of_the_plugin(answer):
    hooks = ProviderHooks.to(Describes(answer))

    with pytest.raises(ConfigurationError, match="must be a ProviderInfo"):
        _ = hooks.info


def test_a_description_that_breaks_is_named_without_its_words():
    hooks = ProviderHooks.to(Describes(KeyError("a secret")))

    with pytest.raises(ConfigurationError, match="broke with KeyError") as caught:
        _ = hooks.info

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "empty name"),
        ({"merchant_id": 7}, "merchant_id"),
        ({"modes": "iframe"}, "modes"),
        ({"modes": ["iframe"]}, "modes"),
        ({"abilities": None}, "abilities"),
        ({"abilities": {"void"}}, "abilities"),
        ({"currencies": "USD"}, "currencies"),
        ({"currencies": {"usd"}}, "'usd'"),
        ({"limits": {"most": 1}}, "limits"),
        ({"is_test": "yes"}, "is_test"),
    ],
)
def test_a_description_with_a_wrong_field_names_it(fields, words):
    with pytest.raises(ConfigurationError, match=words):
        ProviderInfo(**{"name": "bank"} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"most": Money(1, "USD")},
        {"least": (1,)},
        {"refund_window": 180},
        {"authorization_window": 7},
    ],
    ids=["no set", "a number", "no time", "no time either"],
)
def test_limits_are_amounts_and_a_time(fields):
    with pytest.raises(ConfigurationError, match=next(iter(fields))):
        Limits(**fields)


def test_limits_are_known_by_currency():
    limits = Limits(
        least=[Money(50, "USD")],
        most=[Money(1, "CAD"), Money(2, "USD")],
        refund_window=timedelta(days=180),
    )

    assert limits.least_in("USD") == Money(50, "USD")
    assert limits.most_in("USD") == Money(2, "USD")
    assert limits.most_in("EUR") is None
    assert hash(limits)


def test_without_a_description_the_hooks_speak():
    registry = PluginRegistry()
    registry.register(Plain(), "plain")

    info = ProviderHooks(registry, "plain").info

    assert (info.name, info.merchant_id) == ("plain", "")
    assert info.abilities == {Ability.VOID}
    assert info.modes == set(Mode)


def test_a_wrapper_may_take_an_ability_away():
    class NoVoids:
        @hookimpl(wrapper=True)
        def payment_describe(self):
            info = yield
            return replace(info, abilities=info.abilities - {Ability.VOID})

    hooks = ProviderHooks.to(FakeProvider(), NoVoids())

    assert not hooks.info.can(Ability.VOID)
    assert hooks.info.can(Ability.AUTHORIZE)
