"""An example shop in a process of its own, as its README starts it, and a shopper."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import Request, urlopen

from tests.clover_card.chromium import PATIENCE_MS, expect_path
from tests.house.project import ROOT

EXAMPLES = ROOT / "docs/examples"
PATHS = [EXAMPLES, ROOT, ROOT / "hooks", ROOT / "contrib"]
APPROVED, DECLINED = "4242424242424242", "4005571702222222"
FIELDS = {"CARD_DATE": "12/99", "CARD_CVV": "123", "CARD_POSTAL_CODE": "62701"}
PAGE = {"exp": "12/99", "cvv": "123", "zip": "62701"}


@dataclass
class Running:
    """What the shop printed: an address by name."""

    process: subprocess.Popen
    lines: dict = field(default_factory=dict)

    @property
    def url(self):
        return self.lines["Shop"].rstrip("/")

    @property
    def clover(self):
        return self.lines["Clover in a box"].removesuffix("/_simulator")

    def charges(self):
        """Clover's own records: the amounts that were taken."""
        with urlopen(f"{self.clover}/_simulator/ledger") as answer:
            rows = json.load(answer)["charges"]
        return [row["amount"] for row in rows if row["status"] == "succeeded"]

    def refunds(self):
        with urlopen(f"{self.clover}/_simulator/ledger") as answer:
            return [row["amount"] for row in json.load(answer)["refunds"]]

    def control(self, where, **body):
        headers = {"Content-Type": "application/json"}
        sent = json.dumps(body).encode()
        with urlopen(
            Request(f"{self.clover}/_simulator/{where}", sent, headers)
        ) as answer:
            return json.load(answer)


@contextmanager
def running(command, folder, wanted=("Clover in a box", "Shop"), **environ):
    """The shop, once it has printed the wanted addresses; ended at the end."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATHS)), **environ}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", *command],
        cwd=folder,
        env=known,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        shop = Running(process)
        for line in process.stdout:
            name, _, rest = line.strip().partition(": ")
            shop.lines[name] = rest
            if set(wanted) <= set(shop.lines):
                break
        assert set(wanted) <= set(shop.lines), "the shop did not start"
        try:
            yield shop
        finally:
            process.terminate()


@contextmanager
def shopper(browser, width=1280):
    """A page of a window of its own; an error in a script fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def type_card(page, number):
    """Into the frames of Clover's origin."""
    for name, value in {"CARD_NUMBER": number, **FIELDS}.items():
        frame = page.frame_locator(f"[data-field={name}] iframe")
        frame.locator("input").fill(value)


def pay_at_clover(page, number):
    """On the hosted page: fill the form and press Pay."""
    expect_path(page, "/pay-checkout/")
    for name, value in {"number": number, **PAGE}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Pay").click()


def has_no_sideways_scroll(page):
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    return page.evaluate(wide) <= 0


def unlabelled(page):
    """Inputs and buttons that say nothing to a screen reader."""
    script = """[...document.querySelectorAll('input, button, select')].filter(one =>
        !(one.labels?.length || one.textContent.trim() || one.ariaLabel
          || one.type === 'hidden')).map(one => one.outerHTML)"""
    return page.evaluate(script)
