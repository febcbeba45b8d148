"""When the same call is sent once more: by what happened, never by how it is worded."""

import socket
import ssl

import pytest

from clover_provider.wire.json_strict import Unreadable
from clover_provider.wire.message import Answer, Call
from clover_provider.wire.retries import (
    MOST_RETRIES,
    NO_TURN,
    Cause,
    NoAnswer,
    no_answer,
    pause_before_retry,
)


def caused_by(root):
    """An error of the HTTP library around the one that began it."""
    error = OSError("outer")
    error.__cause__ = root
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (caused_by(ConnectionRefusedError()), Cause.NOT_REACHED),
        (caused_by(socket.gaierror()), Cause.NOT_REACHED),
        (caused_by(ConnectionResetError()), Cause.BROKEN_OFF),
        (caused_by(TimeoutError()), Cause.BROKEN_OFF),
        (caused_by(ssl.SSLCertVerificationError()), Cause.UNTRUSTED),
        (Unreadable("larger than allowed"), Cause.UNREADABLE),
    ],
)
def test_the_innermost_error_says_why_there_is_no_answer(error, cause):
    assert no_answer(error).cause is cause


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("has_sent", [False, True])
def test_only_a_server_that_was_not_reached_is_tried_again(cause, has_sent):
    outcome = NoAnswer(cause, "no answer (ConnectionRefusedError)")

    pause = pause_before_retry(outcome, has_sent=has_sent, tries=1)

    assert (pause is not None) is (cause is Cause.NOT_REACHED and not has_sent)


@pytest.mark.parametrize(("status", "is_retried"), [(429, True), (500, False)])
def test_of_answers_only_too_many_requests_is_sent_again(status, is_retried):
    call = Call(method="GET", url="https://clover.test/", path="/", action="look-up")
    answer = Answer(call=call, status=status, retry_after="3")

    pause = pause_before_retry(answer, has_sent=True, tries=1)

    assert pause == (3.0 if is_retried else None)


def test_nothing_is_tried_for_ever():
    unreached = NoAnswer(Cause.NOT_REACHED, "no answer")

    assert pause_before_retry(NO_TURN, has_sent=False, tries=1) is None
    assert pause_before_retry(unreached, has_sent=False, tries=MOST_RETRIES + 1) is None
