"""The documentation's pictures are there, are small, and are made by one command."""

import re

import pytest
from PIL import Image

from tests.browser.take_pictures import IMAGES, MOST_BYTES, PICTURES, take
from tests.docs.pages import PAGES
from tests.house.project import ROOT

REFERENCE = re.compile(r"\bimages/([\w.-]+\.png)")
NAMES = {f"{picture.name}.png" for picture in PICTURES}


def test_every_picture_is_made_by_the_command_and_no_other_is_there():
    assert {path.name for path in IMAGES.iterdir()} == NAMES


def test_every_picture_that_a_page_shows_is_there():
    shown = {
        name: page.relative_to(ROOT)
        for page in PAGES
        for name in REFERENCE.findall(page.read_text())
    }

    assert set(shown) - NAMES == set()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_small_and_as_wide_as_its_window(picture):
    path = IMAGES / f"{picture.name}.png"

    with Image.open(path) as image:
        assert image.width <= picture.width
        assert picture.element or image.width == picture.width
    assert path.stat().st_size < MOST_BYTES


@pytest.mark.browser
@pytest.mark.slow
def test_the_command_takes_every_picture(servers, browser, tmp_path):
    take(servers, browser, tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == NAMES
    assert all(path.stat().st_size < MOST_BYTES for path in tmp_path.iterdir())
