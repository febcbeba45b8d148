"""Checks of webhook events: kept once, open until finished."""

from datetime import timedelta

from payment_hooks.ledger.store import Ledger
from payment_hooks.model.kinds import EventKind
from payment_hooks.testing.ledger_checks.records import NOW, make_event


class EventChecks:
    """What a ledger does with proven messages."""

    def test_an_event_is_new_until_it_is_finished(self, ledger: Ledger) -> None:
        """A delivery whose effect failed is worked on again."""
        assert ledger.add_event(make_event()) is True
        assert ledger.add_event(make_event()) is True

        ledger.finish_event("e1")

        assert ledger.add_event(make_event()) is False

    def test_many_deliveries_are_one_event(self, ledger: Ledger) -> None:
        """What came first is kept; a later delivery changes nothing of it."""
        for _ in range(3):
            ledger.add_event(make_event())
        ledger.add_event(make_event(approved=False, transaction_id="T2"))

        assert ledger.find_events("s1") == (make_event(),)

    def test_events_of_a_session_come_oldest_first(self, ledger: Ledger) -> None:
        """And only those of that session, to the letter."""
        events = tuple(
            make_event(event_id=name, occurred_at=NOW + timedelta(seconds=number))
            for number, name in enumerate(("e9", "e1", "e5"))
        )
        for event in events:
            ledger.add_event(event)
        ledger.add_event(make_event(event_id="x", session_id="s2"))

        assert ledger.find_events("s1") == events
        assert ledger.find_events("S1") == ()

    def test_a_finished_event_is_not_found(self, ledger: Ledger) -> None:
        """Its effect is in place; the others stay open."""
        second = make_event(event_id="e2")
        ledger.add_event(make_event())
        ledger.add_event(second)

        ledger.finish_event("e1")

        assert ledger.find_events("s1") == (second,)
        assert ledger.add_event(second) is True

    def test_an_event_is_kept_as_what_it_was(self, ledger: Ledger) -> None:
        """Of each kind, and what it says of a payment."""
        declined = make_event(event_id="declined", approved=False)
        others = [make_event(event_id=kind.value, kind=kind) for kind in EventKind]
        for event in (declined, *others):
            ledger.add_event(event)

        kept = {event.event_id: event for event in ledger.find_events("s1")}

        assert kept == {event.event_id: event for event in (declined, *others)}
        assert {type(event.kind) for event in kept.values()} == {EventKind}

    def test_an_event_is_finished_once_and_for_all(self, ledger: Ledger) -> None:
        """Finishing it again is no error; a late delivery does not open it."""
        ledger.add_event(make_event())
        ledger.finish_event("e1")
        ledger.add_event(make_event())

        ledger.finish_event("e1")

        assert ledger.find_events("s1") == ()
        assert ledger.add_event(make_event()) is False

    def test_events_are_kept_apart_to_the_letter(self, ledger: Ledger) -> None:
        """Case and a space at the end make another event."""
        ledger.add_event(make_event())
        ledger.finish_event("e1")

        assert ledger.add_event(make_event(event_id="E1")) is True
        assert ledger.add_event(make_event(event_id="e1 ")) is True
