"""The plain pages in a real browser, under a policy that allows this site alone."""

import mimetypes
from contextlib import contextmanager

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import expect

from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_django.paying import at_the_page, paid, unknown_outcome

pytestmark = pytest.mark.browser

SHOP = "http://teapots.example"
POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'"
VIOLATIONS = """window.violations = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  window.violations.push([effectiveDirective, blockedURI]));"""
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
TURNS = "one => getComputedStyle(one).animationName"
LANGUAGES = ["en", "fr-ca", "es"]


@pytest.fixture
def texts(fake, settings):
    """The pages' HTML: made before the browser, whose loop keeps Django's database out."""
    browser = Client(SERVER_NAME="teapots.example")
    made = {
        "paid": paid(),
        "declined": paid("decline-1"),
        "checking": unknown_outcome(fake),
        "open": at_the_page()[0],
    }
    texts = {}
    for language in LANGUAGES:
        settings.LANGUAGE_CODE = language
        for name, payment in made.items():
            answer = browser.get(f"/clover/status/{payment.payment_id}/")
            texts[f"/{name}/{language}"] = answer.content
    return texts


@contextmanager
def shown(texts, *, waiting=True, **options):
    """A page in a browser that reads these texts, and the static files beside them."""

    def answer(route):
        path = route.request.url.removeprefix(SHOP).partition("?")[0]
        headers = {"Content-Security-Policy": POLICY}
        is_static = path.startswith("/static/")
        if path.endswith(".json"):
            route.fulfill(json={"waiting": waiting})
        elif is_static:
            file = finders.find(path.removeprefix("/static/"))
            route.fulfill(path=file, content_type=mimetypes.guess_type(path)[0])
        else:
            text = texts.get(path, b"")
            route.fulfill(body=text, headers=headers, content_type="text/html")

    with chromium() as browser:
        page = browser.new_page(**options)
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(VIOLATIONS)
        page.route("**/*", answer)
        yield page


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_fits_and_the_policy_is_never_violated(texts, width):
    with shown(texts, viewport={"width": width, "height": 640}) as page:
        found = {}
        for path in texts:
            page.goto(f"{SHOP}{path}")
            main = page.locator("main")
            expect(main).to_have_css("border-top-style", "solid")  # the sheet is there
            found[path] = page.evaluate(f"[{SIDEWAYS}, window.violations]")

    assert found == {path: [0, []] for path in texts}


def test_the_decline_has_the_focus(texts):
    with shown(texts) as page:
        page.goto(f"{SHOP}/declined/en")

        expect(page.get_by_role("alert")).to_be_focused()


@pytest.mark.parametrize(
    ("motion", "animation"), [("no-preference", "clover-turn"), ("reduce", "none")]
)
def test_the_waiting_page_is_alive_and_still_for_who_wants_that(
    texts, motion, animation
):
    with shown(texts, reduced_motion=motion) as page:
        page.goto(f"{SHOP}/checking/en")
        sign = page.locator(".clover-activity")

        expect(sign).to_be_visible()
        assert sign.evaluate(TURNS) == animation


def test_the_waiting_page_goes_on_when_the_outcome_is_known(texts):
    with shown(texts, waiting=False) as page:
        page.goto(f"{SHOP}/checking/en")
        expect(page.get_by_role("heading")).to_have_text("We are checking your payment")
        texts["/checking/en"] = texts["/paid/en"]

        expect(page.get_by_role("heading")).to_have_text(
            "Thank you, your payment succeeded"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_follow_the_readers_colours(texts, scheme):
    with shown(texts, color_scheme=scheme) as page:
        page.goto(f"{SHOP}/paid/en")
        main = page.locator("main")

        background = main.evaluate("one => getComputedStyle(one).backgroundColor")

    assert (background == "rgb(255, 255, 255)") is (scheme == "light")
