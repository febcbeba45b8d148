"""Runs the shop in processes of its own, as its operator would."""

import json
import os
import subprocess
import sys

from tests.house.project import ROOT


class ShopProcess:
    def __init__(self, database, **clover):
        given = json.dumps({"database": database, "clover": clover})
        self.environ = {
            **os.environ,
            "CLOVER_TEST_SHOP": given,
            "DJANGO_SETTINGS_MODULE": "tests.clover_django.shop.settings",
            "PYTHONPATH": os.pathsep.join(
                str(ROOT / name) for name in ("", "hooks", "contrib")
            ),
        }

    def manage(self, *arguments):
        return self.run("-m", "django", *arguments)

    def script(self, code):
        """What the code prints, after Django was set up."""
        return self.run("-c", f"import django\ndjango.setup()\n{code}").strip()

    def run(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr
