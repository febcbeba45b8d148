"""Providers that are wrong in one way each, and the check of the kit that says so."""

import logging
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from payment_hooks import (
    Ability,
    Challenge,
    ChargeDetails,
    EventKind,
    FindResult,
    InvalidRequest,
    Limits,
    ListResult,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    ProviderUnavailable,
    RetrieveResult,
    Schedule,
    TransactionKind,
    TransactionStatus,
    hookimpl,
)
from payment_hooks.testing import FakeProvider, ProviderKit
from payment_hooks.testing.provider_checks.abilities import AbilityChecks
from payment_hooks.testing.provider_kit import Moved

FOUND_BY = {}
"""For each broken provider the check which must fail."""
SECRET = "fake-webhook-secret"
MOVE_NOTHING = ("payment_save_source", "payment_remove_source")
READING = ("payment_retrieve", "payment_find", "payment_list")
HOOKS = ("payment_charge", "payment_authorize", "payment_refund", *READING)


class FakeBench:
    """FakeProvider, or one of its broken children, on the bench."""

    currency = "USD"
    lacks = ()
    sends = tuple(EventKind)

    def __init__(self, provider):
        self.provider = provider
        self.ends_challenges = getattr(provider, "ends_challenges", True)

    def approved(self):
        return PaymentSource(token=f"tok-{uuid4()}")

    def declined(self):
        return PaymentSource(token=f"decline-{uuid4()}")

    def challenged(self):
        return PaymentSource(token=f"challenge-{uuid4()}"), ChargeDetails()

    def answer(self, challenge):
        return self.provider.answer(challenge)

    def lose_answer(self, hook):
        lost = ProviderUnavailable if hook in MOVE_NOTHING else OutcomeUnknown
        self.provider.fail(hook, lost("the answer was lost"), after=True)

    @contextmanager
    def refusing(self):
        for hook in HOOKS:
            self.provider.fail(hook, ProviderUnavailable("nobody there"))
        yield
        self.provider.mend()

    def moved(self):
        rows = [
            row
            for row in self.provider.ledger.values()
            if row.status in (TransactionStatus.SUCCEEDED, TransactionStatus.VOIDED)
        ]
        return Moved(
            payments=sum(row.kind in ("authorization", "charge") for row in rows),
            taken=sum(row.captured.minor_units for row in rows if row.captured),
            returned=sum(
                row.amount.minor_units
                for row in rows
                if row.kind is TransactionKind.REFUND
            ),
        )

    def message(self, *, kind=None, age=timedelta(0), forged=False, merchant_id=""):
        return self.provider.message(
            "" if kind is EventKind.CARD else "T1",
            kind=kind or EventKind.PAYMENT,
            age=age,
            merchant_id=merchant_id,
            secret="wrong" if forged else "",
        )


def found_by(check):
    """Let the kit judge the provider, as its author would; `check` must fail."""

    def judge(broken):
        class Judged(ProviderKit):
            @pytest.fixture
            def bench(self):
                return FakeBench(broken(secret=SECRET))

        name = f"Test{broken.__name__}"
        globals()[name] = type(name, (Judged,), {})
        FOUND_BY[broken.__name__] = check
        return broken

    return judge


class TestCorrect(ProviderKit):
    @pytest.fixture
    def bench(self):
        return FakeBench(FakeProvider(secret=SECRET))


