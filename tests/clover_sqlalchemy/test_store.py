"""What this store promises beyond the kit: whose transaction, whose name, which plan."""

import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, create_mock_engine, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from clover_sqlalchemy import SqlAlchemyLedger, tables
from payment_hooks import (
    ConfigurationError,
    Mode,
    Money,
    Payments,
    PaymentSource,
    PaymentState,
    StaleVersion,
)
from payment_hooks.testing import FakeProvider
from payment_hooks.testing.ledger_checks.records import (
    NOW,
    make_operation,
    make_payment,
)
from tests.clover_sqlalchemy.conftest import open_engine, open_ledger, url_of

SERVERS = ["postgres", "mariadb"]
RECORD = """
import sys
from sqlalchemy import create_engine
from clover_sqlalchemy import SqlAlchemyLedger
from payment_hooks.testing.ledger_checks.records import make_operation, make_payment
ledger = SqlAlchemyLedger(create_engine(sys.argv[1]))
payment = ledger.add_payment(make_payment(payment_id=sys.argv[2]))
print(ledger.add_operation(make_operation(payment)).operation_id)
"""
FORK = """
import os, sys
from sqlalchemy import create_engine
from clover_sqlalchemy import SqlAlchemyLedger
from payment_hooks.testing.ledger_checks.records import make_payment
ledger = SqlAlchemyLedger(create_engine(sys.argv[1]))
ledger.add_payment(make_payment())
held = ledger.engine.pool.checkedin()
child = os.fork()
if not child:
    print(f"the parent's pool holds {held}, the child's {ledger.engine.pool.checkedin()}")
    print(ledger.get_payment("p1").payment_id, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(ledger.get_payment("p1").payment_id)
"""


@pytest.fixture(params=SERVERS)
def server(request):
    with open_engine(request.param, request) as engine:
        yield engine


def test_what_the_shop_rolls_back_is_not_rolled_back_here(server):
    with open_ledger(server) as ledger, server.connect() as shop:
        shop.execute(text("SELECT count(*) FROM clover_payments"))
        ledger.add_payment(make_payment())
        shop.rollback()

        assert ledger.get_payment("p1") == make_payment()


def test_a_shop_that_writes_to_sqlite_does_not_undo_it(request):
    with open_engine("sqlite", request) as engine, open_ledger(engine) as ledger:
        with engine.connect() as shop:
            shop.execute(text("CREATE TABLE orders (number INTEGER)"))
            shop.commit()
            shop.execute(text("SELECT count(*) FROM orders"))
            ledger.add_payment(make_payment())
            shop.rollback()

        assert ledger.get_payment("p1") == make_payment()


def test_all_of_the_shops_connections_may_be_taken(request):
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1}
    with (
        open_engine("postgres", request, **options) as engine,
        open_ledger(engine) as ledger,
        engine.connect(),
    ):
        assert ledger.add_payment(make_payment()) == make_payment()


@pytest.fixture(params=["AUTOCOMMIT", "SERIALIZABLE"])
def leveled(request, server):
    """A ledger over an engine which has an isolation level of the shop's."""
    engine = create_engine(server.url, isolation_level=request.param)
    with open_ledger(engine) as ledger:
        yield ledger
    engine.dispose()


def test_the_shops_isolation_is_not_ours(leveled):
    is_postgres = leveled.engine.dialect.name == "postgresql"
    question = "SHOW transaction_isolation" if is_postgres else "SELECT @@tx_isolation"
    with leveled.engine.connect() as connection:
        level = connection.execute(text(question)).scalar()

    assert level.upper().replace("-", " ") == "READ COMMITTED"


def test_an_engine_that_commits_each_statement_splits_no_write_of_ours(leveled):
    leveled.actor = nobody

    with pytest.raises(LookupError):
        leveled.add_payment(make_payment())

    assert leveled.get_payment("p1") is None


def nobody():
    raise LookupError


def test_a_write_and_its_history_are_one(engine):
    with open_ledger(engine, actor=nobody) as ledger:
        with pytest.raises(LookupError):
            ledger.add_payment(make_payment())

        assert ledger.get_payment("p1") is None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "sqlite:///file:x?mode=memory&cache=shared&uri=true",
    ],
)
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(ConfigurationError, match="name a file"):
        SqlAlchemyLedger(create_engine(url, poolclass=QueuePool))


