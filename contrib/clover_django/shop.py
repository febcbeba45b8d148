"""What a shop imports: all that its own views, pages and hooks need, in one place.

Import it where models may be imported: in views, or inside of `AppConfig.ready`.
"""

from clover_django.checkout.paying import (
    CardPage,
    charge_card_form,
    open_card_page,
    open_hosted_page,
)
from clover_django.checkout.shown import check_shown, seal_shown
from clover_django.database.freshness import fresh_reads
from clover_django.doctor import Finding, Verdict
from clover_django.doctor import register as register_examination
from clover_django.language.amounts import read_amount
from clover_django.language.words import mode_name
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
from clover_django.web.pages import ShopPages
from clover_django.web.pages import register as register_pages

__all__ = [
    "CardPage",
    "DjangoSavedCards",
    "Finding",
    "ShopPages",
    "Verdict",
    "acting_as",
    "build_payments",
    "charge_card_form",
    "check_shown",
    "fresh_reads",
    "get_payments",
    "mode_name",
    "money_view",
    "open_card_page",
    "open_hosted_page",
    "page_url",
    "payments_of",
    "read_amount",
    "register_examination",
    "register_merchants",
    "register_pages",
    "register_shop",
    "return_urls",
    "seal_shown",
    "shopper_address",
]
