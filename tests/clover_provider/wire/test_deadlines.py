"""What is left of a deadline, and who closes what comes too late."""

import threading

import pytest

from clover_provider.wire.deadlines import Exchange, within


class Connection:
    """Stands for a socket that may come too late."""

    def __init__(self):
        self.closed = threading.Event()

    def close(self):
        self.closed.set()


def test_a_passed_deadline_leaves_nothing():
    with pytest.raises(TimeoutError):
        Exchange(0).remaining()


def test_what_comes_in_time_is_given():
    connection = Connection()

    assert within(5, lambda: connection) is connection
    assert not connection.closed.is_set()


def test_what_comes_too_late_is_closed_by_the_one_who_brought_it():
    connection, go = Connection(), threading.Event()

    def connect():
        go.wait(5)
        return connection

    assert within(0.01, connect) is None
    go.set()
    assert connection.closed.wait(5)


def test_an_error_reaches_the_one_who_waits():
    def fail():
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        within(5, fail)


def test_an_error_that_comes_too_late_belongs_to_no_call():
    go = threading.Event()

    def fail():
        go.wait(5)
        raise ConnectionRefusedError

    assert within(0.01, fail) is None
    go.set()
