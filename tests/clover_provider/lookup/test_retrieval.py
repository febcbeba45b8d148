"""A charge by its id, with its refunds, on canned answers and on the simulator."""

from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider.api.references import external_reference
from payment_hooks import (
    AuthenticationFailed,
    Money,
    PaymentSource,
    ProviderUnavailable,
    RetrieveRequest,
    RetrieveResult,
    TransactionKind,
    TransactionStatus,
    VoidRequest,
)

CHARGE = "ABCDEFGHJKMN1"


NOT_FOUND = {
    "message": "404",
    "error": {"message": f"Charge with id {CHARGE} not found."},
}


def by_id(**changes):
    return RetrieveRequest(**{"transaction_id": CHARGE} | changes)


def query_of(call):
    return {
        name: found[0] for name, found in parse_qs(urlsplit(call.url).query).items()
    }


def test_a_charge_is_read_by_its_id(answering, canned):
    provider, transport = answering((200, canned("charge")))

    found = provider.payment_retrieve(by_id())

    (call,) = transport.calls
    assert call.url == f"https://scl-sandbox.dev.clover.com/v1/charges/{CHARGE}"
    assert (call.method, call.path) == ("GET", "/v1/charges/{id}")
    assert call.bearer.reveal() == "private-key-of-the-tests"
    assert not call.moves_money
    assert found.transaction.transaction_id == CHARGE
    assert (found.refunds, found.complete) == ((), False)


def test_an_unknown_id_is_evidence_of_absence(answering):
    provider, _ = answering((404, NOT_FOUND))

    found = provider.payment_retrieve(by_id())

    assert found == RetrieveResult()
    assert found.proves_absence


@pytest.mark.parametrize(
    "body",
    [b"404 Not Found", b"<html>", b"null", {}, {"message": "no Route matched"}],
    ids=str,
)
def test_a_404_of_another_server_is_no_evidence(answering, body):
    provider, _ = answering((404, body))

    with pytest.raises(ProviderUnavailable):
        provider.payment_retrieve(by_id())


def test_an_answer_about_another_charge_is_not_believed(answering, canned):
    provider, _ = answering((200, canned("charge", id="ANOTHERCHARGE")))

    with pytest.raises(ProviderUnavailable, match="another one"):
        provider.payment_retrieve(by_id())


ENVELOPES = {
    "data": lambda rows: {"object": "list", "data": rows, "has_more": False},
    "nested": lambda rows: {"object": "list", "data": {"elements": rows}},
    "elements": lambda rows: {"elements": rows},
    "bare": lambda rows: rows,
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES.keys())
def test_refunds_come_along_in_every_envelope(answering, canned, envelope):
    provider, transport = answering(
        (200, canned("charge")), (200, envelope([canned("refund")]))
    )

    found = provider.payment_retrieve(by_id(with_refunds=True))

    assert query_of(transport.calls[1]) == {"charge": CHARGE, "limit": "100"}
    charge, (refund,) = found.transaction, found.refunds
    assert charge.refunded == refund.amount == Money(500, "USD")
    assert (refund.kind, refund.parent_id) == (TransactionKind.REFUND, CHARGE)


def test_a_refund_known_by_digest_only_gets_the_id_that_was_asked_for(
    answering, canned
):
    row = canned("refund", external_reference_id=external_reference("op-3"))
    provider, _ = answering((200, canned("charge")), (200, [row]))

    found = provider.payment_retrieve(by_id(with_refunds=True, candidates=("op-3",)))

    assert [row.operation_id for row in found.refunds] == ["op-3"]
    assert found.complete


def test_refunds_that_all_name_their_operation_prove_that_another_is_absent(
    answering, canned
):
    ours = canned("refund", metadata={"operation": "op-3"})
    provider, _ = answering((200, canned("charge")), (200, [ours]))

    assert provider.payment_retrieve(by_id(with_refunds=True)).complete


def test_no_refund_at_all_proves_absence(answering, canned):
    provider, _ = answering((200, canned("charge")), (200, []))

    assert provider.payment_retrieve(by_id(with_refunds=True)).complete


NAMED = {"metadata": {"operation": "op-3"}}


DIGEST = {"external_reference_id": external_reference("op-3")}


@pytest.mark.parametrize(
    ("rows", "asked", "complete"),
    [
        ([{}], (), False),
        ([{}], ("op-9",), False),
        ([NAMED, {}], (), True),
        ([DIGEST], (), False),
        ([DIGEST], ("op-9",), True),
    ],
    ids=["bare", "bare, asked", "named among bare", "digest", "digest, asked"],
)
def test_absence_is_proven_only_if_every_refund_could_be_named(
    answering, canned, rows, asked, complete
):
    refunds = [canned("refund", **row) for row in rows]
    provider, _ = answering((200, canned("charge")), (200, refunds))

    found = provider.payment_retrieve(by_id(with_refunds=True, candidates=asked))

    assert found.complete is complete


