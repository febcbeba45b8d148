"""The payments part of Saleor's schema: names, arguments and codes are Saleor's."""

from collections.abc import Callable, Iterator
from functools import partial

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from clover_graphql.mutations import Mutation
from clover_graphql.queries import Query
from clover_graphql.transport.documents import read_document
from clover_graphql.transport.limits import Limits
from clover_graphql.types import (
    contents,
    gateways,
    money,
    payloads,
    purchases,
)
from clover_graphql.types import older_payments as older_types
from clover_graphql.types import transactions as transaction_types
from clover_graphql.types.descriptions import describe, find_types
from clover_graphql.types.scalars import SCALARS

_TYPES = (
    contents,
    gateways,
    money,
    older_types,
    payloads,
    purchases,
    transaction_types,
)


class WithinLimits(SchemaExtension):
    """Reads the document, so that nothing else is done with one beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def on_parse(self) -> Iterator[None]:
        """Read it in the place of strawberry.

        Raises:
            GraphQLError: it is no GraphQL, or asks for too much.
        """
        context = self.execution_context
        context.graphql_document = read_document(context.query or "", self._limits)
        yield


class QuietSchema(strawberry.Schema):
    """Leaves errors to whoever answers: what a caller sent may hold a card number."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Log nothing."""


def build_schema(limits: Limits, *, introspection: bool) -> strawberry.Schema:
    """The schema, which refuses documents beyond the limits."""
    for module in _TYPES:
        describe(*find_types(vars(module).values()))
    describe(Query, Mutation)
    # Strawberry's own limits are rules of validation: they come too late.
    extensions: list[Callable[[], SchemaExtension]] = [partial(WithinLimits, limits)]
    if not introspection:
        extensions.append(DisableIntrospection)
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=extensions,
    )