@found_by("test_the_same_key_charges_once")
class ChargesTwice(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        self._by_key.clear()
        return super().payment_charge(request)


@found_by("test_the_same_key_authorizes_once")
class AuthorizesTwice(FakeProvider):
    @hookimpl
    def payment_authorize(self, request):
        self._by_key.clear()
        return super().payment_authorize(request)


@found_by("test_a_lost_answer_is_an_unknown_outcome")
class LostIsDeclined(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        try:
            return super().payment_charge(request)
        except OutcomeUnknown as error:
            raise PaymentDeclined("time-out") from error


@found_by("test_a_lost_answer_of_a_refund_is_unknown")
class LostRefundIsRefused(FakeProvider):
    @hookimpl
    def payment_refund(self, request):
        try:
            return super().payment_refund(request)
        except OutcomeUnknown as error:
            raise InvalidRequest("time-out") from error


@found_by("test_what_was_not_sent_is_said_to_be_unavailable")
class UnsentIsDeclined(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        try:
            return super().payment_charge(request)
        except ProviderUnavailable as error:
            raise PaymentDeclined("no connection") from error


@found_by("test_a_capture_of_a_part_takes_the_part")
class CapturesAll(FakeProvider):
    @hookimpl
    def payment_capture(self, request):
        authorized = self.ledger[request.transaction_id]
        taken = super().payment_capture(request)
        row = replace(
            self.ledger[authorized.transaction_id], captured=authorized.amount
        )
        self.ledger[authorized.transaction_id] = row
        return taken


@found_by("test_more_than_is_left_is_not_refunded")
class RefundsTooMuch(FakeProvider):
    def _refuse_wrong_refund(self, request):
        if request.transaction_id not in self.ledger:
            raise InvalidRequest("no such charge")


@found_by("test_a_refund_of_an_unknown_charge_is_refused")
class LetsKeyErrorOut(FakeProvider):
    def _refuse_wrong_refund(self, request):
        self.ledger[request.transaction_id]
        super()._refuse_wrong_refund(request)


@found_by("test_what_was_captured_cannot_be_voided")
class VoidsCaptures(FakeProvider):
    @hookimpl
    def payment_void(self, request):
        return self._return("payment_void", TransactionKind.VOID, request)


@found_by("test_a_charge_is_answered_with_kind_amount_and_status")
class AnswersInEuro(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        taken = super().payment_charge(request)
        euros = Money(taken.amount.minor_units, "EUR")
        return replace(taken, amount=euros, captured=euros)


@found_by("test_a_charge_says_whose_and_which_it_is")
class ForgetsOperations(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        return replace(super().payment_charge(request), operation_id="")


@found_by("test_a_charge_has_an_aware_time")
class NaiveTimes(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        taken = super().payment_charge(request)
        return replace(taken, created_at=taken.created_at.replace(tzinfo=None))


@found_by("test_a_declined_charge_is_raised_and_takes_nothing")
class ReturnsDeclines(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        try:
            return super().payment_charge(request)
        except PaymentDeclined:
            return self._add(TransactionKind.CHARGE, request.amount)


@found_by("test_finding_nothing_is_evidence_of_absence")
class NeverSawAll(FakeProvider):
    @hookimpl
    def payment_find(self, request):
        return replace(super().payment_find(request), complete=False)


@found_by("test_finding_that_reaches_no_one_is_no_evidence")
class CompleteWithoutLooking(FakeProvider):
    @hookimpl
    def payment_find(self, request):
        try:
            return super().payment_find(request)
        except ProviderUnavailable:
            return FindResult(complete=True)


@found_by("test_retrieving_that_reaches_no_one_is_no_evidence")
class AbsentWhileAway(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        try:
            return super().payment_retrieve(request)
        except ProviderUnavailable:
            return RetrieveResult()


@found_by("test_listing_that_reaches_no_one_is_no_evidence")
class ListsNothingWhileAway(FakeProvider):
    @hookimpl
    def payment_list(self, request):
        try:
            return super().payment_list(request)
        except ProviderUnavailable:
            return ListResult(complete=True)


@found_by("test_a_charge_is_not_taken_for_a_hosted_pages_money")
class NamesWhateverIsAsked(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        row = found.transaction
        if row is None:
            return found
        named = replace(row, operation_id=(*request.candidates, row.operation_id)[0])
        return replace(found, transaction=named)


@found_by("test_a_charge_is_not_taken_for_a_hosted_pages_money")
class LeavesOpenWhoseItIs(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        if found.transaction is None or not request.candidates:
            return found
        return replace(found, transaction=replace(found.transaction, operation_id=""))


@found_by("test_a_charge_is_retrieved_by_its_id")
class ShowsTheFirst(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        first = next(iter(self.ledger), request.transaction_id)
        return super().payment_retrieve(replace(request, transaction_id=first))


@found_by("test_what_was_never_made_is_not_retrieved")
class InventsWhatIsAskedFor(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        if found.transaction is not None or not self.ledger:
            return found
        row = next(iter(self.ledger.values()))
        invented = replace(row, transaction_id=request.transaction_id)
        return replace(found, transaction=invented)


@found_by("test_a_charge_is_retrieved_with_its_refunds")
class ShowsTheNewestRefundAlone(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        return replace(found, refunds=found.refunds[-1:])


@found_by("test_a_lost_charge_is_found_by_its_operation")
class FindsNothing(FakeProvider):
    @hookimpl
    def payment_find(self, request):
        super().payment_find(request)
        return FindResult(complete=True)


@found_by("test_all_that_was_made_is_listed_once")
class ListsNoRefunds(FakeProvider):
    @hookimpl
    def payment_list(self, request):
        listed = super().payment_list(request)
        rows = tuple(row for row in listed.transactions if not row.parent_id)
        return replace(listed, transactions=rows)


@found_by("test_a_listed_charge_names_its_operation_to_who_asks")
class ListsWithoutNames(FakeProvider):
    @hookimpl
    def payment_list(self, request):
        listed = super().payment_list(request)
        rows = tuple(replace(row, operation_id="") for row in listed.transactions)
        return replace(listed, transactions=rows)


@found_by("test_a_lost_charge_is_found_by_retry")
class RetriesAnew(FakeProvider):
    @hookimpl
    def payment_retry(self, request):
        self._by_key.clear()
        return super().payment_retry(request)


class RemembersWhatItWasAsked(FakeProvider):
    """As a look-up by the same request under the same key does."""

    asked = None

    @hookimpl
    def payment_charge(self, request):
        self.asked = self.asked or request
        return super().payment_charge(request)

    def charge_once_more(self):
        if self.asked:
            self._once(TransactionKind.CHARGE, self.asked)


@found_by("test_retrieving_moves_no_money")
class ChargesWhatItRetrieves(RemembersWhatItWasAsked):
    @hookimpl
    def payment_retrieve(self, request):
        self.charge_once_more()
        return super().payment_retrieve(request)


@found_by("test_finding_moves_no_money")
class ChargesWhatItIsAskedToFind(RemembersWhatItWasAsked):
    @hookimpl
    def payment_find(self, request):
        if self.asked and request.operation_id == self.asked.operation_id:
            self.charge_once_more()
        return super().payment_find(request)


@found_by("test_listing_moves_no_money")
class ChargesWhatItLists(RemembersWhatItWasAsked):
    @hookimpl
    def payment_list(self, request):
        self.charge_once_more()
        return super().payment_list(request)


@found_by("test_what_was_voided_is_never_reported_as_money")
class ReadsTheAmountAndNotTheStatus(FakeProvider):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        if found.transaction is None:
            return found
        seen = replace(found.transaction, status=TransactionStatus.SUCCEEDED)
        return replace(found, transaction=seen)


@found_by("test_a_forged_message_is_rejected")
class TrustsAnySignature(FakeProvider):
    @hookimpl
    def payment_read_webhook(self, request):
        self.secret = "wrong" if "signature" in request.headers else self.secret
        return super().payment_read_webhook(request)


@found_by("test_a_message_of_another_merchant_is_rejected")
class TakesForeignWebhooks(FakeProvider):
    @hookimpl
    def payment_read_webhook(self, request):
        if b"SOMEBODYELSE1" in request.body:
            self.merchant_id = "SOMEBODYELSE1"
        return super().payment_read_webhook(request)


@found_by("test_a_message_read_twice_is_the_same_event")
class NumbersEachDelivery(FakeProvider):
    @hookimpl
    def payment_read_webhook(self, request):
        return replace(super().payment_read_webhook(request), event_id=str(uuid4()))


def reading(seen, **changes):
    """A provider that reads messages of one kind wrongly."""

    class Misread(FakeProvider):
        @hookimpl
        def payment_read_webhook(self, request):
            event = super().payment_read_webhook(request)
            return replace(event, **changes) if event.kind is seen else event

    return Misread


@found_by("test_a_message_of_a_payment_is_read_as_one")
class ReadsPaymentsAsCaptures(reading(EventKind.PAYMENT, kind=EventKind.CAPTURE)):
    pass


@found_by("test_a_message_of_a_refund_names_what_was_charged")
class ReadsRefundsAsPayments(reading(EventKind.REFUND, kind=EventKind.PAYMENT)):
    pass


@found_by("test_a_message_of_a_capture_names_what_was_authorized")
class NamesNoAuthorization(reading(EventKind.CAPTURE, transaction_id="")):
    pass


@found_by("test_a_message_of_a_dispute_names_what_was_charged")
class ReadsDisputesAsText(reading(EventKind.DISPUTE, kind="dispute")):
    pass


@found_by("test_a_message_of_a_card_is_about_no_payment")
class NamesAPaymentForCards(reading(EventKind.CARD, transaction_id="T1")):
    pass


@found_by("test_a_decline_shows_no_token")
class ShowsTokens(FakeProvider):
    def _decide(self, kind, request):
        if request.source.token.startswith("decline"):
            return PaymentDeclined(f"{request.source.token} was declined")
        return super()._decide(kind, request)


@found_by("test_the_log_shows_no_token")
class LogsTokens(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        logging.getLogger(__name__).debug("charging %s", request.source.token)
        return super().payment_charge(request)


@found_by("test_saving_takes_nothing")
class ChargesToCheckTheCard(FakeProvider):
    @hookimpl
    def payment_save_source(self, request):
        self._add(TransactionKind.CHARGE, Money(100, "USD"))
        return super().payment_save_source(request)


@found_by("test_a_lost_answer_of_saving_is_no_unknown_outcome")
class SavesWithUnknownOutcome(FakeProvider):
    @hookimpl
    def payment_save_source(self, request):
        try:
            return super().payment_save_source(request)
        except ProviderUnavailable as error:
            raise OutcomeUnknown("time-out") from error


@found_by("test_a_saved_source_is_charged_again_and_again")
class SavesForOnce(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        taken = super().payment_charge(request)
        self.saved.pop(request.source.token, None)
        return taken


@found_by("test_a_saved_source_is_charged_without_the_shopper[recurring]")
class WantsTheShopperEveryMonth(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        if request.details.schedule is Schedule.RECURRING:
            raise PaymentDeclined("the shopper is not there")
        return super().payment_charge(request)


@found_by("test_a_removed_source_is_not_charged")
class OnlyHidesRemovedCards(FakeProvider):
    @hookimpl
    def payment_remove_source(self, request):
        return True


@found_by("test_only_the_removed_source_is_gone")
class RemovesTheWholeShopper(FakeProvider):
    @hookimpl
    def payment_remove_source(self, request):
        self.saved.clear()
        return True


@found_by("test_what_is_gone_can_be_removed_again")
class RefusesWhatIsGone(FakeProvider):
    @hookimpl
    def payment_remove_source(self, request):
        if request.source_id not in self.saved:
            raise InvalidRequest("no such card on file")
        return super().payment_remove_source(request)


@found_by("test_a_saved_source_is_shown_without_its_id")
class LogsSavedCards(FakeProvider):
    @hookimpl
    def payment_save_source(self, request):
        saved = super().payment_save_source(request)
        logging.getLogger(__name__).debug("saved as %s", saved.source_id)
        return saved


@found_by("test_a_challenge_moves_nothing")
class ChargesBeforeTheAnswer(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        answered = super().payment_charge(request)
        if isinstance(answered, Challenge):
            self.become(answered.transaction_id, TransactionStatus.SUCCEEDED)
        return answered


@found_by("test_a_wrong_answer_charges_nothing")
class BelievesTheBrowser(FakeProvider):
    @hookimpl
    def payment_confirm(self, request):
        if request.answer.get("status") == "succeeded":
            return self.pass_challenge(request.transaction_id)
        return super().payment_confirm(request)


@found_by("test_turning_back_after_the_answer_says_that_it_is_charged")
class DeclinesWhatIsCharged(FakeProvider):
    @hookimpl
    def payment_confirm(self, request):
        if request.canceled:
            raise PaymentDeclined("turned back")
        return super().payment_confirm(request)


@found_by("test_an_answer_after_turning_back_charges_nothing")
class ForgetsThatTheShopperTurnedBack(FakeProvider):
    @hookimpl
    def payment_confirm(self, request):
        if request.canceled:
            raise PaymentDeclined("turned back")
        return super().payment_confirm(request)


class EndsNoChallenge(FakeProvider):
    """A provider without a way to end what waits; right, as it says so."""

    ends_challenges = False

    @hookimpl
    def payment_confirm(self, request):
        if not (request.canceled and self._codes.get(request.transaction_id)):
            return super().payment_confirm(request)
        if request.answered_before:
            raise OutcomeUnknown("it waits on, and an answer may be on its way")
        raise PaymentDeclined("it waits on, and nobody answers it")


class TestEndsNoChallenge(ProviderKit):
    @pytest.fixture
    def bench(self):
        return FakeBench(EndsNoChallenge(secret=SECRET))


@found_by("test_turning_back_after_a_lost_answer_is_declined_only_where_it_ends")
class CallsAnEndWhatWaitsOn(EndsNoChallenge):
    @hookimpl
    def payment_confirm(self, request):
        try:
            return super().payment_confirm(request)
        except OutcomeUnknown:
            raise PaymentDeclined("turned back") from None


@found_by("test_what_was_canceled_is_looked_up_as_over")
class CallsOverWhatWaitsOn(EndsNoChallenge):
    @hookimpl
    def payment_retrieve(self, request):
        found = super().payment_retrieve(request)
        row = found.transaction
        if row is None or row.status is not TransactionStatus.PENDING:
            return found
        over = replace(row, status=TransactionStatus.CANCELED)
        return replace(found, transaction=over)


@found_by("test_another_operation_cannot_confirm_it")
class ConfirmsForAnybody(FakeProvider):
    @hookimpl
    def payment_confirm(self, request):
        own = self.ledger[request.transaction_id].operation_id
        return super().payment_confirm(replace(request, operation_id=own))


@found_by("test_what_was_canceled_is_looked_up_as_over")
class WaitsForEver(FakeProvider):
    @hookimpl
    def payment_confirm(self, request):
        try:
            return super().payment_confirm(request)
        except PaymentDeclined:
            self.become(request.transaction_id, TransactionStatus.PENDING)
            raise


@found_by("test_the_same_key_is_answered_with_the_same_challenge")
class ChallengesTwice(FakeProvider):
    @hookimpl
    def payment_charge(self, request):
        if request.source.token.startswith("challenge"):
            self._by_key.clear()
        return super().payment_charge(request)


class Described(FakeProvider):
    """Says something else of itself than what it does."""

    @hookimpl
    def payment_describe(self):
        return replace(super().payment_describe(), **self.said())


@found_by("test_it_takes_the_currency_of_the_bench")
class NamesAnotherCurrency(Described):
    def said(self):
        return {"currencies": {"CAD"}}


@found_by("test_its_limits_allow_what_it_charges")
class NamesTooLowALimit(Described):
    def said(self):
        return {"limits": Limits(most=(Money(100, "USD"),))}


@found_by("test_its_limits_allow_what_it_charges")
class NamesTooHighAFloor(Described):
    def said(self):
        return {"limits": Limits(least=(Money(100_000, "USD"),))}


@found_by("test_it_has_the_modes_that_it_names[hosted]")
class HidesItsPage(Described):
    def said(self):
        return {"modes": {Mode.IFRAME, Mode.API}}


@found_by("test_it_has_the_modes_that_it_names[hosted]")
class ClaimsAPage(Described):
    def __init__(self, **fields):
        super().__init__(modes=frozenset({Mode.IFRAME, Mode.API}), **fields)

    def said(self):
        return {"modes": set(Mode)}


def _judge_liar(ability, *, claims):
    """A provider that claims or hides one ability, before the checks of abilities."""
    able = frozenset(Ability) - {ability} if claims else frozenset(Ability)

    class Liar(Described):
        def said(self):
            return {"abilities": able | {ability} if claims else able - {ability}}

    class Judged(AbilityChecks):
        @pytest.fixture
        def bench(self):
            return FakeBench(Liar(secret=SECRET, abilities=able))

    word = "".join(part.title() for part in ability.split("_"))
    name = f"{'Claims' if claims else 'Hides'}{word}"
    globals()[f"Test{name}"] = type(f"Test{name}", (Judged,), {})
    FOUND_BY[name] = (
        "test_it_asks_the_shopper_only_where_it_says_so"
        if ability is Ability.CHALLENGE and not claims
        else f"test_it_can_do_what_it_says_and_nothing_else[{ability}]"
    )


for _ability in Ability:
    _judge_liar(_ability, claims=True)
    _judge_liar(_ability, claims=False)


@pytest.mark.parametrize("missing", list(Ability))
class TestHonest(AbilityChecks):
    """Whatever it lacks, a provider that says so passes."""

    @pytest.fixture
    def bench(self, missing):
        able = frozenset(Ability) - {missing}
        return FakeBench(FakeProvider(secret=SECRET, abilities=able))


class TestPlain(AbilityChecks):
    """A provider that does not describe itself is held to what its hooks promise."""

    @pytest.fixture
    def bench(self):
        class Plain(FakeProvider):
            payment_describe = None

        return FakeBench(Plain(secret=SECRET))


class TestWithoutCardsOnFile(ProviderKit):
    """Answering a hook with None is allowed, where the bench says so."""

    @pytest.fixture
    def bench(self):
        class KeepsNoCards(FakeProvider):
            @hookimpl
            def payment_save_source(self, request):
                return None

            @hookimpl
            def payment_remove_source(self, request):
                return None

        able = frozenset(Ability) - {Ability.CAPTURE_ABOVE, Ability.SAVE_CARD}
        bench = FakeBench(KeepsNoCards(secret=SECRET, abilities=able))
        bench.lacks = MOVE_NOTHING
        return bench


class TestWithoutLists(ProviderKit):
    """A provider may be able to retrieve, and neither to find nor to list."""

    @pytest.fixture
    def bench(self):
        class OnlyRetrieves(FakeProvider):
            @hookimpl
            def payment_find(self, request):
                return None

            @hookimpl
            def payment_list(self, request):
                return None

        able = frozenset(Ability) - {Ability.CAPTURE_ABOVE, Ability.LIST}
        bench = FakeBench(OnlyRetrieves(secret=SECRET, abilities=able))
        bench.lacks = ("payment_find", "payment_list")
        return bench
