"""Loads products, pictures and a staff account into an empty shop."""

from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.utils.text import slugify
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

from clover_demo.goods.products import PRODUCTS, DemoProduct
from clover_demo.names import STAFF_EMAIL, STAFF_PASSWORD
from clover_oscar.untyped import OscarObject

IN_STOCK = 500
PICTURES = Path(__file__).with_name("pictures")
_COUNTRIES = (("US", "USA", "United States", 1), ("CA", "CAN", "Canada", 0))


def load() -> Iterator[str]:
    """Fill the shop; yields the title of each product that was added."""
    _add_staff()
    for alpha_2, alpha_3, name, rank in _COUNTRIES:
        get_model("address", "Country").objects.update_or_create(
            iso_3166_1_a2=alpha_2,
            defaults={
                "iso_3166_1_a3": alpha_3,
                "printable_name": name,
                "name": name,
                "is_shipping_country": True,
                "display_order": rank,
            },
        )
    for product in PRODUCTS:
        _add(product)
        yield product.title


def _add_staff() -> None:
    users: OscarObject = get_user_model().objects
    users.create_superuser("staff", STAFF_EMAIL, STAFF_PASSWORD)


def _add(product: DemoProduct) -> None:
    kind, _ = get_model("catalogue", "ProductClass").objects.get_or_create(
        name=product.category, defaults={"track_stock": True}
    )
    row: OscarObject = get_model("catalogue", "Product").objects.create(
        title=product.title,
        upc=slugify(product.title),
        product_class=kind,
        description=f"<p>{product.description}</p>",
    )
    row.categories.add(create_from_breadcrumbs(product.category))
    partner, _ = get_model("partner", "Partner").objects.get_or_create(name="Warehouse")
    row.stockrecords.create(
        partner=partner,
        partner_sku=slugify(product.title),
        price_currency="USD",
        price=product.price,
        num_in_stock=IN_STOCK,
    )
    row.images.create(original=_picture(product), caption=product.title)


def _picture(product: DemoProduct) -> "ContentFile[bytes]":
    name = f"{slugify(product.title)}.jpg"
    return ContentFile((PICTURES / name).read_bytes(), name)
