"""A search engine for Oscar's catalogue pages that searches the database.

Haystack's own simple engine overlooks fields such as the category, and Oscar's pages
would stay empty; Solr or Elasticsearch is more than a demo should want.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from haystack.backends import BaseEngine, SearchNode
from haystack.backends.simple_backend import SimpleSearchBackend, SimpleSearchQuery
from haystack.models import SearchResult
from oscar.core.loading import get_model

from clover_oscar.untyped import OscarObject

CATEGORY = "category:"
_COLUMNS = {
    "title_exact": "title",
    "price": "stockrecords__price",
    "rating": "rating",
    "date_created": "date_created",
}


class ShelfQuery(SimpleSearchQuery):  # type: ignore[misc]  # haystack has no types
    """Writes the words that were asked for, and `category:1,2` for categories."""

    def build_query(self) -> str:
        """The whole query as text."""
        return " ".join(_terms(self.query_filter)) or "*"


class ShelfBackend(SimpleSearchBackend):  # type: ignore[misc]  # haystack has no types
    """Finds products that can be bought, by words and by category."""

    def search(
        self,
        query_string: str,
        *,
        sort_by: Sequence[str] = (),
        start_offset: int = 0,
        end_offset: int | None = None,
        **options: object,
    ) -> dict[str, Any]:
        """One page of what was found, and how many there are."""
        products: OscarObject = get_model("catalogue", "Product")
        found = products.objects.browsable()
        for term in query_string.replace("*", "").split():
            found = found.filter(_condition(term))
        found = found.order_by(*map(_column, sort_by), "pk").distinct()
        rows = found[start_offset:end_offset]
        return {"results": [_result(row) for row in rows], "hits": found.count()}


class ShelfEngine(BaseEngine):  # type: ignore[misc]  # haystack has no types
    """The engine for `HAYSTACK_CONNECTIONS`."""

    backend = ShelfBackend
    query = ShelfQuery


def _terms(node: OscarObject) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, SearchNode):
            yield from _terms(child)
            continue
        expression, value = child
        field, _ = node.split_expression(expression)
        if field == "category":
            yield CATEGORY + ",".join(map(str, value))
        elif field in ("content", "text"):
            yield getattr(value, "query_string", str(value))


def _condition(term: str) -> Q:
    if term.startswith(CATEGORY):
        return Q(categories__in=term.removeprefix(CATEGORY).split(","))
    return Q(title__icontains=term) | Q(description__icontains=term)


def _column(name: str) -> str:
    is_reversed, field = name.startswith("-"), name.removeprefix("-")
    column = _COLUMNS.get(field, "pk")
    return f"-{column}" if is_reversed else column


def _result(product: OscarObject) -> SearchResult:
    meta = product._meta
    result = SearchResult(meta.app_label, meta.model_name, product.pk, 0)
    result._model, result._object = type(product), product
    return result
