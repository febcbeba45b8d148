"""Plugins that the tests name in `CLOVER["PLUGINS"]`."""

from payment_hooks import Money, hookimpl


class Shop:
    @hookimpl
    def shop_amount_due(self, reference):
        return Money(700, "USD") if reference == "known-to-the-plugin" else None


class Demanding:
    def __init__(self, argument):
        self.argument = argument


class Misspelt:
    @hookimpl
    def payment_chrage(self, request):
        return None


shop = Shop()
