"""The clean environments of the pages."""

import pytest

from tests.docs.environments import OURS, Environments, Wheels
from tests.docs.pages import PAGES, installs


@pytest.fixture(scope="session")
def environments(pytestconfig, tmp_path_factory):
    """What a page or a command needs, by the names that are installed."""
    named = {name for page in PAGES for name in installs(page)}
    others = {name for name in named if not name.startswith(OURS)}
    cache = pytestconfig.cache.mkdir("wheels")
    wheels = Wheels(cache, tmp_path_factory.mktemp("wheel"), others)
    return Environments(tmp_path_factory.mktemp("environments"), wheels)
