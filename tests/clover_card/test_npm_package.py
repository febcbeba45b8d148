import json
from importlib.metadata import version

from click.testing import CliRunner

import clover_card
from clover_card.command import card_package


def test_the_package_holds_the_very_files_of_the_distribution(tmp_path):
    done = CliRunner().invoke(card_package, [str(tmp_path)])

    package = tmp_path / "clover-card"
    described = json.loads((package / "package.json").read_text())
    assert done.output == f"{package}: npm install {package}\n"
    assert described["version"] == version("clover-provider")
    assert {path.name for path in package.iterdir()} == {
        *described["files"],
        "package.json",
    }
    for path in (clover_card.script_path(), clover_card.stylesheet_path()):
        assert (package / path.name).read_bytes() == path.read_bytes()
    assert (package / described["exports"]["."]["default"]).is_file()
    assert (package / described["types"]).is_file()


def test_a_second_time_replaces_what_is_there(tmp_path):
    for _ in range(2):
        CliRunner().invoke(card_package, [str(tmp_path)])
        (tmp_path / "clover-card" / "clover-card.js").write_text("old")

    CliRunner().invoke(card_package, [str(tmp_path)])

    script = tmp_path / "clover-card" / "clover-card.js"
    assert script.read_bytes() == clover_card.script_path().read_bytes()
