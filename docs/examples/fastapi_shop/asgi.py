"""The shop for a server with several workers: `uvicorn fastapi_shop.asgi:app`."""

import os

from .app import create_app
from .payments import connect, open_shelf

_shelf = open_shelf()
app = create_app(
    connect(_shelf),
    _shelf,
    sdk_url=os.environ.get("CLOVER_SDK_URL", "https://checkout.clover.com/sdk.js"),
    secret_key=os.environ["SHOP_SECRET_KEY"],
    staff_password=os.environ["SHOP_STAFF_PASSWORD"],
    hosts=os.environ["SHOP_HOSTS"].split(","),
    is_https="SHOP_HTTPS" in os.environ,
    proxies=int(os.environ.get("SHOP_PROXIES", "0")),
)
