"""What a shop imports: all that its own views, pages and hooks need, in one place.

Import it where models may be imported: in views, or inside of `AppConfig.ready`.
"""

from clover_django.database.freshness import fresh_reads
from clover_django.doctor import Finding, Verdict
from clover_django.doctor import register as register_examination
from clover_django.language.amounts import read_amount
from clover_django.ledger.actors import acting_as
from clover_django.ledger.saved_cards import DjangoSavedCards
from clover_django.payments import (
    build_payments,
    get_payments,
    payments_of,
    register_merchants,
    register_shop,
)
from clover_django.web.addresses import page_url, return_urls
from clover_django.web.client_ip import shopper_address
from clover_django.web.money_views import money_view
from clover_django.web.pages import register as register_pages

__all__ = [
    "DjangoSavedCards",
    "Finding",
    "Verdict",
    "acting_as",
    "build_payments",
from clover_django.web.pages import ShopPages
    "fresh_reads",
    "get_payments",
    "money_view",
    "page_url",
    "payments_of",
    "read_amount",
    "ShopPages",
    "register_examination",
    "register_merchants",
    "register_pages",
    "register_shop",
    "return_urls",
    "shopper_address",
]
