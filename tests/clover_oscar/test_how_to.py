"""The settings in the how-to are settings that exist."""

import re

import pytest

from clover_django import conf
from tests.clover_oscar.workers.test_concurrency import ROOT

PAGE = (ROOT / "docs/how-to/oscar.md").read_text()
KEYS = {
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_PRIVATE_KEY": "test-private-key",
    "CLOVER_PUBLIC_KEY": "test-public-key",
    "CLOVER_HOSTED_PRIVATE_KEY": "test-hosted-key",
    "CLOVER_WEBHOOK_SECRET": "test-webhook-secret",
}


@pytest.mark.parametrize("number", [0, 2, 3])  # those that set CLOVER
def test_the_settings_of_the_page_are_accepted(number, monkeypatch, settings):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    namespace = {"INSTALLED_APPS": [], "urlpatterns": []}  # the reader's own
    for block in blocks[: number + 1]:
        exec(block, namespace)

    settings.CLOVER = namespace["CLOVER"]

    assert conf.get_config().merchant_id == "TESTMERCH0001"


def test_every_setting_of_this_app_is_explained():
    from clover_oscar.apps import SETTINGS

    assert [name for name in SETTINGS if f"`{name}`" not in PAGE] == []
