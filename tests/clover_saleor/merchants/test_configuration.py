"""The form in the dashboard: checked when it is switched on, silent about secrets."""

import json
import logging
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration

from clover_saleor.installation.names import GATEWAY
from clover_saleor.merchants import configuration
from tests.clover_saleor.shop import credentials, update_plugin


def values():
    row = PluginConfiguration.objects.get(identifier=GATEWAY)
    return {entry["name"]: entry["value"] for entry in row.configuration}


def refused(channel, simulator, **changes):
    with pytest.raises(ValidationError) as error:
        update_plugin(channel, **credentials(simulator, **changes))
    return error.value.message_dict


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"merchant_id": ""}, "merchant_id"),
        ({"merchant_id": "short"}, "merchant_id"),
        ({"environment": "mars"}, "environment"),
        ({"mode": "telepathy"}, "mode"),
        ({"mode": "api", "pci_attestation": ""}, "pci_attestation"),
        ({"mode": "hosted", "auto_capture": "false"}, "auto_capture"),
        ({"supported_currencies": "CAD"}, "supported_currencies"),
        ({"supported_currencies": "USD, CAD"}, "supported_currencies"),
        ({"supported_currencies": ""}, "supported_currencies"),
        ({"time_limit": "soon"}, "time_limit"),
        ({"time_limit": "100"}, "time_limit"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    channel, clover_simulator, changes, field
):
    assert set(refused(channel, clover_simulator, **changes)) == {field}


def test_a_wrong_key_is_found_by_asking(channel, clover_simulator):
    errors = refused(channel, clover_simulator, private_key="not-the-key")

    assert set(errors) == {"private_key"}
    assert "not-the-key" not in str(errors)


def test_while_it_is_off_nothing_is_checked(channel, clover_simulator):
    update_plugin(channel, active=False, merchant_id="short")

    assert values()["merchant_id"] == "short"
    assert clover_simulator.requests == []


def test_the_public_key_is_fetched_when_it_is_switched_on(channel, clover_simulator):
    update_plugin(channel, **credentials(clover_simulator, public_key=""))

    assert values()["public_key"].startswith("test-pakms-key")


def test_secrets_survive_switching_and_their_own_masks(channel, clover_simulator):
    update_plugin(channel, **credentials(clover_simulator))
    before = values()

    update_plugin(channel, active=False)
    masks = {name: before[name][-4:] for name in ("private_key", "webhook_secret")}
    update_plugin(channel, **masks)

    assert {name: values()[name] for name in masks} == {
        name: before[name] for name in masks
    }
    update_plugin(channel, active=False, private_key="a-new-key")
    assert values()["private_key"] == "a-new-key"


def test_shoppers_see_nothing_secret(shop):
    shop.configure()
    plugin = get_plugins_manager().get_plugin(GATEWAY, "us")

    shown = {
        row["field"]: row["value"]
        for row in plugin.get_payment_config(previous_value=[])
    }

    assert set(shown) == {
        "mode",
        "environment",
        "merchant_id",
        "public_key",
        "script_url",
    }
    secrets = [values()[name] for name in configuration.SECRETS if values().get(name)]
    assert not [text for text in secrets if text in json.dumps(shown)]


def test_listing_it_makes_no_call(shop):
    shop.configure()
    before = len(shop.simulator.requests)

    get_plugins_manager().get_plugin(GATEWAY, "us").get_payment_config(
        previous_value=[]
    )

    assert len(shop.simulator.requests) == before


def test_no_secret_is_logged(shop, caplog):
    with caplog.at_level(logging.DEBUG):
        shop.configure()
        shop.pay()
        shop.configure("hosted")

    secrets = [values()[name] for name in configuration.SECRETS if values().get(name)]
    assert len(secrets) >= 4
    assert not [text for text in secrets if text in caplog.text]


def test_the_form_shows_where_messages_belong(shop):
    shop.configure()
    plugin = get_plugins_manager().get_plugin(GATEWAY, "us")

    shown = {row["name"]: row for row in plugin.resolve_plugin_configuration(None)}

    url = "https://saleor.example/plugins/channel/us/clover.payments/webhook/"
    assert shown["webhook_url"]["value"] == url
    assert shown["private_key"]["type"] == "Secret"


def test_the_doctor_finds_what_is_missing(shop, capsys):
    from saleor.app.models import App
    from saleor.channel.models import Channel

    shop.configure("hosted")
    Channel.objects.create(slug="ca", currency_code="CAD")
    App.objects.update(is_active=False)

    with pytest.raises(SystemExit):
        call_command("clover_doctor")

    printed = capsys.readouterr().out
    assert "wrong    App:" in printed
    assert "unknown  ca: plugin: off in this channel" in printed
    assert "ok       us: charges:" in printed
    assert "us: webhook URL: https://saleor.example/plugins/channel/us/" in printed
    assert shop.simulator.merchant.private_key not in printed


@pytest.mark.parametrize(
    ("mode", "completes", "said"),
    [
        ("hosted", False, "unknown  us: completion: in the Transactions API a hosted"),
        ("hosted", True, "ok       us: completion: a paid checkout becomes an order"),
        ("iframe", False, None),
    ],
)
def test_the_doctor_says_whether_a_page_becomes_an_order(
    shop, capsys, mode, completes, said
):
    shop.configure(mode)
    shop.channel.automatically_complete_fully_paid_checkouts = completes
    shop.channel.save()

    with suppress(SystemExit):
        call_command("clover_doctor", offline=True)

    printed = capsys.readouterr().out
    assert said in printed if said else "completion" not in printed


def test_the_doctor_notices_that_recovery_does_not_run(shop, capsys):
    from datetime import timedelta

    from django.utils import timezone

    from clover_django.models import Operation

    shop.configure()
    shop.pay()
    long_ago = timezone.now() - timedelta(hours=1)
    Operation.objects.using("clover_ledger").update(due=long_ago)

    with pytest.raises(SystemExit):
        call_command("clover_doctor", json=True, offline=True)

    rows = json.loads(capsys.readouterr().out)
    assert [row for row in rows if "has not looked at payments" in row["text"]]


def test_recovery_is_on_saleors_beat(settings):
    assert settings.CELERY_BEAT_SCHEDULE["clover-recover"] == {
        "task": "clover_django.recover",
        "schedule": 60.0,
    }


def test_the_checks_ask_for_no_setting_and_no_urls():
    call_command("check")
