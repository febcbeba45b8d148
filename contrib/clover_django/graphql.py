"""The payments API of `clover_graphql` as a Django view; needs the extra `graphql`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from clover_django.ledger.actors import acting_as
from clover_django.web.bodies import BodyRefused, TooLarge, read_body
from clover_django.web.client_ip import shopper_address
from clover_django.web.guests import open_to_guests
from clover_django.web.money_views import money_view
from clover_graphql import HttpRequest as ApiRequest
from clover_graphql import PaymentsApi

View = Callable[[HttpRequest], HttpResponse]


def payments_view(find: Callable[[HttpRequest], PaymentsApi]) -> View:
    """The view of the API that `find` gives for a request.

    Without Django's token against forgery: only JSON is taken, which no form elsewhere
    can send, and other origins are let in by name alone.
    """

    @open_to_guests
    @money_view
    @csrf_exempt
    @never_cache
    def view(request: HttpRequest) -> HttpResponse:
        api = find(request)
        asked = ApiRequest(
            method=request.method or "",
            body=_read(request, api.limits.body_bytes),
            headers={name.lower(): value for name, value in request.headers.items()},
            caller=request,
            client_ip=shopper_address(request),
        )
        with acting_as(_name(request)):
            answer = api.answer(asked)
        return HttpResponse(
            answer.body, status=answer.status, headers=dict(answer.headers)
        )

    return view


def _read(request: HttpRequest, most: int) -> bytes:
    """The body; for one that is too long, a body that is refused for its length."""
    try:
        return read_body(request, most)
    except TooLarge:
        return bytes(most + 1)
    except BodyRefused:
        return b""


def _name(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return f"user {user.pk}" if user and user.is_authenticated else "shopper"
