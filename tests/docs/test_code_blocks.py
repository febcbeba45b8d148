"""Every code block of the README and the docs runs, page by page."""

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
SHOWN_ONLY = {"text", "toml", "html", "ini", "json", "javascript", "css", "jinja"}
DIRECTIVE = re.compile(r"\{[\w-]+\}")


def blocks(page):
    return [(language, code) for language, code in BLOCK.findall(page.read_text())]


def run_console(code, folder):
    """Each `$ …` line runs; what is printed must hold the lines written below it."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        }
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        printed = done.stdout + done.stderr
        missing = [
            line for line in expected.splitlines() if line.strip() not in printed
        ]
        assert not missing, (command, missing, printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_the_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    for number, (language, code) in enumerate(blocks(page), start=1):
        if language == "python":
            exec(compile(code, f"{page.name} block {number}", "exec"), namespace)
        elif language == "console":
            run_console(code, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_runs_or_says_that_it_is_only_shown(page):
    languages = {language for language, _ in blocks(page)}
    runs = {"python", "console"}

    unknown = languages - runs - SHOWN_ONLY
    assert {name for name in unknown if not DIRECTIVE.fullmatch(name)} == set()
