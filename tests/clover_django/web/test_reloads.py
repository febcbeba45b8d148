"""The page that waits, in a real browser: it goes on by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings

from payment_hooks import ProviderUnavailable
from tests.clover_card.chromium import chromium
from tests.clover_django.paying import unknown_outcome

pytestmark = pytest.mark.browser
PATIENCE_MS = 120_000
PAID = "text=your payment succeeded"


def complaints(message):
    """What the console says, but for the icon that browsers ask for by themselves."""
    is_icon = message.location["url"].endswith("/favicon.ico")
    return [] if is_icon else [message.text]


class Window:
    """A browser in a thread of its own: beside its loop Django allows no database."""

    def __init__(self, thread, browser):
        self.thread = thread
        self.browser = browser

    def watch(self, url, **options):
        """What the page says first, what it says in the end, and what went wrong."""
        return self.thread.submit(self._watch, url, options).result()

    def _watch(self, url, options):
        page, problems = self.browser.new_page(**options), []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.extend(complaints(message)))
        page.goto(url)
        first = page.inner_text("main")
        page.wait_for_selector(PAID, timeout=PATIENCE_MS)
        last = page.inner_text("main")
        page.close()
        return first, last, problems


@pytest.fixture(scope="module")
def window():
    with ThreadPoolExecutor(max_workers=1) as thread:
        opened = chromium()
        browser = thread.submit(opened.__enter__).result()
        yield Window(thread, browser)
        thread.submit(opened.__exit__, None, None, None).result()


@pytest.fixture
def address(fake, live_server, settings):
    """The page of a payment whose money only the second look finds."""
    settings.MIDDLEWARE = [
        "tests.clover_django.web.strict_csp.strict_csp",
        *django_settings.MIDDLEWARE,
    ]
    payment = unknown_outcome(fake, after=True)
    fake.fail("payment_retrieve", ProviderUnavailable("down"))
    return f"{live_server.url}/clover/status/{payment.payment_id}/"


def test_with_script_the_page_goes_on_by_itself(window, address):
    first, last, problems = window.watch(address)

    assert "Please do not pay again" in first
    assert "your payment succeeded" in last
    assert problems == []


def test_without_script_the_page_goes_on_by_itself(window, address):
    first, last, _ = window.watch(address, java_script_enabled=False)

    assert "Please do not pay again" in first
    assert "your payment succeeded" in last
