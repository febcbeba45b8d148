"""`python -m fastapi_shop`: the shop, and Clover in a box where no account is named."""

import argparse
import os
import secrets
import socket
import threading
import time
from contextlib import ExitStack

import uvicorn

from payment_hooks.recovery import Recovery

from .app import create_app
from .payments import connect, open_shelf

RECOVER_SECONDS = 15


def main() -> None:
    """Sell until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="fastapi_shop")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    port = parser.parse_args().port
    listener = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with ExitStack() as stack:
        sdk_url = os.environ.get("CLOVER_SDK_URL", "https://checkout.clover.com/sdk.js")
        if "CLOVER_MERCHANT_ID" not in os.environ:
            sdk_url = simulate(stack, url)
        password = os.environ.get("SHOP_STAFF_PASSWORD") or secrets.token_urlsafe(9)
        shelf = open_shelf()
        payments = connect(shelf)
        threading.Thread(target=keep_recovering, args=[payments], daemon=True).start()
        app = create_app(
            payments,
            shelf,
            sdk_url=sdk_url,
            secret_key=os.environ.get("SHOP_SECRET_KEY") or secrets.token_urlsafe(32),
            staff_password=password,
            hosts=os.environ.get("SHOP_HOSTS", url.removeprefix("http://")).split(","),
            is_https="SHOP_HTTPS" in os.environ,
        )
        print(f"Shop: {url}/", flush=True)
        print(f"Staff: {url}/staff  password {password}", flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def simulate(stack: ExitStack, url: str) -> str:
    """Put Clover in a box behind the shop; where its card fields come from."""
    from clover_simulator.simulator import Simulator

    simulator = stack.enter_context(Simulator())
    merchant = simulator.merchant
    simulator.send_webhooks_to(f"{url}/webhook")
    os.environ |= {
        "CLOVER_ENVIRONMENT": "local",
        "CLOVER_BASE_URL": simulator.url,
        "CLOVER_MERCHANT_ID": merchant.id,
        "CLOVER_PRIVATE_KEY": merchant.private_key,
        "CLOVER_PUBLIC_KEY": merchant.public_key,
        "CLOVER_HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "CLOVER_PLATFORM_TOKEN": merchant.platform_token,
        "CLOVER_WEBHOOK_SECRETS": merchant.webhook_secret,
        "CLOVER_MODES": "iframe,hosted",
    }
    print(f"Clover in a box: {simulator.url}/_simulator", flush=True)
    return f"{simulator.url}/sdk.js"


def keep_recovering(payments) -> None:
    """What a cron job or a Celery beat does in a shop that is not a toy."""
    while True:
        time.sleep(RECOVER_SECONDS)
        Recovery(payments).run()


if __name__ == "__main__":
    main()
