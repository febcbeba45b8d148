"""The bar is for people at a terminal, and nothing of it gets into a log."""

import sys

from clover_provider.cli.progress import progress_bar


def test_a_bar_is_for_terminals_only(capsys):
    with progress_bar("comparing") as advance:
        advance(1, 2)

    assert capsys.readouterr().err.strip() == ""


def test_a_terminal_sees_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    with progress_bar("comparing") as advance:
        advance(1, 2)

    told = capsys.readouterr().err
    assert ("comparing" in told, "50%" in told) == (True, True)
