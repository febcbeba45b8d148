"""The versions that are claimed are the versions that are run."""

import ast
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CLAIMED = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
    if not line.startswith(PROJECT["name"])
]
MINORS = {
    "django": ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"],
    "django-oscar": ["4.0", "4.1", "4.2"],
}
"""What there is of them, and one release before and after what is claimed."""
BEFORE_AND_AFTER = {"django": ["4.1", "6.2"], "django-oscar": ["3.2", "4.3"]}


def rows():
    """The rows of the matrix, as its file writes them."""
    tree = ast.parse((ROOT / ".ci" / "noxfile.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ROWS":
            return ast.literal_eval(node.value)
    raise AssertionError("there is no matrix")


@pytest.mark.parametrize("name", MINORS)
def test_every_release_that_is_claimed_has_a_row(name):
    claimed = next(need for need in CLAIMED if need.name == name).specifier
    column = {"django": 1, "django-oscar": 2}[name]

    assert {row[column] for row in rows()} == set(MINORS[name])
    assert all(f"{minor}.99" in claimed for minor in MINORS[name])
    assert not any(minor in claimed for minor in BEFORE_AND_AFTER[name])


def test_every_python_that_is_claimed_has_a_row():
    claimed = {
        classifier.rpartition(" ")[2]
        for classifier in PROJECT["classifiers"]
        if classifier.startswith("Programming Language :: Python :: ")
    }

    assert {row[0] for row in rows()} == claimed


def test_the_page_has_the_rows_of_the_matrix():
    page = (ROOT / "docs" / "reference" / "versions.md").read_text()

    assert re.findall(r"^\| (3\.\S+) \| (\S+) \| (\S+) \|$", page, re.M) == list(rows())


def test_the_lowest_row_has_every_lower_bound():
    text = (ROOT / ".ci" / "requirements-lowest.txt").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M))
    bounds = {
        canonicalize_name(need.name): lower.version
        for need in CLAIMED
        for lower in need.specifier
        if lower.operator == ">="
    }

    higher = {
        name: (locked[name], bound)
        for name, bound in bounds.items()
        if Version(locked[name]).release[: len(bound.split("."))]
        != Version(bound).release
    }

    assert higher == {}
