"""Finding movements again, on canned answers and on the simulator."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider.api.references import build_mark, external_reference
from clover_provider.lookup import queries
from clover_provider.wire import redact
from payment_hooks import (
    AuthenticationFailed,
    LookUpRequest,
    Money,
    PaymentDeclined,
    PaymentSource,
    ProviderUnavailable,
    RefundRequest,
    RetryRequest,
    TransactionKind,
    TransactionStatus,
    VoidRequest,
)

CHARGE = "ABCDEFGHJKMN1"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOT_FOUND = {
    "message": "404",
    "error": {"message": f"Charge with id {CHARGE} not found."},
}
OP = "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10"


def by_id(**changes):
    return LookUpRequest(**{"transaction_id": CHARGE} | changes)


def in_window(**changes):
    window = {"since": NOON, "until": NOON + timedelta(hours=1)}
    return LookUpRequest(**window | changes)


def query_of(call):
    return {
        name: found[0] for name, found in parse_qs(urlsplit(call.url).query).items()
    }


def test_a_charge_is_read_by_its_id(answering, canned):
    provider, transport = answering((200, canned("charge")))

    found = provider.payment_look_up(by_id())

    (call,) = transport.calls
    assert call.url == f"https://scl-sandbox.dev.clover.com/v1/charges/{CHARGE}"
    assert (call.method, call.path) == ("GET", "/v1/charges/{id}")
    assert call.bearer.reveal() == "private-key-of-the-tests"
    assert not call.moves_money
    assert found.complete
    assert [row.transaction_id for row in found.transactions] == [CHARGE]


def test_an_unknown_id_is_evidence_of_absence(answering):
    provider, _ = answering((404, NOT_FOUND))

    found = provider.payment_look_up(by_id())

    assert found.complete
    assert found.transactions == ()


@pytest.mark.parametrize(
    "body",
    [b"404 Not Found", b"<html>", b"null", {}, {"message": "no Route matched"}],
    ids=str,
)
def test_a_404_of_another_server_is_no_evidence(answering, body):
    provider, _ = answering((404, body))

    with pytest.raises(ProviderUnavailable):
        provider.payment_look_up(by_id())


def test_an_answer_about_another_charge_is_not_believed(answering, canned):
    provider, _ = answering((200, canned("charge", id="ANOTHERCHARGE")))

    with pytest.raises(ProviderUnavailable, match="another one"):
        provider.payment_look_up(by_id())


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

    found = provider.payment_look_up(by_id(with_refunds=True))

    assert query_of(transport.calls[1]) == {"charge": CHARGE, "limit": "100"}
    charge, refund = found.transactions
    assert charge.refunded == refund.amount == Money(500, "USD")
    assert (refund.kind, refund.parent_id) == (TransactionKind.REFUND, CHARGE)


def test_a_refund_known_by_digest_only_gets_the_id_that_was_asked_for(
    answering, canned
):
    row = canned("refund", external_reference_id=external_reference("op-3"))
    provider, _ = answering((200, canned("charge")), (200, [row]))

    found = provider.payment_look_up(by_id(with_refunds=True, operation_id="op-3"))

    assert [row.operation_id for row in found.transactions] == ["", "op-3"]
    assert found.complete


def test_refunds_that_all_name_their_operation_prove_that_another_is_absent(
    answering, canned
):
    ours = canned("refund", metadata={"operation": "op-3"})
    provider, _ = answering((200, canned("charge")), (200, [ours]))

    assert provider.payment_look_up(by_id(with_refunds=True)).complete


def test_no_refund_at_all_proves_absence(answering, canned):
    provider, _ = answering((200, canned("charge")), (200, []))

    assert provider.payment_look_up(by_id(with_refunds=True)).complete


NAMED = {"metadata": {"operation": "op-3"}}
DIGEST = {"external_reference_id": external_reference("op-3")}


@pytest.mark.parametrize(
    ("rows", "asked", "complete"),
    [
        ([{}], "", False),
        ([{}], "op-9", False),
        ([NAMED, {}], "", True),
        ([DIGEST], "", False),
        ([DIGEST], "op-9", True),
    ],
    ids=["bare", "bare, asked", "named among bare", "digest", "digest, asked"],
)
def test_absence_is_proven_only_if_every_refund_could_be_named(
    answering, canned, rows, asked, complete
):
    refunds = [canned("refund", **row) for row in rows]
    provider, _ = answering((200, canned("charge")), (200, refunds))

    found = provider.payment_look_up(by_id(with_refunds=True, operation_id=asked))

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

    found = provider.payment_look_up(by_id(with_refunds=True))

    call = transport.calls[1]
    assert call.url == (
        "https://apisandbox.dev.clover.com/v3/merchants/TESTMERCH0001/payments/"
        f"{CHARGE}?expand=refunds%2CcardTransaction%2CadditionalCharges"
    )
    assert call.bearer.reveal() == "v3"
    payment, refund = found.transactions
    assert payment.kind is TransactionKind.CHARGE
    assert payment.amount == payment.captured == Money(2599, "USD")
    assert (payment.tip, payment.tax) == (Money(300, "USD"), Money(199, "USD"))
    assert payment.refunded == refund.amount == Money(500, "USD")
    assert (payment.source.brand, payment.source.last4) == ("VISA", "4242")


def test_where_all_is_hosted_the_platform_is_asked_first(answering, canned, all_hosted):
    provider, transport = answering(
        (200, canned("platform_payment")), config=all_hosted
    )

    provider.payment_look_up(by_id())

    assert [call.path for call in transport.calls] == [
        "/v3/merchants/{mId}/payments/{id}"
    ]


def test_a_key_that_may_not_read_charges_leaves_the_platform(
    answering, canned, platform
):
    provider, _ = answering(
        (401, b"Unauthorized"), (200, canned("platform_payment")), config=platform
    )

    assert provider.payment_look_up(by_id()).transactions


def test_if_one_place_refuses_and_the_other_knows_nothing_the_refusal_counts(
    answering, platform
):
    provider, _ = answering((401, b""), (404, NOT_FOUND), config=platform)

    with pytest.raises(AuthenticationFailed):
        provider.payment_look_up(by_id())


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

    (payment,) = provider.payment_look_up(by_id()).transactions

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
        provider.payment_look_up(by_id())


def listed(canned, number, **changes):
    created = int(NOON.timestamp() * 1000) + 60_000
    return canned("charge", id=f"CHARGE{number:07}", created=created) | changes


def test_the_window_is_asked_for_in_milliseconds(answering):
    provider, transport = answering((200, {"data": []}))

    assert provider.payment_look_up(in_window()).complete
    assert query_of(transport.calls[0]) == {
        "created.gte": "1767268800000",
        "created.lte": "1767272400000",
        "limit": "100",
    }


def test_all_pages_of_the_window_are_read(answering, canned):
    first = [listed(canned, number) for number in range(100)]
    second = [listed(canned, 100)]
    provider, transport = answering(
        (200, {"data": first, "has_more": True}), (200, {"data": second})
    )

    found = provider.payment_look_up(in_window())

    assert found.complete
    assert len(found.transactions) == 101
    assert query_of(transport.calls[1])["starting_after"] == "CHARGE0000099"


def test_a_full_page_without_a_word_about_more_is_followed_by_another(
    answering, canned
):
    rows = [listed(canned, number) for number in range(100)]
    provider, transport = answering((200, rows), (200, []))

    assert provider.payment_look_up(in_window()).complete
    assert len(transport.calls) == 2


def test_a_window_too_large_to_read_proves_no_absence(answering, canned):
    pages = [
        {"data": [listed(canned, number)], "has_more": True}
        for number in range(queries.MOST_PAGES)
    ]
    provider, transport = answering(*[(200, page) for page in pages])

    found = provider.payment_look_up(in_window(operation_id="op-9"))

    assert not found.complete
    assert not transport.answers


def test_clovers_filter_is_not_trusted(answering, canned):
    late = int((NOON + timedelta(days=1)).timestamp() * 1000)
    early = int((NOON - timedelta(days=1)).timestamp() * 1000)
    rows = [listed(canned, 1), listed(canned, 2, created=late)]
    rows.append(listed(canned, 3, created=early))
    provider, _ = answering((200, rows))

    found = provider.payment_look_up(in_window())

    assert [row.transaction_id for row in found.transactions] == ["CHARGE0000001"]


@pytest.mark.parametrize(
    "marks",
    [
        {"metadata": {"operation": OP}},
        {"external_reference_id": external_reference(OP)},
    ],
    ids=["by metadata", "by digest"],
)
def test_an_operation_is_found_by_what_clover_returns(answering, canned, marks):
    provider, _ = answering((200, [listed(canned, 1), listed(canned, 2, **marks)]))

    (found,) = provider.payment_look_up(in_window(operation_id=OP)).transactions

    assert (found.transaction_id, found.operation_id) == ("CHARGE0000002", OP)


def test_a_charge_without_a_time_is_kept_rather_than_lost(answering, canned):
    provider, _ = answering((200, [listed(canned, 1, created=None)]))

    assert len(provider.payment_look_up(in_window()).transactions) == 1


def test_a_window_may_be_open_at_its_end(answering, canned):
    provider, transport = answering((200, [listed(canned, 1)]))

    found = provider.payment_look_up(LookUpRequest(since=NOON))

    assert len(found.transactions) == 1
    assert "created.lte" not in query_of(transport.calls[0])


def test_metadata_of_another_operation_outweighs_an_equal_digest(answering, canned):
    row = listed(
        canned,
        1,
        metadata={"operation": "another"},
        external_reference_id=external_reference(OP),
    )
    provider, _ = answering((200, [row]))

    assert provider.payment_look_up(in_window(operation_id=OP)).transactions == ()


OURS = {"external_reference_id": external_reference("op-7")}
NO_MARK = {"external_reference_id": ""}


@pytest.mark.parametrize(
    ("rows", "complete"),
    [
        ([{}, OURS | {"status": "a new word"}], False),
        ([{}, {"metadata": {"operation": "op-7"}, "amount": 0}], False),
        ([OURS, {"status": "a new word"}], True),
        ([OURS, NO_MARK | {"amount": 0}], True),
        ([NO_MARK, NO_MARK | {"status": "a new word"}], False),
    ],
    ids=["ours by digest", "ours by id", "another's", "bare", "none is marked"],
)
def test_only_what_may_be_ours_and_cannot_be_read_leaves_a_gap(
    answering, canned, rows, complete
):
    page = [listed(canned, number, **row) for number, row in enumerate(rows)]
    provider, _ = answering((200, page))

    found = provider.payment_look_up(in_window())

    assert (len(found.transactions), found.complete) == (1, complete)


def test_what_cannot_be_read_outside_of_the_window_is_no_gap(answering, canned):
    early = int((NOON - timedelta(days=1)).timestamp() * 1000)
    provider, _ = answering((200, [listed(canned, 1, created=early, amount=0, **OURS)]))

    assert provider.payment_look_up(in_window()).complete


def test_an_unreadable_charge_of_others_does_not_hide_that_ours_is_absent(
    answering, canned
):
    provider, _ = answering((200, [listed(canned, 1, status="a new word")]))

    assert provider.payment_look_up(in_window(operation_id=OP)).complete


def test_our_own_charge_that_cannot_be_read_is_an_unknown_outcome(answering, canned):
    row = listed(canned, 1, status="a new word", metadata={"operation": OP})
    provider, _ = answering((200, [row]))

    with pytest.raises(ProviderUnavailable):
        provider.payment_look_up(in_window(operation_id=OP))


def test_a_list_without_any_reference_proves_no_absence(answering, canned):
    bare = listed(canned, 1, external_reference_id="")
    marked = listed(canned, 2)
    provider, _ = answering((200, [bare]), (200, [bare, marked]), (200, []))

    searches = [
        provider.payment_look_up(in_window(operation_id=OP)).complete for _ in range(3)
    ]

    assert searches == [False, True, True]


@pytest.mark.parametrize("body", [{}, {"data": "none"}, [1], b"<html>"], ids=str)
def test_what_is_no_list_is_an_unknown_outcome(answering, body):
    provider, _ = answering((200, body))

    with pytest.raises(ProviderUnavailable, match="no list"):
        provider.payment_look_up(in_window())


def test_a_retry_sends_the_same_request_again(answering, canned, ask_for):
    provider, transport = answering((200, canned("charge")), (200, canned("charge")))

    first = provider.payment_charge(ask_for())
    found = provider.payment_retry(RetryRequest(request=ask_for()))

    sent, again = transport.calls
    assert (again.body, again.headers, again.url) == (sent.body, sent.headers, sent.url)
    assert again.idempotency_key == sent.idempotency_key
    assert (sent.attempt, again.attempt) == (1, 2)
    assert found == first


def test_a_retry_of_an_authorization_does_not_capture(answering, canned, ask_for):
    provider, transport = answering((200, canned("authorization_thin")))

    request = RetryRequest(request=ask_for(), kind=TransactionKind.AUTHORIZATION)
    provider.payment_retry(request)

    assert transport.calls[0].body["capture"] is False


def test_a_retried_decline_is_the_decline(answering, canned, ask_for):
    provider, _ = answering((402, canned("declined")))

    with pytest.raises(PaymentDeclined):
        provider.payment_retry(RetryRequest(request=ask_for()))


LOOK_UPS = {
    "by digest of the refund": by_id(with_refunds=True, operation_id="op-3"),
    "by id of the refund": by_id(with_refunds=True, operation_id="op-4"),
    "absent": by_id(with_refunds=True, operation_id="op-9"),
    "unnamed": by_id(with_refunds=True),
    "by operation": in_window(operation_id=OP),
    "absent operation": in_window(operation_id="op-9"),
    "window": in_window(with_refunds=True, candidates=(OP, "op-3")),
}


@pytest.mark.parametrize("request_", LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_the_redacted_answer_is_never_needed(answering, canned, monkeypatch, request_):
    ours = listed(canned, 1, external_reference_id=external_reference(OP), id=CHARGE)
    refunds = [
        canned("refund", id="RFND000000001", **DIGEST),
        canned("refund", id="RFND000000002", metadata={"operation": "op-4"}),
    ]
    is_window = request_.since is not None
    charges = {"data": [ours, listed(canned, 2)]} if is_window else ours
    answers = [(200, charges), (200, {"data": refunds})]

    def look_up():
        provider, _ = answering(*answers)
        found = provider.payment_look_up(request_)
        rows = [replace(row, raw={}) for row in found.transactions]
        return rows, found.complete, [dict(row.raw) for row in found.transactions]

    usual = look_up()
    monkeypatch.setattr(redact, "_FIELDS", frozenset())
    monkeypatch.setattr(redact, "_PARTS", {})
    redacted = look_up()

    assert redacted[:2] == usual[:2]
    assert not any(redacted[2])


@pytest.fixture
def hosted_too(configure):
    return configure(
        MODES=["iframe", "hosted"],
        PLATFORM_TOKEN="v3",
        HOSTED_PRIVATE_KEY="hosted",
        WEBHOOK_SECRETS="secret",
    )


def order_of(operation_id):
    lines = [{"name": "Shipping"}, {"name": "Mug", "note": build_mark(operation_id)}]
    return {"id": "ZYXWVTSRQPNM1", "lineItems": {"elements": lines}}


CANDIDATES = {"candidates": ("op-1", "op-2")}
NO_PERMISSION = (401, b"Unauthorized")


def paths_of(transport):
    return [call.path.removeprefix("/v3/merchants/{mId}") for call in transport.calls]


def test_a_hosted_payment_is_named_by_the_mark_on_its_order(
    answering, canned, hosted_too
):
    provider, transport = answering(
        (200, canned("charge")), (200, order_of("op-2")), config=hosted_too
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert (paid.operation_id, paid.mark) == ("op-2", external_reference("op-2"))
    assert transport.calls[1].url.endswith("/orders/ZYXWVTSRQPNM1?expand=lineItems")
    assert transport.calls[1].bearer.reveal() == "v3"


def test_where_all_is_hosted_the_platforms_payment_names_the_order(
    answering, canned, all_hosted
):
    provider, transport = answering(
        (200, canned("platform_payment")), (200, order_of("op-2")), config=all_hosted
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert paid.operation_id == "op-2"
    assert paths_of(transport) == ["/payments/{id}", "/orders/{id}"]


def test_a_charge_that_names_no_order_is_asked_of_the_platform(
    answering, canned, hosted_too
):
    provider, transport = answering(
        (200, canned("charge", order=None)),
        (200, canned("platform_payment")),
        (200, order_of("op-1")),
        config=hosted_too,
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert paid.operation_id == "op-1"
    assert paths_of(transport)[1:] == ["/payments/{id}", "/orders/{id}"]


def test_the_mark_of_another_program_names_no_one(answering, canned, hosted_too):
    provider, _ = answering(
        (200, canned("charge")), (200, order_of("op-9")), config=hosted_too
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert (paid.operation_id, paid.mark) == ("", external_reference("op-9"))


@pytest.mark.parametrize(
    "answers",
    [
        [NO_PERMISSION],
        [(404, {"message": "Not Found"})],
        [(200, {"id": "ZYXWVTSRQPNM1"})],
    ],
    ids=["no permission", "no order", "no lines"],
)
def test_without_its_order_a_hosted_payment_is_known_and_unnamed(
    answering, canned, hosted_too, answers
):
    provider, transport = answering(
        (200, canned("charge")), *answers, config=hosted_too
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert (paid.transaction_id, paid.operation_id) == (CHARGE, "")
    assert not paid.shows_marks
    assert not transport.answers


BARE = {"name": "Mug", "note": "blue"}


@pytest.mark.parametrize(
    ("lines", "examples", "decides"),
    [
        ([BARE, {"name": "Mug", "note": build_mark("op-9")}], [], True),
        ([BARE], [[BARE], [{"name": "Mug", "note": build_mark("op-7")}]], True),
        ([], [[{"name": "Mug", "note": build_mark("op-7")}]], True),
        ([BARE], [[BARE], []], False),
        ([], [], False),
    ],
    ids=["another's", "none", "no line", "no order shows any", "no other order"],
)
def test_what_has_no_mark_of_ours_was_paid_on_no_page_of_ours(
    answering, canned, hosted_too, lines, examples, decides
):
    order = {"id": "ZYXWVTSRQPNM1", "lineItems": {"elements": lines}}
    others = [
        {"id": f"ORDER{n}", "lineItems": {"elements": rows}}
        for n, rows in enumerate(examples)
    ]
    has_mark = any("Ref" in str(row) for row in lines)
    listed = [] if has_mark else [(200, {"elements": others})]
    provider, transport = answering(
        (200, canned("charge")), (200, order), *listed, config=hosted_too
    )

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert (paid.operation_id, paid.shows_marks) == ("", decides)
    assert not transport.answers


def test_a_charge_with_the_digest_of_another_operation_is_no_pages_money(
    answering, canned, configure
):
    charge = canned("charge", external_reference_id=external_reference("op-9"))
    provider, transport = answering((200, charge), config=configure())

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert (paid.operation_id, paid.shows_marks) == ("", True)
    assert len(transport.calls) == 1


def test_a_platform_that_does_not_answer_leaves_the_name_open(
    answering, canned, hosted_too
):
    provider, _ = answering((200, canned("charge")), (503, b""), config=hosted_too)

    with pytest.raises(ProviderUnavailable):
        provider.payment_look_up(by_id(**CANDIDATES))


@pytest.mark.parametrize(
    ("changes", "request_"),
    [
        ({}, {}),
        ({"PLATFORM_TOKEN": None}, CANDIDATES),
    ],
    ids=["no candidates", "no platform token"],
)
def test_an_order_is_not_asked_for_in_vain(
    answering, canned, configure, changes, request_
):
    hosted = {
        "MODES": ["iframe", "hosted"],
        "PLATFORM_TOKEN": "v3",
        "HOSTED_PRIVATE_KEY": "hosted",
        "WEBHOOK_SECRETS": "secret",
    }
    provider, transport = answering(
        (200, canned("charge")), config=configure(**hosted | changes)
    )

    provider.payment_look_up(by_id(**request_))

    assert len(transport.calls) == 1


def test_a_charge_that_names_its_operation_needs_no_order(
    answering, canned, hosted_too
):
    named = canned("charge", metadata={"operation": "op-2"})
    provider, transport = answering((200, named), config=hosted_too)

    (paid,) = provider.payment_look_up(by_id(**CANDIDATES)).transactions

    assert paid.operation_id == "op-2"
    assert len(transport.calls) == 1


@pytest.mark.parametrize("status", [400, 402, 409, 500])
def test_what_is_said_to_a_question_is_no_word_about_money(answering, status):
    refusal = {"error": {"code": "card_declined", "message": "Do not honor"}}
    provider, _ = answering((status, refusal))

    with pytest.raises(ProviderUnavailable):
        provider.payment_look_up(by_id())


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.mark.parametrize("envelope", ["data", "elements", "nested", "bare"])
@pytest.mark.parametrize("thin", [False, True])
def test_the_simulators_movements_are_found_in_every_way(
    clover_simulator, provide, ask_for, now, envelope, thin
):
    clover_simulator.switch(list_envelope=envelope, thin_reads=thin)
    provider = provide()
    request = ask_for(source=PaymentSource(token=clover_simulator.token()))
    charge = provider.payment_charge(request)
    provider.payment_refund(
        RefundRequest(
            transaction_id=charge.transaction_id,
            amount=Money(500, "USD"),
            reference="100123",
            operation_id="op-3",
        )
    )
    window = {"since": now - timedelta(minutes=5), "until": now + timedelta(minutes=5)}

    by_charge = provider.payment_look_up(
        LookUpRequest(transaction_id=charge.transaction_id, with_refunds=True)
    )
    by_operation = provider.payment_look_up(
        LookUpRequest(operation_id=request.operation_id, **window)
    )
    nothing = provider.payment_look_up(LookUpRequest(operation_id="never", **window))

    assert [row.operation_id for row in by_charge.transactions] == [
        request.operation_id,
        "op-3",
    ]
    assert by_charge.transactions[0].refunded == Money(500, "USD")
    (found,) = by_operation.transactions
    assert found.transaction_id == charge.transaction_id
    assert nothing.complete
    assert not nothing.transactions


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

    found = provider.payment_look_up(
        LookUpRequest(transaction_id=authorized.transaction_id, with_refunds=True)
    )

    charge, void = found.transactions
    assert charge.status is TransactionStatus.VOIDED
    assert (void.kind, void.operation_id) == (TransactionKind.VOID, "op-4")
