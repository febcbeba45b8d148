"""Everything in the schema says what it is, and what is deprecated what to use instead."""

import re

import pytest
from graphql import is_enum_type, is_input_object_type, is_object_type

from clover_graphql.types.purchases import Checkout
from tests.clover_graphql.test_subset import OURS, STORED, stored


def parts(schema):
    """Each type, field, argument, input and enum value under its name in the schema."""
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, kind
        if is_enum_type(kind):
            for value_name, value in kind.values.items():
                yield f"{name}.{value_name}", value
        elif is_object_type(kind) or is_input_object_type(kind):
            yield from fields_of(name, kind)


def fields_of(name, kind):
    for field_name, field in kind.fields.items():
        yield f"{name}.{field_name}", field
        for argument, found in getattr(field, "args", {}).items():
            yield f"{name}.{field_name}({argument})", found


PARTS = dict(parts(OURS))


def deprecated(schema):
    return {
        name: reason
        for name, part in parts(schema)
        if (reason := getattr(part, "deprecation_reason", None))
    }


DEPRECATED = deprecated(OURS)


def test_everything_has_a_description():
    assert [name for name, part in PARTS.items() if not part.description] == []


def test_the_words_are_those_of_the_docstrings():
    assert PARTS["Checkout"].description == Checkout.__doc__
    assert PARTS["TransactionItem.token"].description == "The same as a UUID."


@pytest.mark.parametrize("name", STORED)
def test_what_saleor_deprecates_is_deprecated(name):
    theirs = deprecated(stored(name))

    assert {row for row in theirs if row in PARTS} <= set(DEPRECATED)


def test_nothing_is_deprecated_that_saleor_keeps():
    theirs = deprecated(stored(STORED[0]))

    assert set(DEPRECATED) <= set(theirs)


@pytest.mark.parametrize("name", DEPRECATED)
def test_a_successor_is_named_and_is_there(name):
    (successor,) = re.findall(r"`([\w.]+)`", DEPRECATED[name])

    parent = name.partition("(")[0].rpartition(".")[0]
    places = [successor, f"{parent}.{successor}", f"Mutation.{successor}"]
    if "(" in name:
        places.append(f"{name.partition('(')[0]}({successor})")
    assert any(place in PARTS and place not in DEPRECATED for place in places)
