"""Four web workers behind nginx and two recovery workers, under load, some killed.

What is true is read from the simulator's records and from the shop's own table.
"""

import contextlib
import json
import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import yaml
from sqlalchemy import create_engine, text

from clover_graphql.request.ids import encode
from clover_simulator.simulator import Simulator
from clover_sqlalchemy import SqlAlchemyLedger
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_provider.wire.test_rate_limit import redis_server  # noqa: F401 - a fixture
from tests.examples.hosts import DEPLOYMENT, Hosts, wait_until

INVENTED = "198.51.100.66"  # what a browser claims to be, and is not
ORDERS, SHOPPERS, PATIENCE = 96, 8, 300
DATABASE = "hosts"
START = """mutation Start($id: ID!, $gateway: PaymentGatewayToInitialize!, $key: String) {
  transactionInitialize(id: $id, paymentGateway: $gateway, idempotencyKey: $key) {
    transaction { id } transactionEvent { type } data errors { code message } } }"""
PROCESS = """mutation Process($id: ID!) { transactionProcess(id: $id) {
    transaction { id } transactionEvent { type } data errors { code message } } }"""
COMPLETE = """mutation Complete($id: ID!) { checkoutComplete(id: $id) {
    order { id isPaid } errors { code message } } }"""


@pytest.fixture(scope="module")
def clover():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def hosts(postgres, redis_server, clover, tmp_path):  # noqa: F811 - fixtures
    server = f"postgresql+psycopg://postgres@/{{}}?host={postgres.folder}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    engine.dispose()
    redis = redis_server[0]
    hosts = Hosts(tmp_path, settings_of(clover, server.format(DATABASE), redis))
    hosts.environ["SHOP_HOSTS"] = f"127.0.0.1:{hosts.port}"
    with hosts:
        clover.send_webhooks_to(f"{hosts.url}/webhook")
        yield hosts


def settings_of(clover, database, redis):
    merchant = clover.merchant
    return {
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": redis.replace("/0", "/1"),
        "CLOVER_REDIS_URL": redis,
        "CLOVER_ENVIRONMENT": "local",
        "CLOVER_BASE_URL": clover.url,
        "CLOVER_MERCHANT_ID": merchant.id,
        "CLOVER_PRIVATE_KEY": merchant.private_key,
        "CLOVER_PUBLIC_KEY": merchant.public_key,
        "CLOVER_HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "CLOVER_PLATFORM_TOKEN": merchant.platform_token,
        "CLOVER_WEBHOOK_SECRETS": merchant.webhook_secret,
        "CLOVER_MODES": "iframe,hosted",
        "CLOVER_DEADLINE_SECONDS": "5",
        "RECOVER_SECONDS": "2",
        "RECONCILE_SECONDS": "3",
        "SHOP_SECRET_KEY": "a key of the tests",
        "SHOP_PROXIES": "1",
        "SHOP_STAFF_PASSWORD": "a password of the tests",
    }


