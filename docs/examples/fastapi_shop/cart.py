"""The cart: it travels in the shop's signed cookie, so nothing of it is kept here."""

from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from .shop import price_lines
from .tables import PRODUCTS, Shelf

CART, PAYING, SHOPPER = "cart", "paying", "shopper"
MOST_OF_ONE = 20


class Cart:
    """What this shopper has picked, and the checkout which it became."""

    def __init__(self, session: dict, shelf: Shelf) -> None:
        self.session, self.shelf = session, shelf
        paying = session.get(PAYING)
        if paying and shelf.find_order(checkout=paying):
            self._forget(CART, PAYING)  # it was paid, whether or not the shopper saw it

    @property
    def quantities(self) -> dict[str, int]:
        return self.session.get(CART, {})

    def change(self, slug: str, by: int) -> None:
        """One more, or one less, of a product."""
        if slug not in PRODUCTS:
            raise HTTPException(404, "This is not sold here.")
        quantity = min(self.quantities.get(slug, 0) + by, MOST_OF_ONE)
        others = {name: many for name, many in self.quantities.items() if name != slug}
        self.session[CART] = others | ({slug: quantity} if quantity > 0 else {})
        self._forget(PAYING)

    def check_out(self) -> str:
        """The checkout of this cart: the same one until the cart is changed or paid."""
        if PAYING not in self.session:
            shopper = self.session.setdefault(SHOPPER, uuid4().hex)
            self.session[PAYING] = self.shelf.open_checkout(shopper, self.quantities)
        return self.session[PAYING]

    def _forget(self, *names: str) -> None:
        for name in names:
            self.session.pop(name, None)


def cart_routes(shelf: Shelf, show) -> APIRouter:
    """The pages of the cart; `show` renders a template."""
    router = APIRouter(prefix="/cart")

    @router.get("")
    def look(request: Request) -> Response:
        quantities = Cart(request.session, shelf).quantities
        lines, total = price_lines(quantities)
        rows = list(zip(quantities, lines, strict=True))
        return show("cart.html", request, rows=rows, total=total)

    @router.post("")
    def check_out(request: Request) -> Response:
        cart = Cart(request.session, shelf)
        where = f"/checkout/{cart.check_out()}" if cart.quantities else "/cart"
        return RedirectResponse(where, status_code=303)

    @router.post("/{slug}/more")
    def more(request: Request, slug: str) -> Response:
        Cart(request.session, shelf).change(slug, 1)
        return RedirectResponse("/cart", status_code=303)

    @router.post("/{slug}/less")
    def less(request: Request, slug: str) -> Response:
        Cart(request.session, shelf).change(slug, -1)
        return RedirectResponse("/cart", status_code=303)

    return router
