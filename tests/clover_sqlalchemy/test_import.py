"""The store comes alone: no Django, no pytest, and nothing done on import."""

import subprocess
import sys

import clover_sqlalchemy

ALONE = """
import sys
for name in ("django", "pytest", "clover_django", "clover_provider", "requests"):
    sys.modules[name] = None
from sqlalchemy import create_engine
from clover_sqlalchemy import SqlAlchemyLedger, create_tables
engine = create_engine("sqlite:///ledger.sqlite3")
create_tables(engine)
print(SqlAlchemyLedger(engine).get_payment("nobody"))
"""


def test_it_works_without_django(tmp_path):
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout.strip() == "None"


def test_exports_are_sorted_and_there():
    exported = list(clover_sqlalchemy.__all__)

    assert exported == sorted(exported)
    assert [name for name in exported if not hasattr(clover_sqlalchemy, name)] == []
