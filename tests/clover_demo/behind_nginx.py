"""The demo shop as it is deployed: gunicorn on a socket and on a port, behind nginx."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from clover_demo import shop_folder
from clover_demo.purchases.shopper import Shopper
from clover_simulator.simulator import Simulator
from tests.examples.hosts import NGINX, find_nginx, free_port, wait_until
from tests.house.project import ROOT

PATHS = [ROOT, ROOT / "hooks", ROOT / "contrib"]
SHOPPER, PROXY, INVENTED = "127.0.0.7", "127.0.0.9", "198.51.100.66"
SET_UP = """
import sys
from pathlib import Path
import django
django.setup()
from clover_demo import shop_folder
shop_folder.set_up(Path(sys.argv[1]), lambda name: None)
"""
SITE = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass {gunicorn};
        {bind}
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_read_timeout 60s;
    }}
}}
"""


@dataclass(frozen=True)
class Deployed:
    """Where each of nginx's sites is, and the Clover behind the shop."""

    sites: dict
    clover: Simulator
    log: Path

    def buy(self, where, slug, mode):
        """An order of a shopper at `SHOPPER`, who claims to be at `INVENTED`."""
        self.clover.send_webhooks_to(f"{self.sites[where]}/clover/webhook/")
        return ShopperAtAddress(self.sites[where]).buy(slug, mode)

    def addresses(self):
        """What was in `x-forwarded-for` of each charge, None where nothing did."""
        return [
            {name.lower(): value for name, value in seen.headers.items()}.get(
                "x-forwarded-for"
            )
            for seen in self.clover.requests
            if (seen.method, seen.path) == ("POST", "/v1/charges")
        ]


class ShopperAtAddress(Shopper):
    """A guest with an address of their own, and a false one in their headers."""

    def __init__(self, shop_url):
        super().__init__(shop_url)
        self._browser.session.mount("http://", FromAddress())
        self._browser.session.headers["X-Forwarded-For"] = INVENTED


class FromAddress(HTTPAdapter):
    def init_poolmanager(self, *arguments, **options):
        options["source_address"] = (SHOPPER, 0)
        super().init_poolmanager(*arguments, **options)


def set_up(folder):
    """The shop's database; takes half a minute."""
    command = [sys.executable, "-W", "ignore", "-c", SET_UP, str(folder)]
    known = environ(folder)
    subprocess.run(
        command, cwd=folder, env=known, check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def deployed(folder, clover, **changes):
    """nginx and gunicorn around the shop in that folder; ended at the end."""
    nginx, port = find_nginx(), free_port()
    sites = {"socket": free_port(), "port": free_port()}
    shop_folder.open_shop(folder)
    with ExitStack() as stack:
        # A socket's path may be short only.
        short = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop"))
        Path(short).chmod(0o755)  # nginx's workers run as another user
        at = {"socket": f"unix:{short}/gunicorn", "port": f"127.0.0.1:{port}"}
        merchant = clover.merchant
        known = environ(folder) | {
            "CLOVER_BASE_URL": clover.url,
            "CLOVER_MERCHANT_ID": merchant.id,
            "CLOVER_PRIVATE_KEY": merchant.private_key,
            "CLOVER_PUBLIC_KEY": merchant.public_key,
            "CLOVER_HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
            "CLOVER_PLATFORM_TOKEN": merchant.platform_token,
            "CLOVER_WEBHOOK_SECRETS": merchant.webhook_secret,
        }
        known |= changes
        command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "--threads", "4"]
        command += ["--control-socket", f"{short}/control"]
        for place in at.values():
            command += ["--bind", place]
        command.append("clover_demo.wsgi:application")
        stack.enter_context(running(command, folder, "gunicorn", known))
        (folder / "shop.conf").write_text(
            "".join(
                SITE.format(
                    port=sites[where],
                    gunicorn=f"http://{place}",
                    bind=f"proxy_bind {PROXY};" if where == "port" else "",
                )
                for where, place in at.items()
            )
        )
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        command = [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
        stack.enter_context(running(command, folder, "nginx", known))
        urls = {where: f"http://127.0.0.1:{number}" for where, number in sites.items()}
        for where, url in urls.items():
            wait_until(lambda url=url: answers(url), what=f"a page by the {where}")
        yield Deployed(urls, clover, folder / "shop.log")


@contextmanager
def running(command, folder, name, known):
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=known,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def answers(url):
    try:
        return requests.get(f"{url}/catalogue/", timeout=30).status_code == 200
    except requests.ConnectionError:
        return False


def environ(folder):
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, PATHS)),
        "DJANGO_SETTINGS_MODULE": "tests.clover_demo.proxied_settings",
        "CLOVER_DEMO_DIR": str(folder),
    }
