"""Fill a migrated Saleor with a small shop; run by Saleor's Python in its folder.

The last line printed is JSON: tokens, and the ids that the drives need.
"""

import json
import os
import sys

import django

sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor.settings")
django.setup()

import graphene  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from django.utils import timezone  # noqa: E402
from saleor.account.models import Group, User  # noqa: E402
from saleor.channel.models import Channel  # noqa: E402
from saleor.core.jwt import create_access_token  # noqa: E402
from saleor.permission.models import Permission  # noqa: E402
from saleor.product.models import (  # noqa: E402
    Category,
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.shipping.models import (  # noqa: E402
    ShippingMethod,
    ShippingMethodChannelListing,
    ShippingZone,
)
from saleor.tax.models import TaxConfiguration  # noqa: E402
from saleor.warehouse.models import Stock, Warehouse  # noqa: E402

CHANNELS = [("us", "USD", "US"), ("ca", "CAD", "CA")]


def channels():
    for slug, currency, country in CHANNELS:
        channel, _ = Channel.objects.get_or_create(
            slug=slug,
            defaults={
                "name": slug.upper(),
                "currency_code": currency,
                "default_country": country,
                "is_active": True,
                "automatically_confirm_all_new_orders": True,
            },
        )
        TaxConfiguration.objects.update_or_create(
            channel=channel, defaults={"charge_taxes": False}
        )
        yield channel


def people():
    staff, _ = User.objects.get_or_create(
        email="staff@example.com",
        defaults={"is_staff": True, "is_superuser": True, "is_active": True},
    )
    group, _ = Group.objects.get_or_create(name="everything")
    group.permissions.set(Permission.objects.all())
    staff.groups.add(group)
    customer, _ = User.objects.get_or_create(
        email="customer@example.com",
        defaults={"is_active": True, "is_confirmed": True},
    )
    return staff, customer


def penny_variant():
    """A variant at 0.01, so that a checkout of any amount is a quantity of it."""
    kind, _ = ProductType.objects.get_or_create(
        slug="pennies", defaults={"name": "Pennies", "is_shipping_required": True}
    )
    category = Category.objects.filter(slug="pennies").first()
    category = category or Category.objects.create(name="Pennies", slug="pennies")
    product, _ = Product.objects.get_or_create(
        slug="penny",
        defaults={"name": "Penny", "product_type": kind, "category": category},
    )
    variant, _ = ProductVariant.objects.get_or_create(
        sku="penny", defaults={"product": product, "track_inventory": False}
    )
    return product, variant


def sell(product, variant, channel):
    ProductChannelListing.objects.update_or_create(
        product=product,
        channel=channel,
        defaults={
            "is_published": True,
            "visible_in_listings": True,
            "published_at": timezone.now(),
            "available_for_purchase_at": timezone.now(),
            "currency": channel.currency_code,
            "discounted_price_amount": "0.01",
        },
    )
    ProductVariantChannelListing.objects.update_or_create(
        variant=variant,
        channel=channel,
        defaults={
            "currency": channel.currency_code,
            "price_amount": "0.01",
            "discounted_price_amount": "0.01",
        },
    )


def ship(channel, zone, method):
    zone.channels.add(channel)
    ShippingMethodChannelListing.objects.update_or_create(
        shipping_method=method,
        channel=channel,
        defaults={"currency": channel.currency_code, "price_amount": 0},
    )


def warehouse():
    from saleor.account.models import Address

    found = Warehouse.objects.filter(slug="shelf").first()
    if found:
        return found
    address = Address.objects.create(country="US", city="Albany", postal_code="12207")
    return Warehouse.objects.create(name="Shelf", slug="shelf", address=address)


def fill():
    settings = Site.objects.get_current().settings
    settings.limit_quantity_per_checkout = None
    settings.save()
    product, variant = penny_variant()
    zone, _ = ShippingZone.objects.get_or_create(
        name="North America", defaults={"countries": ["US", "CA"]}
    )
    method, _ = ShippingMethod.objects.get_or_create(
        name="Post", shipping_zone=zone, defaults={"type": "price"}
    )
    shelf = warehouse()
    shelf.shipping_zones.add(zone)
    Stock.objects.get_or_create(
        warehouse=shelf, product_variant=variant, defaults={"quantity": 10**8}
    )
    found = {}
    for channel in channels():
        sell(product, variant, channel)
        ship(channel, zone, method)
        shelf.channels.add(channel)
        found[channel.slug] = graphene.Node.to_global_id("Channel", channel.pk)
    staff, customer = people()
    return {
        "channels": found,
        "variant": graphene.Node.to_global_id("ProductVariant", variant.pk),
        "staff_token": create_access_token(staff),
        "customer_token": create_access_token(customer),
    }


print(json.dumps(fill()))