def test_a_connection_shared_by_all_is_refused(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/x.sqlite3", poolclass=StaticPool)

    with pytest.raises(ConfigurationError, match="shares one connection"):
        SqlAlchemyLedger(engine)


def test_another_kind_of_database_is_refused():
    engine = create_mock_engine("oracle+oracledb://", print)

    with pytest.raises(ConfigurationError, match="not oracle"):
        SqlAlchemyLedger(engine)


def test_an_asynchronous_engine_is_refused():
    engine = create_engine("postgresql+psycopg_async://postgres@localhost/postgres")

    with pytest.raises(ConfigurationError, match="synchronously"):
        SqlAlchemyLedger(engine)


def test_an_engine_without_a_pool_will_do(request):
    options = {"poolclass": NullPool}
    with open_engine("sqlite", request, **options) as engine:
        ledger = SqlAlchemyLedger(engine)
        payment = ledger.add_payment(make_payment())

        assert ledger.add_operation(make_operation(payment)).payment_id == "p1"


def test_sqlite_lets_readers_and_a_writer_work_side_by_side(request):
    with open_engine("sqlite", request) as engine, open_ledger(engine) as ledger:
        payment = ledger.add_payment(make_payment())
        with ledger.engine.connect() as reader:
            reader.execute(select(tables.payments)).all()
            ledger.add_operation(make_operation(payment))

            mode = reader.execute(text("PRAGMA journal_mode")).scalar()
            synchronous = reader.execute(text("PRAGMA synchronous")).scalar()

    assert (mode, synchronous) == ("wal", 2)


def test_the_shops_own_sqlite_connections_stay_as_they_are(request):
    with open_engine("sqlite", request) as engine, open_ledger(engine) as ledger:
        ledger.add_payment(make_payment())
        with engine.connect() as shop:
            level = shop.connection.dbapi_connection.isolation_level

    assert level == ""


@pytest.mark.parametrize("kind", ["sqlite", *SERVERS])
def test_four_processes_record_one_intent(kind, request):
    with open_engine(kind, request):
        url = url_of(kind, request)
        command = [sys.executable, "-c", RECORD, url]
        workers = [
            subprocess.Popen(
                [*command, f"p{number}"], stdout=subprocess.PIPE, text=True
            )
            for number in range(4)
        ]
        printed = [worker.communicate(timeout=300)[0] for worker in workers]

    assert [worker.returncode for worker in workers] == [0] * 4
    assert len(set(printed)) == 1


def test_history_shows_every_state_and_who_changed_it(engine):
    who = ["user 7"]
    with open_ledger(engine, actor=lambda: who[0]) as ledger:
        payments = Payments.using(FakeProvider(), ledger=ledger)
        payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))
        who[0] = "user 8"
        payments.charge(payment.payment_id, PaymentSource(token="tok"))

        history = ledger.history(payment.payment_id)

    assert [(row.before, row.after, row.actor) for row in history] == [
        ("", "open", "user 7"),
        ("", "pending", "user 8"),
        ("pending", "sending", "user 8"),
        ("sending", "succeeded", "user 8"),
        ("open", "paid", "user 8"),
    ]
    assert [row.operation_id is None for row in history].count(True) == 2
    assert all(row.at.utcoffset().total_seconds() == 0 for row in history)


def test_history_shows_why_a_person_must_look_and_says_it_once(engine):
    with open_ledger(engine, actor="night job") as ledger:
        payment = ledger.add_payment(make_payment())
        flagged = ledger.replace_payment(replace(payment, flags=("double_capture",)))
        ledger.replace_payment(flagged)

        history = ledger.history("p1")

    assert [(row.after, row.reason, row.actor) for row in history] == [
        ("open", "", "night job"),
        ("open", "double_capture", "night job"),
    ]


def test_a_change_that_lost_leaves_no_history(ledger):
    payment = ledger.add_payment(make_payment())
    ledger.replace_payment(replace(payment, state=PaymentState.PAID))

    with pytest.raises(StaleVersion):
        ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))

    assert [row.after for row in ledger.history("p1")] == ["open", "paid"]


def test_an_operation_without_its_payment_is_refused(ledger):
    with pytest.raises(StaleVersion, match="its payment is not there"):
        ledger.add_operation(make_operation(make_payment()))


def test_a_payment_that_is_no_payment_is_refused_as_it_is(ledger):
    with pytest.raises(IntegrityError):
        ledger.add_payment(make_payment(reference=None))


