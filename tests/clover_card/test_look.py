"""What the element shows beside the fields: the cards that are taken, the shop's colour."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MARKS = ".clover-card-brand"
BUTTON = "getComputedStyle(document.querySelector('.clover-card-submit'))"


def colours_of_the_button(checkout):
    return checkout.page.evaluate(f"[{BUTTON}.backgroundColor, {BUTTON}.color]")


def open_with_style(checkout, style, **attributes):
    checkout.open(form=f"<style>{style}</style>{checkout.card(**attributes)}")
    expect(checkout.page.locator(".clover-card-submit")).to_be_visible()


def test_the_usual_cards_are_named(checkout):
    checkout.open()

    expect(checkout.page.locator(MARKS)).to_have_text(
        ["Visa", "Mastercard", "Amex", "Discover"]
    )
    expect(checkout.page.get_by_role("list", name="Accepted cards")).to_be_visible()


def test_a_shop_names_the_cards_that_it_takes(checkout):
    checkout.open(brands="visa, mc jcb cash")

    expect(checkout.page.locator(MARKS)).to_have_text(["Visa", "Mastercard", "JCB"])


def test_a_shop_may_name_none(checkout):
    checkout.open(brands="")

    expect(checkout.page.locator(".clover-card-brands")).to_be_hidden()


def test_the_brand_of_the_card_is_marked_until_its_token_is_forgotten(checkout):
    checkout.open()
    checkout.type_card()

    checkout.page.evaluate("document.querySelector('clover-card').tokenize()")

    marked = checkout.page.locator(f"{MARKS}[data-recognized]")
    expect(marked).to_have_text(["Visa"])
    checkout.page.evaluate("document.querySelector('clover-card').reset()")
    expect(marked).to_have_count(0)


@pytest.mark.parametrize(
    ("style", "background", "text"),
    [
        ("", "rgb(26, 127, 55)", "rgb(255, 255, 255)"),
        (
            "body { --clover-card-accent: #5b2a86 }",
            "rgb(91, 42, 134)",
            "rgb(255, 255, 255)",
        ),
        ("body { --clover-card-accent: gold }", "rgb(255, 215, 0)", "rgb(0, 0, 0)"),
        ("body { accent-color: #0b57d0 }", "rgb(11, 87, 208)", "rgb(255, 255, 255)"),
        ("clover-card { accent-color: #ffcc00 }", "rgb(255, 204, 0)", "rgb(0, 0, 0)"),
        (
            "body { accent-color: red; --clover-card-accent: #004400 }",
            "rgb(0, 68, 0)",
            "rgb(255, 255, 255)",
        ),
        (
            "body { --clover-card-accent: gold; --clover-card-accent-text: #333 }",
            "rgb(255, 215, 0)",
            "rgb(51, 51, 51)",
        ),
        ("body { --clover-card-accent: nonsense }", "rgba(0, 0, 0, 0)", None),
    ],
)
def test_the_button_takes_the_shops_accent_colour(checkout, style, background, text):
    open_with_style(checkout, style)

    found = colours_of_the_button(checkout)

    assert found == [background, text or found[1]]


def test_the_focus_takes_it_too(checkout):
    open_with_style(checkout, "body { accent-color: #0b57d0 }")

    checkout.input("CARD_CVV").focus()

    frame = checkout.page.locator("[data-field=CARD_CVV] .clover-card-frame")
    expect(frame).to_have_css("border-color", "rgb(11, 87, 208)")


@pytest.mark.parametrize("lang", ["en", "fr-CA", "es"])
def test_the_boxes_are_in_line_on_a_phone(checkout, lang):
    checkout.page.set_viewport_size({"width": 360, "height": 700})
    checkout.open(lang=lang)
    checkout.input("CARD_POSTAL_CODE").wait_for()

    date, cvv, postal = (
        checkout.page.locator(f"[data-field={name}] .clover-card-frame").bounding_box()
        for name in ("CARD_DATE", "CARD_CVV", "CARD_POSTAL_CODE")
    )
    number = checkout.page.locator("[data-field=CARD_NUMBER] .clover-card-frame")
    cut = checkout.page.evaluate(
        """[...document.querySelectorAll(".clover-card-label")]
          .filter((label) => label.scrollWidth > label.clientWidth).length"""
    )

    assert cut == 0
    assert date["y"] == cvv["y"]
    assert date["height"] == cvv["height"] == postal["height"]
    whole = number.bounding_box()
    right = max(box["x"] + box["width"] for box in (date, cvv, postal))
    assert right == whole["x"] + whole["width"]


def test_every_label_looks_the_same(checkout):
    checkout.open()

    styles = checkout.page.evaluate(
        """[...document.querySelectorAll(".clover-card-label")].map((label) => {
          const { fontSize, fontWeight, color, lineHeight } = getComputedStyle(label);
          return [fontSize, fontWeight, color, lineHeight].join();
        })"""
    )

    assert len(styles) == 4
    assert len(set(styles)) == 1
