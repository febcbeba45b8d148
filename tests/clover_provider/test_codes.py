"""The codes of errors: each is one thing, explained, and raised somewhere."""

import ast
import itertools
from pathlib import Path

from clover_provider import codes

SOURCE = Path(codes.__file__)
BODY = ast.parse(SOURCE.read_text()).body
CODES = {node.targets[0].id for node in BODY if isinstance(node, ast.Assign)}


def test_each_code_says_one_thing():
    values = [getattr(codes, name) for name in CODES]

    assert len(set(values)) == len(values)


def test_each_code_is_explained():
    explained = {
        node.targets[0].id
        for node, after in itertools.pairwise(BODY)
        if isinstance(node, ast.Assign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }

    assert explained == CODES


def test_each_code_is_raised_somewhere():
    used = {
        node.id
        for path in SOURCE.parent.rglob("*.py")
        if path != SOURCE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name)
    }

    assert CODES - used == set()
