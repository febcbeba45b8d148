"""Oscar's basket page, which says when a payment is under way."""

from typing import Any

from django.http import HttpRequest

from clover_oscar.checkout.sessions import checkout_session, submitted_ids
from clover_oscar.orders.notices import Notice, find_notice
from clover_oscar.untyped import OscarObject

_TEMPLATE = "clover_oscar/basket.html"


class BasketMixin:
    """Shows the notice above the basket; without one the page is the shop's own."""

    request: HttpRequest
    _notice: Notice | None = None

    def get_template_names(self) -> list[str]:
        """Our page where there is something to say, else the shop's."""
        parent: Any = super()
        own = list(parent.get_template_names())
        return [_TEMPLATE] if self._notice else own

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Oscar's context with what is to be said of a payment."""
        parent: Any = super()
        context: dict[str, Any] = parent.get_context_data(**kwargs)
        ids = submitted_ids(checkout_session(self.request))
        self._notice = find_notice(self.request, *ids)
        if self._notice is not None:
            context["clover_extends"] = parent.get_template_names()[0]
            context["clover_notice"] = self._notice
        return context
