"""The README is true, and its links work in the repository and on the package index."""

import importlib.util
import re
import tomllib

import pytest

from tests.house.project import ROOT

README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINKS = re.findall(r"\]\(([^)\s]+)\)", README)
SITE = "https://docs.example/en/latest/"


@pytest.fixture(scope="module")
def on_the_index():
    spec = importlib.util.spec_from_file_location(
        "package_readme", ROOT / "docs/package_readme.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.absolute(README, SITE)


@pytest.mark.parametrize("link", [link for link in LINKS if "://" not in link])
def test_a_relative_link_leads_to_a_file_and_its_heading(link):
    path, _, anchor = link.partition("#")
    text = (ROOT / path).read_bytes()

    headings = re.findall(rb"^#+ (.+)$", text, re.MULTILINE)
    names = {row.decode().lower().replace(" ", "-") for row in headings}
    assert not anchor or anchor in names


def test_on_the_package_index_every_link_is_absolute(on_the_index):
    links = re.findall(r"\]\(([^)\s]+)\)", on_the_index)

    assert [link for link in links if not link.startswith("https://")] == []
    assert f"]({SITE}how-to/oscar.html)" in on_the_index
    assert (
        f"]({SITE}explanation/modes-and-pci.html#what-is-never-shown)" in on_the_index
    )
    assert f"]({SITE}changelog.html)" in on_the_index


def test_the_badges_say_what_the_package_says():
    pythons = [
        row.rpartition(" ")[2]
        for row in PROJECT["classifiers"]
        if row.startswith("Programming Language")
    ]
    extras = PROJECT["optional-dependencies"]

    assert f"python-{pythons[0]}%20to%20{pythons[-1]}-" in README
    assert extras["django"] == ["django>=4.2,<6.2"]
    assert "django-4.2%20to%206.1-" in README
    assert extras["oscar"][1] == "django-oscar>=4.0,<4.3"
    assert "oscar-4.0%20to%204.2-" in README
    assert "Development Status :: 4 - Beta" in PROJECT["classifiers"]
    assert "status-beta-" in README


@pytest.mark.parametrize("target", ["demo", "test", "faults", "help"])
def test_a_command_of_the_readme_is_a_target_of_make(target):
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
