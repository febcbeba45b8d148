"""The payments API of the shop: `path("graphql/", include("clover_oscar.graphql_urls"))`.

`CLOVER["GRAPHQL"]` may hold `INTROSPECTION`, `GRAPHIQL`, `CORS_ORIGINS` and
`RETURN_HOSTS`; the host of the request is always one to return to.
"""

from functools import lru_cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import path

from clover_django import conf
from clover_django.graphql import payments_view
from clover_django.ledger.saved_cards import DjangoSavedCards
from clover_django.payments import get_payments
from clover_graphql import OfferedGateway, PaymentsApi
from clover_oscar import options
from payment_hooks import ConfigurationError, Payments

app_name = "clover_graphql"

_KNOWN = ("CORS_ORIGINS", "GRAPHIQL", "INTROSPECTION", "RETURN_HOSTS")
_building = Lock()


def find_api(request: HttpRequest) -> PaymentsApi:
    """The API as the settings say, for the host of this request."""
    with _building:  # a second thread waits for the schema rather than build another
        api = _build(get_payments())
    return api.returning_to(request.get_host())


@lru_cache(maxsize=1)
def _build(_made: Payments) -> PaymentsApi:
    """The API without the request's host, which a caller may set at will.

    One for each `Payments`: settings that are read anew make another one.
    """
    chosen = _read_settings()
    offer = OfferedGateway(
        get_payments, modes=options.modes(), captures_at_once=options.captures_at_once()
    )
    return PaymentsApi(
        offer,
        saved_cards=DjangoSavedCards(),
        secret_key=settings.SECRET_KEY,
        **chosen,
    ).returning_to()


def _read_settings() -> dict[str, Any]:
    values = conf.adapter_setting("GRAPHQL")
    known = values if isinstance(values, dict) else {}
    unknown = sorted(set(known) - set(_KNOWN))
    if unknown:
        raise ConfigurationError(
            f"{conf.SETTING}['GRAPHQL'] has {', '.join(unknown)}, which are not known: "
            f"it may hold {', '.join(_KNOWN)}"
        )
    return {name.lower(): value for name, value in known.items()}


urlpatterns = [path("", payments_view(find_api), name="graphql")]