class Buyer:
    """One shopper's browser: repeats what got lost, as `pay.js` does."""

    def __init__(self, shop, clover, number):
        self.shop, self.clover, self.number = shop, clover, number
        self.http = requests.Session()
        self.http.headers["X-Forwarded-For"] = INVENTED
        self.times, self.lost, self.submits, self.refused = [], 0, 0, 0

    def buy(self):
        self.reference = self.open_checkout().rsplit("/", 1)[-1]
        self.checkout = encode("Checkout", self.reference)
        answer = self.start()
        for _ in range(PATIENCE):
            kind = answer["transactionEvent"]["type"]
            if kind.endswith("_SUCCESS"):
                break
            if kind.endswith("_FAILURE"):  # busy beyond the deadline: pay once more
                self.refused += 1
                answer = self.start()
                continue
            assert answer["data"], self.why(answer)
            if "redirectUrl" in answer["data"] and "status" not in answer["data"]:
                self.clover.pay_hosted(answer["data"]["redirectUrl"])
            time.sleep(0.5)
            answer = self.send(PROCESS, id=answer["transaction"]["id"])
        else:
            raise AssertionError(self.why(answer))
        return self.send(COMPLETE, id=self.checkout)["order"]

    def open_checkout(self):
        """Press the button, once more when the page that came was an error."""
        for _ in range(40):
            with contextlib.suppress(requests.RequestException):
                page = self.http.post(
                    f"{self.shop.url}/buy/kettle", allow_redirects=False, timeout=60
                )
                if page.status_code == 303:
                    return page.headers["location"]
            self.lost += 1
            time.sleep(0.3)
        raise AssertionError("nobody sells")

    def start(self):
        return self.pay_on_page() if self.number % 4 == 0 else self.pay_with_card()

    def pay_with_card(self):
        gateway = {"id": "clover.payments", "data": {"token": self.clover.token()}}
        key = f"click {self.number}.{self.refused}" if self.number % 2 else None
        sent = {"id": self.checkout, "gateway": gateway, "key": key}
        if self.number % 3:
            return self.send(START, **sent)
        other = Buyer(self.shop, self.clover, self.number)  # the second click
        other.http.cookies.update(self.http.cookies)
        second = threading.Thread(target=other.send, args=[START], kwargs=sent)
        second.start()
        answer = self.send(START, **sent)
        second.join()
        self.submits += other.submits
        return answer

    def pay_on_page(self):
        data = {"mode": "hosted", "returnUrl": f"{self.shop.url}/checkout/x"}
        gateway = {"id": "clover.payments", "data": data}
        return self.send(START, id=self.checkout, gateway=gateway)

    def why(self, answer):
        """What the ledger knows of a payment that was refused."""
        engine = create_engine(self.shop.environ["DATABASE_URL"])
        ledger = SqlAlchemyLedger(engine)
        found = [
            (row.kind.value, row.state.value, row.intent.attempt, row.code, row.flag)
            for payment in ledger.find_payments(reference=self.reference)
            for row in ledger.operations(payment.payment_id)
        ]
        ledger.close()
        engine.dispose()
        return answer, self.number, found

    def send(self, query, **variables):
        body = {"query": query, "variables": variables}
        for _ in range(40):
            began = time.monotonic()
            try:
                self.submits += query is START
                url = f"{self.shop.url}/graphql/"
                answer = self.http.post(url, json=body, timeout=60)
            except requests.RequestException:  # also an answer that was cut
                answer = None
            if answer is not None and answer.status_code < 500:
                self.times.append(time.monotonic() - began)
                (field,) = answer.json()["data"].values()
                assert field["errors"] == [], self.why(field)
                return field
            self.lost += 1
            time.sleep(0.3)
        raise AssertionError("nobody answered")


def passes_of(hosts):
    """How often the worker that was not killed has looked."""
    return hosts.log("recovery-2").count("recovery.recover")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_is_lost_and_nothing_doubled_when_workers_are_killed(hosts, clover):
    for nth in (5, 20, 40):
        clover.fail("POST", "/v1/charges", "reset_after", nth=nth)
    clover.fail("POST", "/v1/charges", "delay_after", nth=30, times=6, seconds=0.8)
    buyers = [Buyer(hosts, clover, number) for number in range(ORDERS)]
    began, killed = time.monotonic(), []

    with ThreadPoolExecutor(SHOPPERS) as pool:
        bought = [pool.submit(buyer.buy) for buyer in buyers]
        half = ORDERS // 3
        wait_until(lambda: len(clover.ledger.charges) >= half, 600, "a third")
        killed.append(("web worker", hosts.kill_worker("web-1")))
        hosts.kill("recovery-1")
        killed.append(("recovery worker", "recovery-1"))
        orders = [future.result() for future in bought]
    seconds = time.monotonic() - began
    wait_until(lambda: not open_rows(hosts), 300, "the end of all unknown outcomes")

    ledger = SqlAlchemyLedger(create_engine(hosts.environ["DATABASE_URL"]))
    taken = count_charges(clover, ledger, buyers)
    placed = placed_orders(hosts)
    times = sorted(moment for buyer in buyers for moment in buyer.times)
    wait_until(lambda: passes_of(hosts), 300, "the other worker's first pass")
    print_table(
        orders=len(orders),
        submits=sum(buyer.submits for buyer in buyers),
        charges=len(clover.ledger.charges),
        placed=len(placed),
        doubled=sum(count > 1 for count in taken.values()),
        lost=len(set(taken) - set(placed)) + sum(not n for n in taken.values()),
        repeated=sum(buyer.lost for buyer in buyers),
        refused=sum(buyer.refused for buyer in buyers),
        killed=", ".join(f"{what} {which}" for what, which in killed),
        passes=passes_of(hosts),
        seconds=round(seconds, 1),
        p50_ms=round(1000 * statistics.median(times)),
        p95_ms=round(1000 * times[int(0.95 * len(times))]),
    )
    ledger.close()
    assert all(order["isPaid"] for order in orders)
    assert set(taken.values()) == {1}
    assert len(clover.ledger.charges) == ORDERS
    assert addresses_of_charges(clover) == {"127.0.0.1"}
    assert sorted(placed) == sorted(buyer.reference for buyer in buyers)
    assert len(hosts.workers("web-1")) == 2


