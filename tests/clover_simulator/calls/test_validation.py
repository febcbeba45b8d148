"""The first problem of a body, by the simulator's own OpenAPI document."""

import pytest

from clover_simulator.calls import validation
from clover_simulator.calls.validation import Problem, first_problem

CHARGE = {"amount": 1000, "currency": "usd", "source": "clv_1TSTabcdefghijklmnopqrstu"}


def test_a_good_body_has_no_problem():
    assert first_problem("createCharge", CHARGE) is None


@pytest.mark.parametrize(
    ("body", "field", "keyword"),
    [
        ([], "", "type"),
        ({**CHARGE, "amount": 1000.0}, "amount", "type"),
        ({**CHARGE, "amount": True}, "amount", "type"),
        ({**CHARGE, "amount": 0}, "amount", "minimum"),
        ({"amount": "x", "currency": "usd"}, "source", "required"),
    ],
)
def test_a_problem_says_where_and_by_which_keyword(body, field, keyword):
    assert first_problem("createCharge", body) == Problem(field=field, keyword=keyword)


def test_a_required_field_inside_of_another_has_its_path():
    body = {"card": {"number": "4242424242424242", "exp_month": "12"}}

    assert first_problem("createToken", body) == Problem(
        field="card.exp_year", keyword="required"
    )


def test_items_have_no_number():
    body = {"currency": "usd", "items": [{"amount": 100}, {}]}

    assert first_problem("createOrder", body) == Problem(
        field="items.amount", keyword="required"
    )


def test_the_outer_problem_comes_first():
    body = {"items": [{}], "currency": 7}

    assert first_problem("createOrder", body) == Problem(
        field="currency", keyword="type"
    )


def test_a_pattern_ends_where_the_text_ends():
    body = {**CHARGE, "currency": "usd\n"}

    problem = first_problem("createCharge", body)

    assert problem == Problem(field="currency", keyword="pattern")


def test_every_body_of_the_document_has_a_validator():
    wanted = {
        operation["operationId"]
        for item in validation.document()["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "requestBody" in operation
    }

    assert {name for name in wanted if first_problem(name, 7) is None} == set()
