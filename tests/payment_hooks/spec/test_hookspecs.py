"""The specification itself: what every hook has in common."""

import inspect

import pytest

from payment_hooks.spec import provider, shop
from payment_hooks.spec.calling import ProviderHooks, ShopHooks
from payment_hooks.spec.plugins import PluginRegistry

SPECS = vars(provider) | vars(shop)
HOOKS = sorted(name for name in SPECS if name.startswith(("payment_", "shop_")))
PROVIDER_HOOKS = [name for name in HOOKS if name.startswith("payment_")]
options = {name: SPECS[name].payment_hooks_spec for name in HOOKS}


def test_these_are_the_hooks():
    assert HOOKS == [
        "payment_authorize",
        "payment_capture",
        "payment_charge",
        "payment_confirm",
        "payment_describe",
        "payment_find",
        "payment_list",
        "payment_read_webhook",
        "payment_refund",
        "payment_remove_source",
        "payment_retrieve",
        "payment_retry",
        "payment_save_source",
        "payment_start_checkout",
        "payment_tokenize",
        "payment_void",
        "shop_allows",
        "shop_amount_due",
        "shop_complete_purchase",
        "shop_find_purchase",
        "shop_hold_purchase",
        "shop_payment_changed",
    ]


def test_the_registry_knows_exactly_these_hooks():
    assert sorted(vars(PluginRegistry().hook)) == HOOKS


@pytest.mark.parametrize("hook", PROVIDER_HOOKS)
def test_a_provider_hook_takes_one_request(hook):
    asked = [] if hook == "payment_describe" else ["request"]

    assert list(inspect.signature(SPECS[hook]).parameters) == asked


def test_only_what_no_one_answers_goes_to_everyone():
    to_all = [hook for hook in HOOKS if not options[hook]["firstresult"]]

    assert to_all == ["shop_hold_purchase", "shop_payment_changed"]


@pytest.mark.parametrize("hook", HOOKS)
def test_there_is_a_method_for_the_hook(hook):
    method = hook.removeprefix("payment_").removeprefix("shop_")
    of = ShopHooks if hook.startswith("shop_") else ProviderHooks
    method = "payment_changed" if hook == "shop_payment_changed" else method

    assert callable(getattr(of, method))


def test_installed_packages_bring_their_plugins():
    registry = PluginRegistry()

    assert registry.load_installed() >= 1
    assert registry.has_plugin("clover")


@pytest.mark.parametrize("hook", PROVIDER_HOOKS)
def test_the_installed_provider_has_every_hook(hook):
    registry = PluginRegistry()
    registry.load_installed()

    answering = [
        found.plugin_name for found in getattr(registry.hook, hook).get_hookimpls()
    ]

    assert "clover" in answering
