"""One run of the demo: start both servers, buy in each mode, compare the records."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clover_demo.display import Display
from clover_demo.names import SHOP_NAME, STAFF_EMAIL, STAFF_PASSWORD
from clover_demo.purchases.audit import Verdict, find_leftovers, judge
from clover_demo.purchases.shopper import NotBought, Shopper
from clover_demo.serving import ShopServer, SimulatedClover

PURCHASES = {"iframe": "sunrise-blend", "hosted": "everyday-mug", "api": "cloud-decaf"}
"""What is bought, by mode."""
SETTINGS = "clover_demo.settings"
LOCK_FILE = "in-use.sqlite3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the purchases, and where a person can go on."""

    verdicts: tuple[Verdict, ...]
    leftovers: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether every order is paid in both records, and nothing else was taken."""
        return not self.leftovers and all(row.is_right for row in self.verdicts)


class DemoFailed(Exception):
    """The demo cannot start; the message says what to do."""


@contextmanager
def run(display: Display, folder: Path, *, port: int, fresh: bool) -> Iterator[Outcome]:
    """Sell; gives what came of it, and keeps the shop open inside of the block.

    Raises:
        DemoFailed: the port or the folder cannot be used.
    """
    with ExitStack() as servers:
        servers.enter_context(_claim_folder(folder))
        shop = servers.enter_context(_claim_port(port))
        with display.step("Clover simulator started"):
            clover = servers.enter_context(SimulatedClover(SHOP_NAME))
        _configure(clover, folder)
        _set_up(display, folder, fresh=fresh)
        _open_shop(shop, folder)
        display.announce(shop.url)
        clover.send_webhooks_to(f"{shop.url}/clover/webhook/")
        verdicts = [
            _buy(display, shop, clover, mode, slug) for mode, slug in PURCHASES.items()
        ]
        leftovers = find_leftovers(verdicts, clover.charges(), clover.deliveries())
        display.show(verdicts, leftovers)
        yield Outcome(
            verdicts=tuple(verdicts),
            leftovers=tuple(leftovers),
            addresses=_addresses(shop, clover, folder),
        )


@contextmanager
def _claim_folder(folder: Path) -> Iterator[None]:
    """Keep the folder to this process; the lock ends with it, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(folder / LOCK_FILE, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise DemoFailed(f"{folder} cannot be used: {error}") from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            remedy = "end it, or name another folder with --data-dir"
            raise DemoFailed(f"another demo uses {folder}: {remedy}") from error
        yield


def _claim_port(port: int) -> ShopServer:
    try:
        return ShopServer(port=port)
    except OSError as error:
        remedy = "try --port 0, which finds a free one"
        raise DemoFailed(
            f"port {port} cannot be used ({error.strerror}): {remedy}"
        ) from error


def _configure(clover: SimulatedClover, folder: Path) -> None:
    """Point the shop's settings at this simulator and this folder."""
    merchant = clover.merchant
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "CLOVER_DEMO_DIR": str(folder),
        "CLOVER_BASE_URL": clover.url,
        "CLOVER_MERCHANT_ID": merchant.id,
        "CLOVER_PRIVATE_KEY": merchant.private_key,
        "CLOVER_PUBLIC_KEY": merchant.public_key,
        "CLOVER_HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "CLOVER_PLATFORM_TOKEN": merchant.platform_token,
        "CLOVER_WEBHOOK_SECRETS": merchant.webhook_secret,
    }


def _set_up(display: Display, folder: Path, *, fresh: bool) -> None:
    with display.step("Shop loaded"):
        import django

        django.setup()
        from clover_demo import shop_folder
    if shop_folder.is_ready(folder) and not fresh:
        return
    steps = shop_folder.count_steps()
    with display.step("Shop set up, once: database and products", steps) as advance:
        shop_folder.set_up(folder, advance)


def _open_shop(shop: ShopServer, folder: Path) -> None:
    from clover_demo import shop_folder
    from clover_demo.wsgi import application

    shop_folder.open_shop(folder)
    shop.open(application)


def _buy(
    display: Display, shop: ShopServer, clover: SimulatedClover, mode: str, slug: str
) -> Verdict:
    from clover_demo.purchases.orders import read_order

    problem, order = "", None
    try:
        with display.step(f"Bought {slug} in mode {mode}"):
            order = read_order(Shopper(shop.url).buy(slug, mode))
    except NotBought as error:
        problem = f"the shopper did not get through: {error}"
    return judge(mode, order, clover.charges(), problem)


def _addresses(
    shop: ShopServer, clover: SimulatedClover, folder: Path
) -> tuple[tuple[str, str], ...]:
    return (
        ("Shop", shop.url),
        ("Staff", f"{shop.url}/dashboard/  {STAFF_EMAIL}  {STAFF_PASSWORD}"),
        ("Clover", clover.url),
        ("Folder", str(folder)),
    )