def count_charges(clover, ledger, buyers):
    """How often Clover took money for each checkout."""
    sessions, counted = {}, {}
    for buyer in buyers:
        counted[buyer.reference] = 0
        for payment in ledger.find_payments(reference=buyer.reference):
            for row in ledger.operations(payment.payment_id):
                if row.page:
                    sessions[row.page.session_id] = buyer.reference
    for charge in clover.ledger.charges:
        reference = charge.metadata.get("reference") or sessions[charge.session_id]
        counted[reference] += 1
    return counted


def addresses_of_charges(clover):
    """Which addresses Clover was sent for the shoppers, as nginx saw them."""
    return {
        value
        for seen in clover.requests
        for name, value in seen.headers.items()
        if seen.path == "/v1/charges" and name.lower() == "x-forwarded-for"
    }


def placed_orders(hosts):
    engine = create_engine(hosts.environ["DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.execute(text("SELECT checkout FROM orders")).scalars().all()
    engine.dispose()
    return found


def open_rows(hosts):
    """Operations without a final state, or of which the shop was not notified.

    A page that was being opened when its worker died may exist at Clover: it stays open
    until it is paid or has expired, and blocks no one. Whoever was notifying
    the shop when it died leaves a lease of two minutes; the order is there before.
    """
    engine = create_engine(hosts.environ["DATABASE_URL"])
    asked = (
        "SELECT count(*) FROM clover_operations WHERE due IS NOT NULL"
        " AND (kind <> 'hosted_page' OR state IN ('succeeded', 'declined', 'failed'))"
        " AND (state NOT IN ('succeeded', 'declined', 'failed')"
        " OR lease_until IS NULL OR lease_until < now())"
    )
    with engine.connect() as connection:
        found = connection.execute(text(asked)).scalar()
    engine.dispose()
    return found


def print_table(**rows):
    print()
    for name, value in rows.items():
        print(f"{name:>10}  {value}")


def test_the_files_of_the_deployment_fit_together():
    compose = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text())
    docker = (DEPLOYMENT / "Dockerfile").read_text()
    template = (DEPLOYMENT / "shop.conf.template").read_text()
    services = compose["services"]

    given = set(services["nginx"]["environment"])
    assert set(re.findall(r"\$\{(\w+)\}", template)) == given
    assert services["web-1"]["command"][0] == "uvicorn"
    assert [services[name]["env_file"] for name in ("web-1", "recovery-2", "beat")] == [
        "shop.env"
    ] * 3
    for copied in re.findall(r"^COPY --chown=shop (\S+)", docker, re.M):
        assert (DEPLOYMENT.parent / copied).exists()
    mounted = services["nginx"]["volumes"][0].split(":")[0]
    assert (DEPLOYMENT / mounted).exists()
    example = (DEPLOYMENT / "shop.env.example").read_text()
    filled = [row for row in example.splitlines() if re.search("KEY|TOKEN|SECRET", row)]
    assert [row for row in filled if not row.endswith("=")] == []
    assert json.dumps(compose).count("PASSWORD") == 1
