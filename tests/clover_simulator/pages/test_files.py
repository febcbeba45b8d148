"""The hosted checkout page as files: what the server fills in, and what it may load."""

import re
from pathlib import Path
from string import Template

import pytest

PAGES = Path(__file__).parents[3] / "contrib" / "clover_simulator" / "pages"
PLACEHOLDERS = {
    "cancel_action",
    "cards_html",
    "currency",
    "lines_html",
    "merchant_name",
    "message_html",
    "minutes",
    "pay_action",
    "session_state",
    "tax_html",
    "total",
}


def test_the_checkout_page_has_exactly_the_agreed_placeholders():
    template = Template((PAGES / "checkout.html").read_text(encoding="utf-8"))

    assert template.is_valid()
    assert set(template.get_identifiers()) == PLACEHOLDERS


@pytest.mark.parametrize("page", ["checkout.html", "widget.html"])
def test_a_page_loads_only_files_that_lie_beside_it(page):
    text = (PAGES / page).read_text(encoding="utf-8")

    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)

    assert loaded
    files = [name for name in loaded if name != "/"]
    assert all((PAGES / name.lstrip("/")).is_file() for name in files)


@pytest.mark.parametrize("page", ["checkout.html", "widget.html"])
def test_a_page_has_no_inline_script_or_style(page):
    text = (PAGES / page).read_text(encoding="utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", text)