def test_a_naive_time_is_refused(ledger):
    with pytest.raises(StatementError, match="timezone-aware"):
        ledger.due_operations(NOW.replace(tzinfo=None), 10)


def test_text_that_does_not_fit_is_refused_and_not_cut_off(server):
    with open_ledger(server) as ledger, pytest.raises(DBAPIError):
        ledger.add_payment(make_payment(reference="r" * 256))


def test_an_error_of_the_database_shows_no_contents(server):
    secret = "an address of the shopper"
    with open_ledger(server) as ledger, pytest.raises(DBAPIError) as caught:
        ledger.add_payment(make_payment(reference="r" * 256, context={"to": secret}))

    assert secret not in str(caught.value)


def test_a_deadlock_is_tried_again(server):
    with open_ledger(server) as ledger:
        deadlocks = deadlock_twice(ledger.engine)

        ledger.add_payment(make_payment())

        assert deadlocks == []
        assert ledger.get_payment("p1") == make_payment()
        assert len(ledger.history("p1")) == 1


def deadlock_twice(engine):
    """Let the next two commits end as a deadlock's victim does."""
    state = "40P01" if engine.dialect.name == "postgresql" else "40001"
    deadlocks = [
        f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"
        if engine.dialect.name == "postgresql"
        else "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213"
    ] * 2

    @event.listens_for(engine, "commit")
    def commit(connection):
        if deadlocks:
            connection.exec_driver_sql(deadlocks.pop())

    return deadlocks


def test_connections_that_died_in_the_pool_are_replaced(server):
    with open_ledger(server) as ledger:
        ledger.add_payment(make_payment())
        end_connections(server)

        ledger.replace_payment(make_payment(flags=("look",)))
        end_connections(server)

        assert ledger.get_payment("p1").flags == ("look",)


def test_a_connection_that_is_lost_while_it_commits_is_no_reason_to_go_again(server):
    with open_ledger(server) as ledger:
        commits = []

        @event.listens_for(ledger.engine, "commit")
        def commit(connection):
            commits.append(connection)
            end_connections(server)

        with pytest.raises(DBAPIError):
            ledger.add_payment(make_payment())

    assert len(commits) == 1


def end_connections(engine):
    """End all connections to the server but the one that says so."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            )
            return
        listed = connection.execute(
            text(
                "SELECT id FROM information_schema.processlist "
                "WHERE id <> connection_id() AND user = 'root'"
            )
        )
        for (number,) in listed.all():
            connection.execute(text(f"KILL {number}"))


@pytest.mark.parametrize("kind", ["sqlite", *SERVERS])
def test_a_forked_worker_does_not_use_its_parents_connections(kind, request):
    with open_engine(kind, request):
        done = run_python(FORK, url_of(kind, request))

    assert done == ["the parent's pool holds 1, the child's 0", "p1", "p1"]


def run_python(code, *arguments):
    """The lines which the code printed, in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return printed.stdout.splitlines()


SEARCHES = {
    "due_operations": lambda ledger: ledger.due_operations(NOW, 10),
    "oldest_unknown": lambda ledger: ledger.oldest_unknown(),
    "operations_between": lambda ledger: ledger.operations_between(NOW, NOW),
    "operations": lambda ledger: ledger.operations("p1"),
    "by reference": lambda ledger: ledger.find_payments(reference="r"),
    "by session": lambda ledger: ledger.find_payments(session_id="s1"),
    "by transaction": lambda ledger: ledger.find_payments(transaction_id="T1"),
    "related": lambda ledger: ledger.find_related("r", "T1"),
    "record": lambda ledger: ledger.get_record("p1"),
    "find_events": lambda ledger: ledger.find_events("s1"),
    "history": lambda ledger: ledger.history("p1"),
}


@pytest.mark.parametrize("search", SEARCHES)
def test_no_search_walks_through_a_whole_table(search, request):
    with open_engine("sqlite", request) as engine, open_ledger(engine) as ledger:
        plans = explain_all(ledger.engine)
        SEARCHES[search](ledger)

    assert plans
    assert [line for line in plans if "SCAN" in line] == []


def explain_all(engine):
    """The query plans of what is asked from now on."""
    plans = []

    @event.listens_for(engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, context, executemany):
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[-1] for row in cursor.fetchall())

    return plans
