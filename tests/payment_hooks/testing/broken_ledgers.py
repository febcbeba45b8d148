"""Ledgers that are wrong in one way each, and the check of the kit that says so."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from payment_hooks import EventKind, MemoryLedger, Money, StaleVersion
from payment_hooks.testing import LedgerKit
from payment_hooks.testing.ledger_checks.secrecy import CANARY
from payment_hooks.testing.ledger_checks.threads import THREADS

FOUND_BY = {}
"""For each broken ledger the check which must fail."""


def found_by(check):
    """Let the kit judge the ledger, as its author would; `check` must fail."""

    def judge(broken):
        class Judged(LedgerKit):
            @pytest.fixture
            def ledger(self):
                return broken()

            @pytest.fixture
            def reopen(self, ledger):
                return getattr(ledger, "reopen", lambda: ledger)

            def column_names(self, ledger):
                return getattr(ledger, "columns", super().column_names(ledger))

        name = f"Test{broken.__name__}"
        globals()[name] = type(name, (Judged,), {})
        FOUND_BY[broken.__name__] = check
        return broken

    return judge


class Correct(MemoryLedger):
    """Nothing is wrong with it, so that the kit can be seen to pass."""


class TestCorrect(LedgerKit):
    @pytest.fixture
    def ledger(self):
        return Correct()


@found_by("test_a_payment_is_written_over_its_own_version_only")
class PaymentsWithoutVersion(MemoryLedger):
    def replace_payment(self, payment):
        known = self.get_payment(payment.payment_id)
        version = known.version if known else payment.version
        return super().replace_payment(replace(payment, version=version))


@found_by("test_of_eight_writers_over_one_version_one_wins")
class OperationsWithoutVersion(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        known = self.get_operation(operation.operation_id)
        version = known.version if known else operation.version
        changed = replace(operation, version=version)
        return super().replace_operation(changed, payment, **options)


@found_by("test_each_write_of_an_operation_gives_the_next_version")
class VersionsThatStandStill(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        written = super().replace_operation(operation, payment, **options)
        self._operations[written.operation_id] = operation
        return operation


@found_by("test_a_payment_is_written_with_its_operation")
class PaymentLeftBehind(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        return super().replace_operation(operation, **options)


@found_by("test_of_an_operation_and_its_payment_both_are_written_or_neither[payment]")
class HalfWritten(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        written = super().replace_operation(operation, **options)
        if payment is not None:
            self.replace_payment(payment)
        return written


@found_by("test_nothing_is_written_of_a_closed_payment_where_that_is_asked")
class SendsForClosedPayments(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        return super().replace_operation(operation, payment)


@found_by("test_who_closes_a_payment_or_who_sends_sees_the_other")
class LooksBeforeItRecords(MemoryLedger):
    """Whether the payment is closed was looked at before its intent is there."""

    def __init__(self):
        super().__init__()
        self.looked, self.closed = (Barrier(THREADS, timeout=60) for _ in range(2))

    def add_operation(self, operation):
        self.looked.wait()
        self.closed.wait()
        return super().add_operation(operation)

    def replace_operation(self, operation, payment=None, **options):
        return super().replace_operation(operation, payment)

    def replace_payment(self, payment):
        self.looked.wait()
        return super().replace_payment(payment)

    def operations(self, payment_id):
        known = super().operations(payment_id)
        self.closed.wait()
        return known


@found_by("test_related_payments_come_with_their_operations")
class RelatedByReferenceAlone(MemoryLedger):
    def find_related(self, reference, transaction_id):
        return super().find_related(reference, "")


@found_by("test_a_payment_that_is_not_there_cannot_be_written")
class WritesThatInsert(MemoryLedger):
    def replace_payment(self, payment):
        self._payments.setdefault(payment.payment_id, payment)
        return super().replace_payment(payment)


@found_by("test_another_identity_is_another_payment[merchant_id]")
class OneMerchantOnly(MemoryLedger):
    def add_payment(self, payment):
        known = self.find_payments(reference=payment.reference)
        same = [row for row in known if row.sequence == payment.sequence]
        return same[0] if same else super().add_payment(payment)


@found_by("test_references_are_compared_to_the_letter['ord-a ']")
class SpacesThatDoNotCount(MemoryLedger):
    def add_payment(self, payment):
        return super().add_payment(
            replace(payment, reference=payment.reference.strip())
        )


@found_by("test_keys_and_slots_are_compared_to_the_letter")
class KeysInAnyCase(MemoryLedger):
    def add_operation(self, operation):
        key = operation.intent.idempotency_key
        for known in self._operations.values():
            if known.intent.idempotency_key.lower() == key.lower():
                return known
        return super().add_operation(operation)


@found_by("test_eight_threads_open_one_slot")
class SlotsForAll(MemoryLedger):
    def add_operation(self, operation):
        slot, key = operation.intent.slot, operation.intent.idempotency_key
        known = [row for row in self._operations.values() if row.intent.slot != slot]
        keys = {row.intent.idempotency_key: row for row in self._operations.values()}
        if key not in keys and len(known) < len(self._operations):
            self._operations[operation.operation_id] = operation
            return operation
        return super().add_operation(operation)


@found_by("test_a_closed_slot_is_free_again[declined]")
class SlotsThatStayTaken(MemoryLedger):
    def add_operation(self, operation):
        for known in self._operations.values():
            if known.intent.slot == operation.intent.slot:
                return known
        return super().add_operation(operation)


@found_by("test_the_key_of_a_closed_operation_is_used_up[declined]")
class KeysUsedTwice(MemoryLedger):
    def add_operation(self, operation):
        for known in self._operations.values():
            if known.intent.slot == operation.intent.slot and known.state.is_open:
                return known
        self._operations[operation.operation_id] = operation
        return operation


@found_by("test_eight_threads_record_one_intent")
class LooksThenInserts(MemoryLedger):
    def __init__(self):
        super().__init__()
        self.looked = Barrier(THREADS, timeout=60)

    def add_operation(self, operation):
        obstacle = [
            row
            for row in self._operations.values()
            if row.intent.idempotency_key == operation.intent.idempotency_key
            or (row.intent.slot == operation.intent.slot and row.state.is_open)
        ]
        self.looked.wait()
        if obstacle:
            return super().add_operation(operation)
        self._operations[operation.operation_id] = operation
        return operation


@found_by("test_no_write_of_eight_threads_is_lost")
class LooksThenWrites(MemoryLedger):
    def __init__(self):
        super().__init__()
        self.looked = Barrier(THREADS, timeout=60)

    def replace_payment(self, payment):
        known = self.get_payment(payment.payment_id)
        self.looked.wait()
        if known is None or known.version != payment.version:
            raise StaleVersion
        written = replace(payment, version=payment.version + 1)
        self._payments[payment.payment_id] = written
        return written


@found_by("test_what_was_written_is_seen_through_another_connection")
class CommitsLater(MemoryLedger):
    def __init__(self):
        super().__init__()
        self.committed = MemoryLedger()

    def add_payment(self, payment):
        self.committed.add_payment(payment)
        return super().add_payment(payment)

    def add_operation(self, operation):
        self.committed.add_operation(operation)
        return super().add_operation(operation)

    def add_event(self, event):
        self.committed.add_event(event)
        return super().add_event(event)

    def reopen(self):
        return self.committed


@found_by("test_eight_threads_find_one_installation")
class AnotherInstallationForEachProcess(MemoryLedger):
    def installation_id(self):
        return uuid4().hex


@found_by("test_due_operations_come_most_urgent_first")
class LeastUrgentFirst(MemoryLedger):
    def due_operations(self, before, limit):
        return super().due_operations(before, limit)[::-1]


@found_by("test_due_operations_stop_at_the_limit")
class LimitBeforeOrder(MemoryLedger):
    def due_operations(self, before, limit):
        first = list(self._operations.values())[:limit]
        known = super().due_operations(before, len(self._operations))
        return tuple(row for row in known if row in first)


@found_by("test_what_is_due_never_is_not_due")
class DueForEver(MemoryLedger):
    def due_operations(self, before, limit):
        due = super().due_operations(before, limit)
        never = [row for row in self._operations.values() if row.due is None]
        return (*due, *never)[:limit]


@found_by("test_the_oldest_unknown_outcome_is_found")
class OldestOfAllThatIsOpen(MemoryLedger):
    def oldest_unknown(self):
        rows = [row for row in self._operations.values() if row.state.is_open]
        return min((row.created_at for row in rows), default=None)


@found_by("test_without_an_unknown_outcome_none_is_oldest")
class UnknownForEver(MemoryLedger):
    def __init__(self):
        super().__init__()
        self.oldest = None

    def oldest_unknown(self):
        self.oldest = super().oldest_unknown() or self.oldest
        return self.oldest


@found_by("test_operations_of_a_time_have_a_first_and_no_last_moment")
class LastMomentToo(MemoryLedger):
    def operations_between(self, since, until, **page):
        return super().operations_between(
            since, until + timedelta(microseconds=1), **page
        )


@found_by("test_pages_of_operations_join_without_gap_or_double")
class PagesByTimeAlone(MemoryLedger):
    def operations_between(self, since, until, *, after=None, limit=500):
        if after is not None:
            since = after.created_at + timedelta(microseconds=1)
        return super().operations_between(since, until, limit=limit)


@found_by("test_no_criterion_finds_nothing")
class EmptyTextMatches(MemoryLedger):
    def find_payments(self, *, reference="", session_id="", transaction_id=""):
        if reference or session_id or transaction_id:
            return super().find_payments(
                reference=reference,
                session_id=session_id,
                transaction_id=transaction_id,
            )
        return tuple(self._payments.values())


@found_by("test_payments_are_found_by_session")
class OncePerOperation(MemoryLedger):
    def find_payments(self, *, session_id="", **criteria):
        found = super().find_payments(session_id=session_id, **criteria)
        rows = [row for row in self._operations.values() if session_id]
        named = [row for row in rows if row.page and row.page.session_id == session_id]
        return (*found, *found[: len(named) - 1])


@found_by("test_an_event_is_new_until_it_is_finished")
class NoDedupe(MemoryLedger):
    def add_event(self, event):
        super().add_event(event)
        return True


@found_by("test_an_event_is_new_until_it_is_finished")
class SeenIsDone(MemoryLedger):
    def add_event(self, event):
        is_new = event.event_id not in self._events
        return super().add_event(event) and is_new


@found_by("test_an_event_is_kept_as_what_it_was")
class EverythingIsAPayment(MemoryLedger):
    def add_event(self, event):
        return super().add_event(replace(event, kind=EventKind.PAYMENT))


@found_by("test_an_event_is_kept_as_what_it_was")
class EverythingIsApproved(MemoryLedger):
    def add_event(self, event):
        return super().add_event(replace(event, approved=True))


@found_by("test_many_deliveries_are_one_event")
class LastDeliveryWins(MemoryLedger):
    def add_event(self, event):
        self._events[event.event_id] = event
        return super().add_event(event)


@found_by("test_every_field_of_an_operation_is_written")
class OneFieldForgotten(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        known = self.get_operation(operation.operation_id) or operation
        changed = replace(operation, page=known.page)
        return super().replace_operation(changed, payment, **options)


@found_by("test_times_come_back_aware_in_utc[microseconds]")
class NaiveTimes(MemoryLedger):
    def get_operation(self, operation_id):
        known = super().get_operation(operation_id)
        due = known.due.replace(tzinfo=None) if known and known.due else None
        return known and replace(known, due=due)


@found_by("test_times_come_back_aware_in_utc[microseconds]")
class WholeSeconds(MemoryLedger):
    def add_operation(self, operation):
        due = operation.due.replace(microsecond=0) if operation.due else None
        return super().add_operation(replace(operation, due=due))


@found_by("test_amounts_are_kept_to_the_last_cent[9223372036854775.807 KWD]")
class FloatAmounts(MemoryLedger):
    def add_payment(self, payment):
        due = payment.amount_due
        rounded = Money(int(float(due.minor_units)), due.currency)
        return super().add_payment(replace(payment, amount_due=rounded))


@found_by("test_text_comes_back_to_the_letter[scripts]")
class Latin(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        message = operation.message.encode("latin-1", "replace").decode("latin-1")
        changed = replace(operation, message=message)
        return super().replace_operation(changed, payment, **options)


@found_by("test_text_comes_back_to_the_letter[NUL]")
class RefusesNul(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        if "\0" in operation.message:
            raise ValueError("a string cannot contain NUL")
        return super().replace_operation(operation, payment, **options)


@found_by("test_long_answers_of_a_provider_fit")
class CutsOff(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        changed = replace(operation, message=operation.message[:255])
        return super().replace_operation(changed, payment, **options)


@found_by("test_no_column_is_named_for_a_card_or_a_key")
class RoomForCards(MemoryLedger):
    columns = ("payment_id", "reference", "card_number")


@found_by("test_a_charge_leaves_no_token_behind")
class KeepsTokens(MemoryLedger):
    def replace_operation(self, operation, payment=None, **options):
        changed = replace(operation, message=f"tok-{CANARY}")
        return super().replace_operation(changed, payment, **options)


@found_by("test_the_longest_names_fit")
class NarrowColumns(MemoryLedger):
    """Cuts what has no room, as some databases do."""

    def add_payment(self, payment):
        return super().add_payment(replace(payment, reference=payment.reference[:200]))
