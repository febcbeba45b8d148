"""The recipes as packages that are installed, found and called, a broken one beside."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from tests.clover_provider.wire.test_rate_limit import redis_server  # noqa: F401 - a fixture
from tests.examples.example_shop import EXAMPLES, PATHS

RECIPES = EXAMPLES / "plugins"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with all recipes in it, as pip installs them, and a broken plugin."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += [
        "--no-build-isolation",
        "--disable-pip-version-check",
        "--target",
        folder,
    ]
    subprocess.run([*command, *sorted(RECIPES.iterdir())], check=True)
    add(folder, "broken-plugin", "broken = broken_plugin")
    (folder / "broken_plugin.py").write_text("raise RuntimeError('no licence key')\n")
    add(folder, "leaving-plugin", "leaving = leaving_plugin")
    (folder / "leaving_plugin.py").write_text("raise SystemExit('no licence key')\n")
    add(folder, "second-check", "fraud_check = fraud_check:plugin")
    return folder


def add(folder, package, entry_point):
    """A package's information, as an installer leaves it."""
    information = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
    )
    (information / "entry_points.txt").write_text(f"[payment_hooks]\n{entry_point}\n")


@pytest.fixture
def run(installed):
    """Runs code where the recipes are installed; what it prints as JSON."""

    def run(code, **environ):
        paths = os.pathsep.join(map(str, [installed, *PATHS]))
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={**os.environ, "PYTHONPATH": paths, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


START = """
import json
from payment_hooks import *
from payment_hooks.testing import FakeProvider

registry = PluginRegistry()
registry.register(FakeProvider(), "clover")
registry.load_installed()
payments = Payments(ProviderHooks(registry, "clover"), MemoryLedger())

def pay(reference, amount="25.99", ip="192.0.2.1", payments=payments):
    due = Money.of(amount, "USD")
    payment = payments.open(reference, mode=Mode.IFRAME, amount_due=due)
    try:
        payments.charge(
            payment.payment_id, PaymentSource(token="tok-1"),
            details=ChargeDetails(shopper_ip=ip))
    except PaymentDeclined as error:
        return f"{error.decline_code.value}: {error.message}"
    return payments.notify(payment.payment_id).state.value
"""


def test_a_broken_plugin_is_named_and_the_others_are_there(run):
    found = run(
        START
        + """
registry.unregister(name="event_stream")
registry.load_installed()  # again changes nothing
assert len(registry.broken) == 3
registry.unregister(name="event_stream")
names = sorted(name for name, _ in registry.list_name_plugin())
try:
    registry.refuse_broken()
except ConfigurationError as error:
    refused = str(error)
print(json.dumps([names, refused, pay("1")]))
"""
    )

    names, refused, state = found
    assert names == ["clover", "fraud_check", "invoice"]
    assert "'broken' of broken-plugin 1.0" in refused
    assert "no licence key" in refused
    assert "'leaving' of leaving-plugin 1.0" in refused
    assert "'fraud_check' of " in refused
    assert "has one of this name" in refused
    assert state == "paid"


def test_the_fraud_check_vetoes_with_a_reason_before_anything_is_sent(run):
    found = run(
        START
        + """
registry.unregister(name="event_stream")
fake = registry.get_plugin("clover")
answers = [pay("1", ip="203.0.113.66"), pay("2", amount="5000.01")]
answers += [pay(str(n), ip="192.0.2.9") for n in range(10, 16)]
print(json.dumps([answers, len(fake.ledger), fake.calls.count("payment_charge")]))
"""
    )

    (listed, large, *rest), taken, calls = found
    assert listed == (
        "fraud_check: refused before it was sent: the address is on the shop's list"
    )
    assert "more than 5000.00 USD" in large
    assert rest[:5] == ["paid"] * 5
    assert "more than 5 tries in a minute" in rest[5]
    assert (taken, calls) == (5, 5)


def test_large_orders_go_on_account_and_the_others_through_clover(run):
    found = run(
        START
        + """
from invoices import payments_for
registry.unregister(name="event_stream")
ledger = MemoryLedger()
states = []
for reference, amount in (("1", "999.99"), ("2", "1000.00")):
    total = Money.of(amount, "USD")
    payments = payments_for(total, registry, ledger)
    payment = payments.open(reference, mode=Mode.IFRAME, amount_due=total)
    source = PaymentSource(token="tok-1")
    payments.authorize(payment.payment_id, source)
    done = payments.capture(payment.payment_id)
    payment = payments.notify(payment.payment_id)
    states.append([payment.provider, payment.state.value, done.transaction_id[:8]])
fake = registry.get_plugin("clover")
print(json.dumps([states, sorted(str(row.amount) for row in fake.ledger.values())]))
"""
    )

    (small, large), at_clover = found
    assert small[:2] == ["clover", "paid"]
    assert large == ["invoice", "paid", "CAPTURE-"]
    assert set(at_clover) == {"999.99 USD"}


def test_each_outcome_is_in_the_stream_and_notified_again_after_an_outage(
    run,
    redis_server,  # noqa: F811
):
    found = run(
        START
        + """
import logging, os, redis
from datetime import timedelta
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.engine.engine import utc_now
logging.disable()
url, os.environ["EVENT_STREAM_URL"] = os.environ["EVENT_STREAM_URL"], "redis://127.0.0.1:9"
pay("1")
stream = registry.get_plugin("event_stream")
stream.__dict__.clear()
stream._url = url
pay("2")
payments = Payments(payments.provider, payments.ledger,
                    now=lambda: utc_now() + timedelta(minutes=5))
Recovery(payments).run()
rows = redis.Redis.from_url(url, decode_responses=True).xrange("payments")
print(json.dumps([fields for _, fields in rows]))
""",
        EVENT_STREAM_URL=redis_server[0],
    )

    assert [(row["reference"], row["payment_state"]) for row in found] == [
        ("2", "paid"),
        ("1", "paid"),
    ]
    assert len({row["event_id"] for row in found}) == 2
    assert "tok-1" not in json.dumps(found)


def test_the_command_shows_who_wraps_whom_and_what_is_broken(installed):
    paths = os.pathsep.join(map(str, [installed, *PATHS]))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from clover_provider.cli import main; main()",
            "plugins",
            "--json",
        ],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(done.stdout)

    origin = {row["name"]: row["distribution"] for row in said["plugins"]}
    assert done.returncode == 1
    assert said["calls"]["payment_charge"] == ["fraud_check (wraps)", "clover"]
    assert said["calls"]["payment_authorize"][0] == "fraud_check (wraps)"
    assert origin["invoice"] == "shop-invoices 1.0"
    assert [row["name"] for row in said["broken"]] == [
        "broken",
        "fraud_check",
        "leaving",
    ]
