"""The kit of adapters, on pretix's own pages; `shop` is in conftest.py."""

from payment_hooks.testing import AdapterKit


class TestPretix(AdapterKit):
    pass
