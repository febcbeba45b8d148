"""Views in which money may move."""

from functools import wraps
from typing import Any, cast

from django.http import HttpRequest

from clover_django.database.freshness import fresh_reads
from clover_django.database.transactions import View, outside_of_transactions
from clover_django.web.bodies import leave_body


def money_view(view: View) -> View:
    """The view, outside of transactions and reading what it has just written.

    Middleware may look at the body afterwards.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the view answers
        try:
            with fresh_reads():
                return view(request, *args, **kwargs)
        finally:
            leave_body(request)

    return outside_of_transactions(cast("View", shown))
