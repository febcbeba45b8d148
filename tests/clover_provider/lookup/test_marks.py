"""Whose a hosted payment is: our mark on the lines of its order."""

import pytest

from clover_provider.api.references import build_mark, external_reference
from payment_hooks import ProviderUnavailable, RetrieveRequest

CHARGE = "ABCDEFGHJKMN1"


def by_id(**changes):
    return RetrieveRequest(**{"transaction_id": CHARGE} | changes)


@pytest.fixture
def all_hosted(configure):
    return configure(
        MODE="hosted",
        PLATFORM_TOKEN="v3",
        HOSTED_PRIVATE_KEY="hosted",
        WEBHOOK_SECRETS="secret",
        PRIVATE_KEY=None,
    )


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

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

    assert (paid.operation_id, paid.mark) == ("op-2", external_reference("op-2"))
    assert transport.calls[1].url.endswith("/orders/ZYXWVTSRQPNM1?expand=lineItems")
    assert transport.calls[1].bearer.reveal() == "v3"


def test_where_all_is_hosted_the_platforms_payment_names_the_order(
    answering, canned, all_hosted
):
    provider, transport = answering(
        (200, canned("platform_payment")), (200, order_of("op-2")), config=all_hosted
    )

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

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

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

    assert paid.operation_id == "op-1"
    assert paths_of(transport)[1:] == ["/payments/{id}", "/orders/{id}"]


def test_the_mark_of_another_program_names_no_one(answering, canned, hosted_too):
    provider, _ = answering(
        (200, canned("charge")), (200, order_of("op-9")), config=hosted_too
    )

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

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

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

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

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

    assert (paid.operation_id, paid.shows_marks) == ("", decides)
    assert not transport.answers


def test_a_charge_with_the_digest_of_another_operation_is_no_pages_money(
    answering, canned, configure
):
    charge = canned("charge", external_reference_id=external_reference("op-9"))
    provider, transport = answering((200, charge), config=configure())

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

    assert (paid.operation_id, paid.shows_marks) == ("", True)
    assert len(transport.calls) == 1


def test_a_platform_that_does_not_answer_leaves_the_name_open(
    answering, canned, hosted_too
):
    provider, _ = answering((200, canned("charge")), (503, b""), config=hosted_too)

    with pytest.raises(ProviderUnavailable):
        provider.payment_retrieve(by_id(**CANDIDATES))


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

    provider.payment_retrieve(by_id(**request_))

    assert len(transport.calls) == 1


def test_a_charge_that_names_its_operation_needs_no_order(
    answering, canned, hosted_too
):
    named = canned("charge", metadata={"operation": "op-2"})
    provider, transport = answering((200, named), config=hosted_too)

    paid = provider.payment_retrieve(by_id(**CANDIDATES)).transaction

    assert paid.operation_id == "op-2"
    assert len(transport.calls) == 1
