"""How much a document asks for, measured before anything else is done with it.

Rules of validation follow each spread of a fragment anew, and compare each field with
each other of its name: a few hundred bytes keep them busy for hours. So a document is
read and measured first, in a time that grows with its length alone, and one that asks
for more than the limits is not validated at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Source,
    TokenKind,
    parse,
)

from clover_graphql.transport.limits import Limits

_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})
_MOST_NESTED = 40
"""Brackets of any kind inside each other; the parser calls itself for each."""

Fragments = dict[str, FragmentDefinitionNode]


def read_document(text: str, limits: Limits) -> DocumentNode:
    """The document, which is one operation and its fragments, within the limits.

    Raises:
        GraphQLError: it is not, or it is no GraphQL.
    """
    if len(text) > limits.characters:
        raise GraphQLError(f"A document has at most {limits.characters} characters.")
    _check_tokens(text, limits.tokens)
    document = parse(text)
    fragments = _fragments_of(document, limits)
    # Rules look at fragments that are not spread as well.
    sizes = _Sizes(fragments)
    measured = [sizes.of_fragment(name) for name in fragments]
    measured.append(sizes.of(_operation_of(document).selection_set))
    _check_sizes(measured, limits)
    roots = [row.selection_set for row in fragments.values()]
    roots.append(_operation_of(document).selection_set)
    if sum(_compared([root], fragments) for root in roots) > limits.selections:
        raise GraphQLError("The document asks for the same fields again and again.")
    return document


@dataclass(frozen=True, slots=True)
class _Size:
    """What a set of selections comes to, once all fragments are put in."""

    selections: int = 0
    aliases: int = 0
    depth: int = 0
    """Fields in fields; those of introspection have a rule of their own."""
    nested: int = 0
    """Sets of selections in each other, whatever they are of."""

    def beside(self, other: "_Size") -> "_Size":
        """Both of them in one set."""
        return _Size(
            self.selections + other.selections,
            self.aliases + other.aliases,
            max(self.depth, other.depth),
            max(self.nested, other.nested),
        )


class _Sizes:
    """Measures each fragment once, however often it is spread."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size | None] = {}
        self._level = 0

    def of_fragment(self, name: str) -> _Size:
        """The size of a fragment; one that is not there is for validation to name.

        Raises:
            GraphQLError: it leads back to itself.
        """
        if name not in self._fragments:
            return _Size()
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.of(self._fragments[name].selection_set)
        size = self._known[name]
        if size is None:
            raise GraphQLError("Fragments must not spread each other in a circle.")
        return size

    def of(self, selections: SelectionSetNode | None) -> _Size:
        """The size of a set of selections.

        Raises:
            GraphQLError: too many sets are in each other.
        """
        size = _Size(nested=1)
        self._level += 1
        for row in selections.selections if selections else ():
            size = size.beside(self._of_one(row))
        self._level -= 1
        return size

    def _of_one(self, row: SelectionNode) -> _Size:
        # Before it is gone into, too: this calls itself, and so does what comes after.
        _check_nested(self._level)
        if isinstance(row, FragmentSpreadNode):
            inner = self.of_fragment(row.name.value)
        elif isinstance(row, FieldNode | InlineFragmentNode):
            inner = self.of(row.selection_set)
        else:
            raise TypeError(f"{row.kind} is no selection")
        _check_nested(1 + inner.nested)
        size = replace(inner, selections=1 + inner.selections, nested=1 + inner.nested)
        if not isinstance(row, FieldNode):
            return size
        is_level = row.selection_set and not row.name.value.startswith("__")
        return replace(
            size,
            aliases=inner.aliases + (row.alias is not None),
            depth=1 + inner.depth if is_level else 0,
        )


def _check_nested(depth: int) -> None:
    if depth > _MOST_NESTED:
        raise GraphQLError(
            f"A document is nested at most to a depth of {_MOST_NESTED}."
        )


def _check_tokens(text: str, most: int) -> None:
    """Let the parser, which calls itself for each bracket, in a document end.

    Raises:
        GraphQLError: there are too many tokens, or they are nested too deeply.
    """
    lexer = Lexer(Source(text))
    depth = 0
    for _ in range(most):
        kind = lexer.advance().kind
        if kind is TokenKind.EOF:
            return
        depth += (kind in _OPENING) - (kind in _CLOSING)
        _check_nested(depth)
    raise GraphQLError(f"A document has at most {most} tokens.")


def _operation_of(document: DocumentNode) -> OperationDefinitionNode:
    """The operation; no other is hidden behind it.

    Raises:
        GraphQLError: there is none, or there are several.
    """
    found = [
        row for row in document.definitions if isinstance(row, OperationDefinitionNode)
    ]
    if len(found) != 1:
        raise GraphQLError("A document must hold exactly one operation.")
    return found[0]


def _fragments_of(document: DocumentNode, limits: Limits) -> Fragments:
    """The fragments by their names.

    Raises:
        GraphQLError: there are too many, or two of one name.
    """
    found = [
        row for row in document.definitions if isinstance(row, FragmentDefinitionNode)
    ]
    if len(found) > limits.fragments:
        raise GraphQLError(f"A document has at most {limits.fragments} fragments.")
    named = {row.name.value: row for row in found}
    if len(named) != len(found):
        raise GraphQLError("Each fragment needs a name of its own.")
    return named


def _check_sizes(sizes: Iterable[_Size], limits: Limits) -> None:
    size = _Size()
    for row in sizes:
        size = size.beside(row)
        if row.aliases > limits.aliases:
            raise GraphQLError(
                f"{row.aliases} aliases found. Allowed: {limits.aliases}"
            )
    if size.depth > limits.depth:
        raise GraphQLError(f"Fields are nested deeper than a depth of {limits.depth}.")
    if size.selections > limits.selections:
        raise GraphQLError(
            f"The document selects more than {limits.selections} fields, once its "
            "fragments are put in."
        )


def _compared(selections: list[SelectionSetNode], fragments: Fragments) -> int:
    """How many pairs of fields may be compared: those of one name, with each other.

    Only for what was measured: each spread is followed here.
    """
    named: dict[str, list[FieldNode]] = {}
    for several in selections:
        for row in _fields(several, fragments):
            named.setdefault((row.alias or row.name).value, []).append(row)
    return sum(
        len(rows) ** 2
        + _compared([row.selection_set for row in rows if row.selection_set], fragments)
        for rows in named.values()
    )


def _fields(selections: SelectionSetNode, fragments: Fragments) -> Iterator[FieldNode]:
    """The fields of a set, with those of its fragments."""
    for row in selections.selections:
        if isinstance(row, FieldNode):
            yield row
        elif isinstance(row, InlineFragmentNode):
            yield from _fields(row.selection_set, fragments)
        elif isinstance(row, FragmentSpreadNode) and row.name.value in fragments:
            yield from _fields(fragments[row.name.value].selection_set, fragments)
