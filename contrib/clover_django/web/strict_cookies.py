"""Returns from another site, where the browser withholds `SameSite=Strict` cookies.

A cookie with `SameSite=Strict` does not come along when another site leads here, nor in any
redirect after that. It is there again once a page of our own leads on, so there is one in
between; it knows nothing and writes nothing, since a session that began here would take the
place of the shopper's own.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

FIELD = "arrived"
"""The query parameter that marks the page in between, so that it is shown only once."""
_STRICT = "strict"

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def with_own_cookies(view: View[Rest]) -> View[Rest]:
    """The view; a request without the shop's strict cookies gets a page in between."""

    @wraps(view)
    def shown(
        request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        if _has_left_cookies_behind(request):
            return _lead_on(request)
        return view(request, *args, **kwargs)

    return shown


def _has_left_cookies_behind(request: HttpRequest) -> bool:
    if request.method != "GET" or FIELD in request.GET:
        return False
    cookies = {settings.SESSION_COOKIE_NAME: settings.SESSION_COOKIE_SAMESITE}
    if not settings.CSRF_USE_SESSIONS:
        cookies[settings.CSRF_COOKIE_NAME] = settings.CSRF_COOKIE_SAMESITE
    return any(
        str(same_site).lower() == _STRICT and name not in request.COOKIES
        for name, same_site in cookies.items()
    )


def _lead_on(request: HttpRequest) -> HttpResponse:
    """A page without the shop's own template, whose parts may begin a session."""
    query = request.GET.copy()
    query[FIELD] = "1"
    context = {"address": f"?{query.urlencode()}"}
    return HttpResponse(render_to_string("clover_django/arrived.html", context))
