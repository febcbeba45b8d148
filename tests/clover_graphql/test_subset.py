"""Every name of the schema is Saleor's, in 3.21 as on main, with Saleor's type."""

from pathlib import Path

import pytest
from graphql import build_schema as build_from_text
from graphql import (
    is_enum_type,
    is_input_object_type,
    is_non_null_type,
    is_object_type,
    is_scalar_type,
    parse,
    validate,
)

from clover_graphql import Limits
from clover_graphql.schema import build_schema
from tests.clover_graphql.contract import CONTRACT
from tests.clover_graphql.documents import ALL
from tests.house.project import ROOT

REFERENCE = ROOT.parent / "shared/reference"
STORED = ["saleor-payments.graphql", "saleor-payments-3.21.graphql"]
OURS = build_from_text(build_schema(Limits(), introspection=True).as_str())


def stored(name) -> Path:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip("reference documents are not beside this checkout")
    return build_from_text(path.read_text(), assume_valid=True)


def own_types(schema):
    return {
        name: kind
        for name, kind in schema.type_map.items()
        if not name.startswith("__") and name not in ("Boolean", "String", "Int")
    }


def differences(ours, theirs):
    """What a client would notice, as sentences; none when ours is a part of theirs."""
    for name, kind in own_types(ours).items():
        other = theirs.type_map.get(name)
        if other is None:
            yield f"{name} is not there"
        elif type(kind) is not type(other):
            yield f"{name} is another kind"
        elif is_enum_type(kind):
            for value in sorted(set(kind.values) - set(other.values)):
                yield f"{name}.{value} is not there"
        elif is_object_type(kind) or is_input_object_type(kind):
            yield from field_differences(kind, other)
        else:
            assert is_scalar_type(kind)


def field_differences(kind, other):
    for field_name, field in kind.fields.items():
        known = other.fields.get(field_name)
        if known is None:
            yield f"{kind.name}.{field_name} is not there"
            continue
        if str(field.type) != str(known.type):
            yield f"{kind.name}.{field_name}: {field.type}, not {known.type}"
        if is_object_type(kind):
            yield from argument_differences(kind, field_name, field, known)
    if is_input_object_type(kind):
        for field_name, known in other.fields.items():
            if is_non_null_type(known.type) and field_name not in kind.fields:
                yield f"{kind.name} lacks {field_name}, which clients must send"


def argument_differences(kind, field_name, field, known):
    for name, argument in field.args.items():
        other = known.args.get(name)
        if other is None:
            yield f"{kind.name}.{field_name}({name}) is not there"
        elif str(argument.type) != str(other.type):
            yield f"{kind.name}.{field_name}({name}): {argument.type}, not {other.type}"
    for name, other in known.args.items():
        if is_non_null_type(other.type) and name not in field.args:
            yield f"{kind.name}.{field_name} lacks {name}, which clients must send"


@pytest.mark.parametrize("name", STORED)
def test_the_schema_is_a_part_of_saleors(name):
    assert list(differences(OURS, stored(name))) == []


@pytest.mark.parametrize("name", STORED)
def test_an_unknown_field_would_be_noticed(name):
    text = "type Query { checkout: Checkout } type Checkout { id: ID! colour: String }"
    found = list(differences(build_from_text(text), stored(name)))

    assert found == ["Checkout.colour is not there"]


@pytest.mark.parametrize("operation", ALL)
def test_the_operations_of_a_storefront_are_valid_here(operation):
    assert validate(OURS, parse(ALL[operation])) == []


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("operation", ALL)
def test_the_same_operations_are_valid_in_saleor(operation, name):
    assert validate(stored(name), parse(ALL[operation])) == []


def test_the_contract_table_is_the_schema():
    """For everybody who has no copy of Saleor's schema beside the checkout."""
    fields = {
        f"{kind.name}.{name}": str(field.type)
        for kind in (OURS.query_type, OURS.mutation_type)
        for name, field in kind.fields.items()
    }
    arguments = {
        f"{kind.name}.{name}({argument})": str(found.type)
        for kind in (OURS.query_type, OURS.mutation_type)
        for name, field in kind.fields.items()
        for argument, found in field.args.items()
    }

    assert fields | arguments == CONTRACT
