"""A real browser for the tests, found on the machine or brought by Playwright."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE_MS = 60_000
"""How long a page is waited for: only what never happens takes so long."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the pages under test may open a connection.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADVICE = (
    "These tests need Chromium: install it (`apt-get install chromium`, or "
    "`python -m playwright install chromium`), or name it in CLOVER_BROWSER."
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; without one the tests are skipped, or fail where CI is set.

    It lives for one test module: while Playwright runs, its event loop occupies the
    thread, and Django refuses to use its database there.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        if path is None:
            give_up()
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def expect_path(page: Page, path: str) -> None:
    """Wait until the page's address has the path, and the page is loaded.

    `wait_for_url` fails where one navigation overtakes another, as after a double
    click; this looks again.
    """
    expect(page).to_have_url(re.compile(rf"^[^?#]*{re.escape(path)}"))
    page.wait_for_load_state()


def find_chromium(bundled: str) -> str | None:
    found = (shutil.which(name) for name in NAMES)
    candidates = (os.environ.get("CLOVER_BROWSER"), *found, bundled)
    return next((path for path in candidates if path and Path(path).exists()), None)


def give_up() -> None:
    if os.environ.get("CI"):
        pytest.fail(ADVICE)
    pytest.skip(ADVICE)