@pytest.fixture
def platform(configure):
    """Changes for a merchant whose platform token is known."""
    return configure(PLATFORM_TOKEN="v3", MODES=["iframe"])


@pytest.fixture
def all_hosted(configure):
    return configure(
        MODE="hosted",
        PLATFORM_TOKEN="v3",
        HOSTED_PRIVATE_KEY="hosted",
        WEBHOOK_SECRETS="secret",
        PRIVATE_KEY=None,
    )


def test_a_charge_that_only_the_platform_knows_is_found_there(
    answering, canned, platform
):
    provider, transport = answering(
        (404, NOT_FOUND), (200, canned("platform_payment")), config=platform
    )

    found = provider.payment_retrieve(by_id(with_refunds=True))

    call = transport.calls[1]
    assert call.url == (
        "https://apisandbox.dev.clover.com/v3/merchants/TESTMERCH0001/payments/"
        f"{CHARGE}?expand=refunds%2CcardTransaction%2CadditionalCharges"
    )
    assert call.bearer.reveal() == "v3"
    payment, (refund,) = found.transaction, found.refunds
    assert payment.kind is TransactionKind.CHARGE
    assert payment.amount == payment.captured == Money(2599, "USD")
    assert (payment.tip, payment.tax) == (Money(300, "USD"), Money(199, "USD"))
    assert payment.refunded == refund.amount == Money(500, "USD")
    assert (payment.source.brand, payment.source.last4) == ("VISA", "4242")


def test_where_all_is_hosted_the_platform_is_asked_first(answering, canned, all_hosted):
    provider, transport = answering(
        (200, canned("platform_payment")), config=all_hosted
    )

    provider.payment_retrieve(by_id())

    assert [call.path for call in transport.calls] == [
        "/v3/merchants/{mId}/payments/{id}"
    ]


def test_a_key_that_may_not_read_charges_leaves_the_platform(
    answering, canned, platform
):
    provider, _ = answering(
        (401, b"Unauthorized"), (200, canned("platform_payment")), config=platform
    )

    assert provider.payment_retrieve(by_id()).transaction


def test_if_one_place_refuses_and_the_other_knows_nothing_the_refusal_counts(
    answering, platform
):
    provider, _ = answering((401, b""), (404, NOT_FOUND), config=platform)

    with pytest.raises(AuthenticationFailed):
        provider.payment_retrieve(by_id())


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({"result": "FAIL"}, TransactionKind.CHARGE, TransactionStatus.FAILED),
        ({"result": "VOIDED"}, TransactionKind.CHARGE, TransactionStatus.VOIDED),
        (
            {"cardTransaction": {"type": "PREAUTH", "state": "PENDING"}},
            TransactionKind.AUTHORIZATION,
            TransactionStatus.SUCCEEDED,
        ),
        (
            {"cardTransaction": None, "refunds": None},
            TransactionKind.CHARGE,
            TransactionStatus.SUCCEEDED,
        ),
    ],
)
def test_a_platform_payment_says_its_state(
    answering, canned, all_hosted, changes, kind, status
):
    body = canned("platform_payment", **changes)
    provider, _ = answering((200, body), config=all_hosted)

    payment = provider.payment_retrieve(by_id()).transaction

    assert (payment.kind, payment.status) == (kind, status)


@pytest.mark.parametrize(
    "changes",
    [{"result": "AUTH_MAYBE"}, {"amount": None}, {"id": None}, {"refunds": "many"}],
    ids=str,
)
def test_a_platform_payment_that_cannot_be_read_is_an_unknown_outcome(
    answering, canned, all_hosted, changes
):
    provider, _ = answering(
        (200, canned("platform_payment", **changes)), config=all_hosted
    )

    with pytest.raises(ProviderUnavailable):
        provider.payment_retrieve(by_id())


@pytest.mark.parametrize("status", [400, 402, 409, 500])
def test_what_is_said_to_a_question_is_no_word_about_money(answering, status):
    refusal = {"error": {"code": "card_declined", "message": "Do not honor"}}
    provider, _ = answering((status, refusal))

    with pytest.raises(ProviderUnavailable):
        provider.payment_retrieve(by_id())


@pytest.mark.parametrize("marks_refunded", [True, False])
def test_a_void_is_seen_whether_or_not_the_charge_says(
    clover_simulator, provide, ask_for, marks_refunded
):
    clover_simulator.switch(void_marks_refunded=marks_refunded)
    provider = provide()
    authorized = provider.payment_authorize(
        ask_for(source=PaymentSource(token=clover_simulator.token()))
    )
    provider.payment_void(
        VoidRequest(
            transaction_id=authorized.transaction_id,
            amount=authorized.amount,
            reference="100123",
            operation_id="op-4",
        )
    )

    found = provider.payment_retrieve(
        RetrieveRequest(transaction_id=authorized.transaction_id, with_refunds=True)
    )

    (void,) = found.refunds
    assert found.transaction.status is TransactionStatus.VOIDED
    assert (void.kind, void.operation_id) == (TransactionKind.VOID, "op-4")
