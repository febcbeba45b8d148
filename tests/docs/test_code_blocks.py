"""Every code block of the README and the docs runs, page by page.

Python blocks of a page share their names, as a reader expects; a traceback shows the
page and its line. In console blocks the lines that begin with `$` run.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.project import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if not {"_build", "changes"} & set(page.parts)]
BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN_ONLY = {
    "graphql",
    "text",
    "tsx",
    "toml",
    "html",
    "ini",
    "json",
    "javascript",
    "css",
    "jinja",
}
DIRECTIVE = re.compile(r"\{[\w-]+\}")


def blocks(page):
    """Language, code and the number of the line before the code."""
    text = page.read_text()
    return [
        (match[1], match[2], text.count("\n", 0, match.start(2)))
        for match in BLOCK.finditer(text)
    ]


def run_console(code, folder):
    """Run each line after `$ `; it prints the lines that are written below it."""
    scripts = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        printed = done.stdout.splitlines()
        missing = [line for line in expected.splitlines() if line not in printed]
        assert done.returncode == 0, (command, done.stdout)
        assert not missing, (command, missing, done.stdout)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_the_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page", "INSTALLED_APPS": [], "urlpatterns": []}
    for language, code, line in blocks(page):
        if language == "python":
            exec(compile("\n" * line + code, str(page), "exec"), namespace)
        elif language == "console":
            run_console(code, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_runs_or_says_that_it_is_only_shown(page):
    languages = {language for language, *_ in blocks(page)}
    runs = {"python", "console"}

    unknown = languages - runs - SHOWN_ONLY
    assert {name for name in unknown if not DIRECTIVE.fullmatch(name)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_json_block_is_json(page):
    for language, code, _ in blocks(page):
        if language == "json":
            json.loads(code)
