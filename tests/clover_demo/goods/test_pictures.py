from io import BytesIO

import pytest
from PIL import Image

from clover_demo.goods.pictures import SHAPES, SIDE, Colours, Label, draw
from clover_demo.goods.products import PRODUCTS

COLOURS = Colours(
    wall=("#ffffff", "#dddddd"),
    body=("#cc8855", "#884422"),
    accent="#aa6633",
    ink="#221100",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_paints_the_product_in_front_of_its_wall(shape):
    picture = draw(shape, COLOURS, Label(title="Test"))

    assert picture.size == (SIDE, SIDE)
    assert _count_colours(picture) > 100
    assert picture.getpixel((5, 5)) > picture.getpixel((SIDE // 2, SIDE // 2 + 130))


def test_every_product_has_a_shape_of_its_own_look():
    looks = {(product.shape, product.colours.body) for product in PRODUCTS}

    assert len(looks) == len(PRODUCTS)
    assert {product.shape for product in PRODUCTS} == set(SHAPES)


def test_a_picture_is_small_enough_for_a_shop_page():
    product = PRODUCTS[0]
    file = BytesIO()

    draw(product.shape, product.colours, product.label).save(file, "JPEG", quality=88)

    assert 5_000 < len(file.getvalue()) < 80_000


def _count_colours(picture: Image.Image) -> int:
    return len(picture.getcolors(maxcolors=SIDE * SIDE) or ())
