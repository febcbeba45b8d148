"""What a checkoutComplete costs with us, beside Saleor's own do-nothing gateway."""

import json
import statistics

from tests.real_saleor import documents
from tests.real_saleor.serve import HERE
from tests.real_saleor.shop import AMOUNT, GATEWAY

DUMMY = "mirumee.payments.dummy"
TIMES = 5


def begin(shop, gateway, token):
    checkout = shop.checkout()
    shop.shopper.payment_create(checkout, gateway, amount=AMOUNT, token=token)
    return {"id": checkout}


def measure(shop, variables):
    asked = {"document": documents.COMPLETE, "variables": variables}
    printed = shop.saleor.run(HERE / "measure.py", json.dumps(asked))
    rows = json.loads(printed.splitlines()[-1])
    assert [row["answer"]["data"]["checkoutComplete"]["errors"] for row in rows] == [
        [] for _ in variables
    ]
    return rows[1:]  # the first one warms up


def test_statements_and_seconds(shop, capsys):
    shop.configure()
    shop.staff.plugin_update(DUMMY, shop.channel_id, True)
    ours, dummies = (
        [begin(shop, gateway, token()) for _ in range(TIMES)]
        for gateway, token in (
            (GATEWAY, shop.simulator.token),
            (DUMMY, lambda: "not-charged"),
        )
    )

    with_us, with_dummy = measure(shop, ours), measure(shop, dummies)

    (shops, ledgers) = (
        {row["statements"][alias] for row in with_us}
        for alias in ("default", "clover_ledger")
    )
    dummy = {row["statements"]["default"] for row in with_dummy}
    seconds = [
        statistics.median(row["seconds"] for row in rows)
        for rows in (with_us, with_dummy)
    ]
    with capsys.disabled():
        print(
            f"\ncheckoutComplete: {sorted(shops)} statements of Saleor's and "
            f"{sorted(ledgers)} of the ledger's; the dummy gateway {sorted(dummy)}; "
            f"{seconds[0] * 1000:.0f} ms, dummy {seconds[1] * 1000:.0f} ms, "
            f"ratio {seconds[0] / seconds[1]:.2f}"
        )
    assert len(shop.charges()) == TIMES
    assert max(ledgers) <= 35
    assert max(shops) <= max(dummy) + 10
