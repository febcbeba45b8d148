"""`make pictures`: the pictures of the documentation, taken of the running demo.

The demo is a new one with the same orders each time, the window has a fixed size,
nothing moves or blinks, and dates, times and random ids are replaced: what differs from
one run to the next is what changed in the pages.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.browser.conftest import DECLINED, Shopper, make_shopper, serve
from tests.browser.tour import (
    PAYMENTS,
    buy,
    show_order,
    show_payment_page,
    show_unknown_outcome,
    sign_in,
    wait_for_decline,
)
from tests.clover_card.chromium import chromium, expect_path
from tests.house.project import ROOT

IMAGES = ROOT / "docs/images"
MOST_BYTES = 150_000
HEIGHTS = {1280: 900, 360: 780}
"""Of the window, by its width: how much of a page is in the picture."""
COLORS = (256, 128, 64, 32)
SAME_TEXTS = """() => {
  const fixed = [
    [/[0-9a-f]{32}/g, "0123456789abcdef0123456789abcdef"],
    [/[A-Z][a-z]{2,8}\\.? [0-9]{1,2}, [0-9]{4}/g, "Nov. 28, 2026"],
    [/[0-9]{1,2} [A-Z][a-z]{2,8}\\.? [0-9]{4}/g, "28 Nov. 2026"],
    [/[0-9]{4}-[0-9]{2}-[0-9]{2}/g, "2026-11-28"],
    [/\\b(noon|midnight|[0-9]{1,2}(:[0-9]{2})? [ap]\\.m\\.)/g, "10:30 a.m."],
    [/\\b[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(?!.*[ap]\\.m\\.)/g, "10:30"],
  ];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    for (const [moment, same] of fixed)
      texts.currentNode.data = texts.currentNode.data.replace(moment, same);
  document.activeElement?.blur();
}"""


@dataclass(frozen=True)
class Picture:
    """How a page is reached, and how much of it is shown."""

    name: str
    reach: Callable[[Shopper], None]
    width: int = 1280
    element: str = ""
    """Only this element, by its selector."""


def decline(shopper):
    shopper.reach_payment("iframe")
    shopper.enter_card("iframe", DECLINED)
    shopper.go_on()
    shopper.place_order()
    wait_for_decline(shopper)


def go_to_clover(shopper):
    shopper.reach_payment("hosted")
    shopper.place_order()
    expect_path(shopper.page, "/pay-checkout/")


def list_payments(shopper):
    """With the one of the picture before, whose outcome is not known."""
    sign_in(shopper)
    shopper.page.goto(f"{shopper.servers.shop}{PAYMENTS}")


def look_at_order(shopper):
    sign_in(shopper)
    show_order(shopper)


def open_simulator(shopper):
    shopper.page.goto(f"{shopper.servers.clover}/")


def in_mode(mode):
    return lambda shopper: show_payment_page(shopper, mode)


PICTURES = (
    Picture("payment-page", in_mode("iframe")),
    Picture("payment-page-360", in_mode("iframe"), width=360),
    Picture("clover-card", in_mode("iframe"), element="clover-card"),
    Picture("api-page", in_mode("api")),
    Picture("api-page-360", in_mode("api"), width=360),
    Picture("hosted-preview", in_mode("hosted")),
    Picture("hosted-preview-360", in_mode("hosted"), width=360),
    Picture("hosted-page", go_to_clover),
    Picture("declined", decline),
    Picture("thank-you", buy),
    Picture("order-page", look_at_order),
    Picture("status-page", show_unknown_outcome),
    Picture("dashboard", list_payments),
    Picture("simulator", open_simulator),
)
"""In this order: the dashboard lists what the pictures before it have bought."""


def take(servers, browser, folder):
    """Take every picture of this demo into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        shopper = make_shopper(browser, servers, picture.width)
        page = shopper.page
        page.set_viewport_size(
            {"width": picture.width, "height": HEIGHTS[picture.width]}
        )
        page.emulate_media(reduced_motion="reduce")
        picture.reach(shopper)
        page.wait_for_load_state("networkidle")
        page.evaluate(SAME_TEXTS)
        shown = page.locator(picture.element).first if picture.element else page
        taken = shown.screenshot(animations="disabled", caret="hide")
        (folder / f"{picture.name}.png").write_bytes(compressed(taken))
        page.close()
        servers.answer_again()


def compressed(taken):
    """The same picture with so few colors that it is small enough."""
    image = Image.open(BytesIO(taken)).convert("RGB")
    for colors in COLORS:
        written = BytesIO()
        few = image.quantize(colors, dither=Image.Dither.NONE)
        few.save(written, "PNG", optimize=True)
        if len(written.getvalue()) < MOST_BYTES:
            break
    return written.getvalue()


def main(folder=IMAGES):
    with (
        tempfile.TemporaryDirectory() as demo,
        serve(demo) as servers,
        chromium() as browser,
    ):
        take(servers, browser, folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
