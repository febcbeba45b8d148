"""The API of one shop: its gateways, its rules, and the answer to one request."""

import logging
from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from graphql import GraphQLError

from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import Denied
from clover_graphql.request.sealed_tokens import seal, unseal
from clover_graphql.transport.http import (
    HTML_TYPE,
    HttpAnswer,
    HttpRequest,
    Operation,
    Refused,
    as_json,
    read_operation,
    refuse,
)
from clover_graphql.transport.limits import Limits
from payment_hooks import ConfigurationError, ShopHooks, time_limit
from payment_hooks.model import looks_like_card_number, mask_card_numbers
from payment_hooks.storefront import OfferedGateway, SavedCards

if TYPE_CHECKING:
    from strawberry import Schema
    from strawberry.types import ExecutionResult

logger = logging.getLogger(__name__)

_LONGEST_KEY = 128
_NEEDED = ("shop_find_purchase", "shop_complete_purchase")


class PaymentsApi:
    """The payments part of Saleor's GraphQL API, for a shop that answers the hooks.

    >>> from payment_hooks import Mode, Payments
    >>> from payment_hooks.testing import FakeProvider
    >>> payments = Payments.using(FakeProvider())
    >>> PaymentsApi(OfferedGateway(payments))
    Traceback (most recent call last):
    payment_hooks.model.errors.ConfigurationError: no plugin answers shop_find_purchase: ...
    """

    def __init__(
        self,
        *offers: OfferedGateway,
        saved_cards: SavedCards | None = None,
        return_hosts: Sequence[str] = (),
        cors_origins: Sequence[str] = (),
        secret_key: str = "",
        limits: Limits | None = None,
        seconds: float = 25,
        introspection: bool = False,
        graphiql: bool = False,
    ) -> None:
        """Nothing is asked of the provider here, so that a module may hold it.

        Args:
            offers: what a purchase can be paid with; the first one's plugins are the
                shop.
            saved cards: where saved cards are; None saves none.
            return_hosts: hosts, with their port if it is not the usual one, that a
                hosted page may lead back to.
            cors_origins: other origins whose pages may call, such as
                `https://shop.example`; none by default.
            secret_key: seals a card's token between two calls of the older API; without
                it the token must come with checkoutComplete.
            limits: how much a caller may ask for at once.
            seconds: how long a request may wait for the provider in all.
            introspection: whether the schema may be asked for.
            graphiql: whether a browser gets a page to try things on, which loads
                scripts from elsewhere; for development only.

        Raises:
            ConfigurationError: there is no gateway, or no shop answers the hooks.
        """
        if not offers:
            raise ConfigurationError("an API of payments needs at least one gateway")
        self.offers = offers
        self.saved_cards = saved_cards
        self.return_hosts = tuple(return_hosts)
        self.cors_origins = frozenset(cors_origins)
        self.limits = limits or Limits()
        self._secret_key = secret_key
        self._seconds = seconds
        self._introspection = introspection or graphiql
        self._graphiql = graphiql
        self._refuse_without_shop()

    @cached_property
    def schema(self) -> "Schema":
        """The schema; strawberry is loaded with the first request."""
        from clover_graphql.schema import build_schema

        return build_schema(self.limits, introspection=self._introspection)

    def returning_to(self, *hosts: str) -> Self:
        """The same API, with these hosts allowed in return URLs as well.

        Both share one schema, which is slow to build.
        """
        _ = self.schema
        other = copy(self)
        other.return_hosts = (*hosts, *self.return_hosts)
        return other

    @property
    def shop(self) -> ShopHooks:
        """The shop's hooks."""
        return self.offers[0].payments.shop

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to one request; every error becomes part of the answer."""
        allowed = self._cors(request)
        if request.method == "OPTIONS" and allowed:
            return HttpAnswer(status=204, headers=allowed)
        if self._wants_page(request):
            return _page()
        try:
            answered = self._run(request)
        except Refused as error:
            answered = refuse(error)
        return HttpAnswer(
            status=answered.status,
            body=answered.body,
            headers={**answered.headers, **allowed},
        )

    def seal(self, token: str) -> str:
        """The sealed token, which may be stored; empty when there is no sealing key."""
        return seal(token, self._secret_key) if self._secret_key else ""

    def unseal(self, sealed: str) -> str:
        """The token that was sealed; empty when it expired or the key has changed."""
        return unseal(sealed, self._secret_key) if self._secret_key else ""

    def _run(self, request: HttpRequest) -> HttpAnswer:
        operation = read_operation(request, self.limits)
        context = RequestContext(
            self,
            caller=request.caller,
            client_ip=request.client_ip,
            request_key=_request_key(request),
            accept_language=request.headers.get("accept-language", ""),
        )
        result = self._execute(operation, context)
        content: dict[str, Any] = {"data": result.data}
        if result.errors:
            content["errors"] = [_describe(error) for error in result.errors]
        was_run = result.data is not None or any(
            row.path for row in result.errors or ()
        )
        return as_json(200 if was_run else 400, content)

    def _execute(
        self, operation: Operation, context: RequestContext
    ) -> "ExecutionResult":
        from strawberry.schema.exceptions import CannotGetOperationTypeError

        try:
            with time_limit(self._seconds):
                return self.schema.execute_sync(
                    operation.query,
                    variable_values=operation.variables,
                    context_value=context,
                    operation_name=operation.name,
                )
        except CannotGetOperationTypeError:
            raise Refused(400, "The document must hold the one operation.") from None

    def _cors(self, request: HttpRequest) -> dict[str, str]:
        origin = request.headers.get("origin", "")
        if origin not in self.cors_origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type, idempotency-key",
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }

    def _wants_page(self, request: HttpRequest) -> bool:
        is_browser = HTML_TYPE in request.headers.get("accept", "")
        return self._graphiql and request.method == "GET" and is_browser

    def _refuse_without_shop(self) -> None:
        hooks = self.shop.registry.hook
        missing = [name for name in _NEEDED if not getattr(hooks, name).get_hookimpls()]
        if missing:
            raise ConfigurationError(
                f"no plugin answers {' and '.join(missing)}: register your shop's with "
                "the Payments of the first gateway"
            )


def _request_key(request: HttpRequest) -> str:
    """The caller's `Idempotency-Key`; refused rather than cut off, as two might be equal.

    Raises:
        Refused: it is too long, or no text.
    """
    key = request.headers.get("idempotency-key", "")
    if len(key) > _LONGEST_KEY or not key.isprintable() or looks_like_card_number(key):
        raise Refused(
            400, f"Idempotency-Key is printable, of at most {_LONGEST_KEY} characters."
        )
    return key


def _describe(error: GraphQLError) -> dict[str, object]:
    """The error for the caller, without internal details."""
    cause = error.original_error
    if isinstance(cause, Denied):
        error = cause
    elif cause is not None and not isinstance(cause, GraphQLError):
        logger.error("%s broke", error.path, exc_info=cause)
        return _error("Internal Server Error", "InternalError", error)
    message = mask_card_numbers(error.message)
    named = (error.extensions or {}).get("exception", {}).get("code")
    return _error(message, named or "GraphQLError", error)


def _error(message: str, code: str, error: GraphQLError) -> dict[str, object]:
    written: dict[str, object] = {
        "message": message,
        "extensions": {"exception": {"code": code}},
    }
    if error.path:
        written["path"] = list(error.path)
    return written


def _page() -> HttpAnswer:
    from strawberry.http.ides import get_graphql_ide_html

    return HttpAnswer(
        status=200,
        body=get_graphql_ide_html(graphql_ide="graphiql").encode(),
        headers={"Content-Type": f"{HTML_TYPE}; charset=utf-8"},
    )
