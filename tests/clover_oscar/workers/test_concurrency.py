import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
THANK_YOU = "/checkout/thank-you/"


def place_at_once(tmp_path, token):
    """Four tabs place one order at the same moment, in a shop on a database file."""
    environ = {
        **os.environ,
        "CLOVER_TEST_DATABASE": str(tmp_path / "shop.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "tests.clover_oscar.workers.concurrent_settings",
        "PYTHONPATH": os.pathsep.join(
            str(ROOT / name) for name in ("", "hooks", "contrib")
        ),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.clover_oscar.workers.concurrent_posts", token],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_four_posts_at_once_are_one_charge_and_one_order(tmp_path):
    found = place_at_once(tmp_path, "tok-1")

    assert found == {
        "calls": 1,
        "moved": 1,
        "orders": 1,
        "sources": 1,
        "baskets": ["Submitted"],
        "answers": [[302, THANK_YOU]] * 4,
    }


@pytest.mark.slow
def test_four_posts_at_once_of_a_declined_card_are_one_decline(tmp_path):
    found = place_at_once(tmp_path, "decline-1")

    assert found == {
        "calls": 1,
        "moved": 0,
        "orders": 0,
        "sources": 0,
        "baskets": ["Open"],
        "answers": [[200, ""]] * 4,
    }
