"""What axe-core says of a page, less what is not ours.

Rules are those of WCAG 2.2, levels A and AA.
"""

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": WCAG, "iframes": False}
"""Frames are looked at one by one: axe in one does not reach another site's."""
FOREIGN = {
    "color-contrast": (
        ".navbar-text",  # the steps of the checkout
        ".price_color",
        ".availability",
        "#login_link",
        ".btn-outline-secondary",  # beside the search, and "View cart"
        ".breadcrumb-item, .breadcrumb-item > a",  # from here on, the dashboard's colors
        ".btn-primary",
        ".table td > a",
    ),
    "link-name": ('a:has(> img[alt=""])',),  # goods, whose name is beside the picture
    "select-name": ("select[name=language]",),
    "list": (".navbar-nav",),
    "listitem": (".nav-tabs > li",),
    "aria-required-children": (".nav-tabs",),
    "target-size": ("#changelist-filter a",),  # Django's admin
}
"""What Oscar's and Django's templates and styles get wrong: elements, by rule."""
MATCHES = """([target, selectors]) => {
  const element = document.querySelector(target);
  return selectors.some((selector) => element && element.matches(selector)); }"""


def violations(page, foreign=FOREIGN):
    """Rule, element and reason of each violation on this page and in its frames."""
    return [found for frame in page.frames for found in _violations(frame, foreign)]


def _violations(frame, foreign):
    rows = Axe().run(frame, options=OPTIONS).response["violations"]
    return [
        f"{row['id']} ({row['impact']}) at {node['target'][0]}: {row['help']}"
        for row in rows
        for node in row["nodes"]
        if not _is_foreign(frame, node["target"][0], foreign.get(row["id"], ()))
    ]


def _is_foreign(frame, target, selectors):
    return bool(selectors) and frame.evaluate(MATCHES, [target, list(selectors)])
