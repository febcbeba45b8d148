import gzip
from importlib.metadata import version

import clover_card


def test_the_script_and_the_stylesheet_lie_in_the_static_directory():
    paths = {clover_card.script_path(), clover_card.stylesheet_path()}

    found = set((clover_card.static_dir() / "clover_card").iterdir())

    assert paths == found
    assert all(path.is_file() for path in paths)


def test_the_script_names_no_host_of_its_own():
    script = clover_card.script_path().read_text(encoding="utf-8")

    assert "://" not in script


def test_the_script_stays_small_on_the_wire():
    assert len(gzip.compress(clover_card.script_path().read_bytes())) < 13_000


def test_the_version_is_the_distribution_s():
    assert clover_card.version() == version("clover-provider")
