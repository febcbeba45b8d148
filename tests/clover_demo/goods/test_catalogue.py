from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.text import slugify
from oscar.core.loading import get_model

from clover_demo.goods import catalogue
from clover_demo.goods.products import COFFEE, CUPS, PRODUCTS
from clover_demo.shipping import class_loader


@pytest.fixture
def _shop(db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    assert list(catalogue.load()) == [product.title for product in PRODUCTS]


@pytest.mark.usefixtures("_shop")
def test_the_catalogue_can_be_bought_and_has_pictures():
    products = list(get_model("catalogue", "Product").objects.browsable())

    assert len(products) == len(PRODUCTS) == 8
    for product in products:
        stock = product.stockrecords.get()
        assert (stock.price_currency, stock.num_in_stock) == ("USD", 500)
        assert 5_000 < Path(product.images.get().original.path).stat().st_size < 80_000


@pytest.mark.usefixtures("_shop")
def test_products_stand_in_two_categories():
    rows = get_model("catalogue", "Category").objects.all()

    assert {row.name: row.product_set.count() for row in rows} == {COFFEE: 4, CUPS: 4}


@pytest.mark.usefixtures("_shop")
def test_staff_may_sign_in_and_parcels_go_to_the_united_states_first(client):
    countries = get_model("address", "Country").objects.all()

    assert client.login(username="staff", password="demo-staff")
    assert [country.iso_3166_1_a2 for country in countries] == ["US", "CA"]


def test_there_is_a_picture_for_each_product_and_no_other():
    named = {f"{slugify(product.title)}.jpg" for product in PRODUCTS}

    assert {path.name for path in catalogue.PICTURES.glob("*.jpg")} == named
    assert "CC0" in (catalogue.PICTURES / "LICENSE.md").read_text()


def test_every_parcel_costs_the_same():
    (repository,) = class_loader("shipping.repository", ["Repository"], "oscar.apps")
    (method,) = repository.methods

    assert method.name == "Parcel"
    assert method.charge_incl_tax == Decimal("4.50")


def test_other_classes_are_oscars_own():
    (found,) = class_loader("shipping.methods", ["Free"], "oscar.apps")

    assert found.__module__ == "oscar.apps.shipping.methods"
