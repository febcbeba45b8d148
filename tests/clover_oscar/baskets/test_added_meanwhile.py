"""Three workers: nobody is given more than they paid for, in a few tries of each kind.

The table of many tries: `python -m tests.clover_oscar.baskets.added_meanwhile`.
"""

import pytest

from clover_simulator.simulator import Simulator
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_oscar.baskets.added_meanwhile import MODES, count, open_shop

pytestmark = pytest.mark.slow
TRIES = 2
WRONG = {
    "orders with more goods than paid",
    "orders of another total than paid",
    "charged twice",
}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_order_has_what_was_paid_for(database, request, tmp_path):
    server = request.getfixturevalue("postgres") if database == "postgresql" else None
    with Simulator() as clover, open_shop(tmp_path, clover, server) as shop:
        found = {mode: count(shop, clover, mode, TRIES) for mode in MODES}

    for mode in MODES:
        assert not WRONG & set(found[mode]), found
        assert found[mode]["orders"] + found[mode]["nothing taken"] == TRIES, found
