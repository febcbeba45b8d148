"""Every code block of the README and the docs runs with what its page installs.

Each page has a folder of its own and an environment with exactly the packages of its
lines `pip install …`; pages that install the same share one.
"""

import json
import re
from pathlib import Path

import pytest

from tests.docs import run_page
from tests.docs.pages import PAGES, RUN, blocks, installs, languages, name_of

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
WITH_CODE = [page for page in PAGES if languages(page) & RUN]
PROGRAM = Path(run_page.__file__)


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_the_code_of_the_page_runs_with_what_it_installs(page, environments, tmp_path):
    environment = environments[installs(page)]

    done = environment.start("python", PROGRAM, page, folder=tmp_path)

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_page_that_does_not_install_what_it_imports_fails(environments, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "`pip install clover-provider`\n\n```python\nimport pluggy\n```\n\n"
        "```python\nimport uvicorn\n```\n"
    )

    done = environments[installs(page)].start("python", PROGRAM, page, folder=tmp_path)

    assert done.returncode == 1
    assert f'File "{page}", line 8' in done.stdout
    assert "No module named 'uvicorn'" in done.stdout


@pytest.mark.slow
def test_settings_without_the_addresses_fail_the_check(environments, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "`pip install 'clover-provider[django]'`\n\n```python\n"
        'INSTALLED_APPS += ["clover_django", "clover_card"]\n'
        'CLOVER = {"ENVIRONMENT": "sandbox"}\n```\n'
    )

    done = environments[installs(page)].start("python", PROGRAM, page, folder=tmp_path)

    assert done.returncode == 1
    assert "CLOVER['MERCHANT_ID']" in done.stdout
    assert "clover_django.urls" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_runs_or_says_that_it_is_only_shown(page):
    unknown = languages(page) - RUN - SHOWN_ONLY
    assert {name for name in unknown if not DIRECTIVE.fullmatch(name)} == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_json_block_is_json(page):
    for language, code, _ in blocks(page.read_text()):
        if language == "json":
            json.loads(code)
