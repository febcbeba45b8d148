"""The rooms: few modules in each, no circles of imports, only public names."""

import ast
import importlib
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house.project import PACKAGES

MOST_MODULES = 12
"""What one can look over; `__init__.py` is the door and not counted."""
ROOMS = {path.parent.name for path in PACKAGES["payment_hooks"].glob("*/__init__.py")}
BESIDE_THE_SPECIFICATION = sorted(set(PACKAGES) - {"payment_hooks"})


def name_of(path, folder):
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path):
    """What it imports, wherever it does so: as (module, name), the name may be empty."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)


def find_circle(folder):
    """The modules of a package that import each other in a circle; empty if none do."""
    files = {name_of(path, folder): path for path in folder.rglob("*.py")}
    graph = {}
    for name, path in files.items():
        found = {
            f"{module}.{what}" if f"{module}.{what}" in files else module
            for module, what in imports_of(path)
        }
        graph[name] = (found & set(files)) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def find_shelves(folder):
    """The folders with more modules than one can look over, and how many they have."""
    counts = {}
    for path in folder.rglob("*.py"):
        if path.name != "__init__.py":
            counts[path.parent] = counts.get(path.parent, 0) + 1
    return {str(room): n for room, n in counts.items() if n > MOST_MODULES}


def find_intruders(folder):
    """Imports of the specification past the public names of it and of its rooms."""
    return [
        f"{path.name}: {module}.{name}"
        for path in folder.rglob("*.py")
        for module, name in imports_of(path)
        if module.split(".")[0] == "payment_hooks" and not is_public(module, name)
    ]


def is_public(module, name):
    if module.split(".")[:2] == ["payment_hooks", "testing"]:
        return len(module.split(".")) == 2
    if module == "payment_hooks" and name in ROOMS:
        return True
    return name in getattr(importlib.import_module(module), "__all__", ())


@pytest.mark.parametrize("package", PACKAGES)
def test_no_files_stand_in_a_circle(package):
    assert find_circle(PACKAGES[package]) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_is_a_shelf(package):
    assert find_shelves(PACKAGES[package]) == {}


@pytest.mark.parametrize("package", BESIDE_THE_SPECIFICATION)
def test_no_one_comes_into_the_specification_but_by_its_doors(package):
    assert find_intruders(PACKAGES[package]) == []


@pytest.fixture
def planted(tmp_path):
    """A package with one of each fault."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for number in range(MOST_MODULES + 1):
        (folder / f"m{number}.py").write_text("")
    (folder / "m1.py").write_text("def late():\n    from planted import m2\n")
    (folder / "m2.py").write_text("from planted.m1 import late\n")
    (folder / "m3.py").write_text(
        "from payment_hooks import Payments\n"
        "from payment_hooks.recovery import recover_all\n"
        "from payment_hooks.engine.leases import OperationStore\n"
    )
    return folder


def test_a_planted_circle_is_found(planted):
    assert set(find_circle(planted)) == {"planted.m1", "planted.m2"}


def test_a_planted_thirteenth_module_is_found(planted):
    assert find_shelves(planted) == {str(planted): MOST_MODULES + 1}


def test_a_planted_deep_import_is_found(planted):
    assert find_intruders(planted) == [
        "m3.py: payment_hooks.engine.leases.OperationStore"
    ]
