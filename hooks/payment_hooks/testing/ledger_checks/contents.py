"""Checks of what is kept: every field, every letter, every cent, every microsecond."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.store import Ledger
from payment_hooks.ledger.text import storable
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import LONGEST, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import HostedPage, Operation, Payment
from payment_hooks.model.results import WebhookEvent
from payment_hooks.testing.fake_provider import FakeProvider
from payment_hooks.testing.ledger_checks.records import (
    LATER,
    NOW,
    differences,
    fill,
    make_event,
    make_operation,
    make_payment,
)

TEXTS = {
    "quotes": 'O\'Neil "x" \\ %s :name ; -- {}',
    "scripts": "Ünal Łódź 漢字 עברית",
    "beyond the first plane": "🛒👩‍👩‍👧‍👦𝄞",
    "lines": "one\r\ntwo\tthree\n",
    "spaces": "  at both ends  ",
    "NUL": "be\0fore",
    "lone surrogate": "be\ud800fore",
}
TIMES = {
    "microseconds": datetime(2026, 11, 23, 12, 0, 0, 1, tzinfo=UTC),
    "none": datetime(2026, 11, 23, 12, 0, 0, 0, tzinfo=UTC),
    "last of a second": datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "hour that clocks skip": datetime(2026, 3, 8, 2, 30, 0, 5, tzinfo=UTC),
    "hour that clocks repeat": datetime(2026, 11, 1, 6, 30, 0, 5, tzinfo=UTC),
    "far ahead": datetime(2099, 2, 28, 1, 2, 3, 4, tzinfo=UTC),
}
LARGEST = 2**63 - 1


class ContentChecks:
    """What a ledger returns is what was written."""

    def test_every_field_of_a_payment_is_kept(self, ledger: Ledger) -> None:
        """As it was first added; the list of fields is the record's own."""
        payment = fill(Payment)
        ledger.add_payment(payment)

        assert differences(payment, ledger.get_payment(payment.payment_id)) == {}

    def test_every_field_of_an_operation_is_kept(self, ledger: Ledger) -> None:
        """As it was first added."""
        payment = ledger.add_payment(make_payment())
        operation = fill(Operation, payment_id=payment.payment_id)
        ledger.add_operation(operation)

        kept = ledger.get_operation(operation.operation_id)

        assert differences(operation, kept) == {}

    def test_every_field_of_an_event_is_kept(self, ledger: Ledger) -> None:
        """As it was first delivered."""
        event = fill(WebhookEvent)
        ledger.add_event(event)

        [kept] = ledger.find_events(event.session_id)

        assert differences(event, kept) == {}

    def test_every_field_of_a_payment_is_written(self, ledger: Ledger) -> None:
        """All but its identity, over a payment that had nothing of it."""
        payment = ledger.add_payment(make_payment(context={}))
        identity = ("payment_id", "provider", "merchant_id", "reference", "sequence")
        fixed = {name: getattr(payment, name) for name in (*identity, "version")}

        written = ledger.replace_payment(fill(Payment, **fixed))

        expected = fill(Payment, **{**fixed, "version": written.version})
        assert differences(expected, written) == {}
        assert differences(expected, ledger.get_payment("p1")) == {}

    def test_every_field_of_an_operation_is_written(self, ledger: Ledger) -> None:
        """All but its identity, over an operation that had nothing of it."""
        operation = make_operation(ledger.add_payment(make_payment()))
        ledger.add_operation(operation)
        identity = ("operation_id", "payment_id", "intent", "version")
        fixed = {name: getattr(operation, name) for name in identity}

        written = ledger.replace_operation(fill(Operation, **fixed))

        expected = fill(Operation, **{**fixed, "version": written.version})
        assert differences(expected, written) == {}
        kept = ledger.get_operation(operation.operation_id)
        assert differences(expected, kept) == {}

    def test_fields_are_emptied_again(self, ledger: Ledger) -> None:
        """What is None or empty is written like any other value."""
        plain = make_operation(ledger.add_payment(make_payment()), due=None)
        fixed = {
            "operation_id": plain.operation_id,
            "payment_id": plain.payment_id,
            "intent": plain.intent,
        }
        full = ledger.add_operation(fill(Operation, **fixed))

        written = ledger.replace_operation(replace(plain, version=full.version))

        kept = ledger.get_operation(plain.operation_id)
        assert differences(replace(plain, version=written.version), kept) == {}

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_text_comes_back_to_the_letter(self, ledger: Ledger, text: str) -> None:
        """What no database holds may come back as U+FFFD, but never breaks a write."""
        operation = make_operation(ledger.add_payment(make_payment()))
        ledger.add_operation(operation)
        names = ("message", "code", "flag", "transaction_id")
        said: dict[str, Any] = dict.fromkeys(names, text)

        page = HostedPage(session_id=text, url=text, expires_at=LATER)
        ledger.replace_operation(
            replace(operation, page=page, details={"note": text}, **said)
        )

        kept = ledger.get_operation(operation.operation_id)
        assert kept is not None
        assert kept.page is not None
        came = {*(getattr(kept, name) for name in names), kept.details["note"]}
        came |= {kept.page.session_id, kept.page.url}
        assert came <= {text, storable(text)}

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_text_is_found_as_it_was_written(self, ledger: Ledger, text: str) -> None:
        """References, sessions, transactions and events with any letters in them."""
        payment = ledger.add_payment(make_payment(context={"name": text}))
        ledger.add_operation(
            make_operation(payment, session_id=text, transaction_id=text)
        )
        ledger.add_event(make_event(event_id=text, session_id=text))

        [by_session] = ledger.find_payments(session_id=text)
        [by_transaction] = ledger.find_payments(transaction_id=text)
        assert by_session == by_transaction
        assert by_session.context["name"] in {text, storable(text)}
        assert len(ledger.find_events(text)) == 1
        ledger.finish_event(text)
        assert ledger.add_event(make_event(event_id=text, session_id=text)) is False

    def test_the_longest_names_fit(self, ledger: Ledger) -> None:
        """As many characters as are let in, not bytes; one less would be another name."""
        names = ["é" * length for length in (LONGEST - 1, LONGEST)]
        for number, name in enumerate(names):
            payment = ledger.add_payment(
                make_payment(payment_id=f"p{number}", reference=name)
            )
            said: dict[str, Any] = {
                "transaction_id": name,
                "session_id": name,
                "parent_id": name,
            }
            ledger.add_operation(make_operation(payment, intent_id=name, **said))
            ledger.add_event(make_event(event_id=name, session_id=name))

        for name in names:
            [found] = ledger.find_payments(reference=name)
            [by_session] = ledger.find_payments(session_id=name)
            [by_transaction] = ledger.find_payments(transaction_id=name)
            [row] = ledger.operations(found.payment_id)
            assert found == by_session == by_transaction
            assert (row.intent.intent_id, row.parent_id) == (name, name)
            assert [event.event_id for event in ledger.find_events(name)] == [name]

    def test_a_longer_name_is_refused_and_not_kept(self, ledger: Ledger) -> None:
        """In a sentence, not by the database, and before the provider is asked."""
        payments = Payments.using(FakeProvider(), ledger=ledger)
        due, too_long = Money(2599, "USD"), "é" * (LONGEST + 1)
        with pytest.raises(InvalidRequest):
            payments.open(too_long, mode=Mode.IFRAME, amount_due=due)
        paid = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        payments.charge(paid.payment_id, PaymentSource(token="tok-1"))  # noqa: S106 - of a fake provider

        with pytest.raises(InvalidRequest):
            payments.refund(paid.payment_id, intent_id=too_long)

        assert len(ledger.operations(paid.payment_id)) == 1
        assert ledger.find_payments(reference=too_long) == ()

    def test_long_answers_of_a_provider_fit(self, ledger: Ledger) -> None:
        """One that does not would turn moved money into an unknown outcome."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))

        said = replace(
            operation,
            transaction_id="T" * 200,
            page=HostedPage(
                session_id="s" * 200,
                url=f"https://pay.test/{'u' * 3000}",
                expires_at=LATER,
            ),
            code="c" * 300,
            message="é" * 100_000,
            details={"note": "n" * 100_000},
        )

        written = ledger.replace_operation(said)

        kept = ledger.get_operation(operation.operation_id)
        assert differences(replace(said, version=written.version), kept) == {}

    def test_a_large_context_fits(self, ledger: Ledger) -> None:
        """A basket of a thousand lines."""
        lines = [
            {"title": f"Ärmel {number}", "price": "9.99"} for number in range(1000)
        ]
        payment = ledger.add_payment(make_payment(context={"lines": lines}))

        assert ledger.get_payment("p1") == payment

    @pytest.mark.parametrize(
        "amount",
        [
            Money(0, "USD"),
            Money(1, "JPY"),
            Money(LARGEST, "KWD"),
            Money(-LARGEST, "CLF"),
        ],
        ids=str,
    )
    def test_amounts_are_kept_to_the_last_cent(
        self, ledger: Ledger, amount: Money
    ) -> None:
        """In any currency, up to 64 bits; zero is not None."""
        payment = ledger.add_payment(make_payment(amount_due=amount))
        operation = ledger.add_operation(make_operation(payment, moved=amount))

        kept = ledger.get_operation(operation.operation_id)

        assert ledger.get_payment("p1") == payment
        assert kept is not None
        assert kept.amount == kept.moved == amount

    @pytest.mark.parametrize("moment", TIMES.values(), ids=TIMES)
    def test_times_come_back_aware_in_utc(
        self, ledger: Ledger, moment: datetime
    ) -> None:
        """To the microsecond, whatever the database's time zone is."""
        payment = ledger.add_payment(make_payment(created_at=moment))
        operation = ledger.add_operation(make_operation(payment, due=moment))

        kept = ledger.get_operation(operation.operation_id)

        assert kept is not None
        assert kept.due is not None
        assert kept.due == moment
        assert kept.due.utcoffset() == timedelta(0)
        assert ledger.get_payment("p1") == payment

    def test_times_of_another_zone_are_the_same_moment(self, ledger: Ledger) -> None:
        """A provider may say them with any offset; they are due when they are due."""
        moment = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment, due=moment))

        early = ledger.due_operations(NOW - timedelta(microseconds=1), 10)
        [due] = ledger.due_operations(moment, 10)

        assert early == ()
        assert due.operation_id == operation.operation_id
        assert due.due == NOW
