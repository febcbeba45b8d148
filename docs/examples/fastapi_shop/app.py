"""The pages of the shop, the payments API, and the address for Clover's messages."""

import secrets
from base64 import b64encode
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware

import clover_card
from clover_graphql import OfferedGateway, PaymentsApi
from clover_graphql.asgi import asgi_app
from payment_hooks import FindPurchaseRequest, Mode, Payments, PurchaseKind
from payment_hooks.storefront import MOST_WEBHOOK_BYTES, answer_webhook

from .cart import SHOPPER, Cart, cart_routes
from .payments import paid_card
from .shop import CoffeeShop
from .tables import PRODUCTS, Shelf

HERE = Path(__file__).parent


def create_app(
    payments: Payments,
    shelf: Shelf,
    *,
    sdk_url: str,
    secret_key: str,
    staff_password: str,
    hosts: list[str],
    is_https: bool = False,
    proxies: int = 0,
) -> FastAPI:
    """The shop; `sdk_url` is where the card fields come from, for the page's policy.

    `proxies` in front of it are trusted to name the shopper's address.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    api = PaymentsApi(
        OfferedGateway(payments, modes=(Mode.IFRAME, Mode.HOSTED)),
        return_hosts=hosts,
        secret_key=secret_key,
    )
    app.mount("/graphql", asgi_app(api, client_ip=proxies))
    app.mount("/card", StaticFiles(directory=clover_card.static_dir() / "clover_card"))
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    app.add_middleware(
        SessionMiddleware, secret_key=secret_key, same_site="lax", https_only=is_https
    )
    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    pages.filters["money"] = lambda cents: f"${cents / 100:,.2f}"
    shop = CoffeeShop(shelf)
    policy = "; ".join(
        f"{name} {' '.join(sources)}"
        for name, sources in (
            {
                "default-src": ("'self'",),
                "base-uri": ("'none'",),
                "object-src": ("'none'",),
            }
            | clover_card.csp_directives(sdk_url)
        ).items()
    )

    def show(template: str, request: Request, **context) -> HTMLResponse:
        text = pages.get_template(template).render(
            is_staff=request.session.get("staff"),
            in_cart=sum(Cart(request.session, shelf).quantities.values()),
            **context,
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(text, headers=headers)

    app.include_router(cart_routes(shelf, show))

    def find(request: Request, kind: PurchaseKind, purchase_id: str):
        asked = FindPurchaseRequest(kind=kind, purchase_id=purchase_id, caller=request)
        found = shop.shop_find_purchase(asked)
        if found is None:
            raise HTTPException(404, "There is no such page.")
        return found

    @app.get("/")
    def home(request: Request) -> Response:
        return show("home.html", request, products=PRODUCTS.values())

    @app.post("/buy/{slug}")
    def buy(request: Request, slug: str) -> Response:
        if slug not in PRODUCTS:
            raise HTTPException(404, "This is not sold here.")
        shopper = request.session.setdefault(SHOPPER, uuid4().hex)
        checkout_id = shelf.open_checkout(shopper, {slug: 1})
        return RedirectResponse(f"/checkout/{checkout_id}", status_code=303)

    @app.get("/checkout/{checkout_id}")
    def checkout(request: Request, checkout_id: str) -> Response:
        purchase = find(request, PurchaseKind.CHECKOUT, checkout_id)
        order = shelf.find_order(checkout=checkout_id)
        if order is not None:
            return RedirectResponse(f"/orders/{order.number}", status_code=303)
        key = b64encode(f"Checkout:{checkout_id}".encode()).decode()
        return show("checkout.html", request, purchase=purchase, key=key)

    @app.get("/orders/{number}")
    def order(request: Request, number: str) -> Response:
        purchase = find(request, PurchaseKind.ORDER, number)
        card = paid_card(payments, purchase.reference)
        return show("order.html", request, purchase=purchase, card=card)

    @app.get("/staff")
    def staff(request: Request) -> Response:
        rows = []
        if request.session.get("staff"):
            for row in shelf.list_orders():
                purchase = find(request, PurchaseKind.ORDER, str(row.number))
                rows.append((purchase, payments.latest(row.checkout)))
        return show("staff.html", request, rows=rows)

    @app.post("/staff")
    async def log_in(request: Request) -> Response:
        sent = (await request.json()).get("password", "")
        if not secrets.compare_digest(str(sent).encode(), staff_password.encode()):
            raise HTTPException(403, "That is not the password.")
        request.session["staff"] = True
        return Response(status_code=204)

    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_WEBHOOK_BYTES:
                break
        answer = await run_in_threadpool(
            answer_webhook, payments, body, request.headers
        )
        return Response(answer.text, answer.status)

    return app
