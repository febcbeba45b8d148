"""Each way of looking up, on the same movements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider.api.references import external_reference
from clover_provider.wire import redact
from payment_hooks import (
    FindRequest,
    FindResult,
    ListRequest,
    Money,
    PaymentSource,
    RefundRequest,
    RetrieveRequest,
    RetrieveResult,
)

CHARGE = "ABCDEFGHJKMN1"


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


WINDOW = {"since": NOON, "until": NOON + timedelta(hours=1)}
OP = "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10"


def by_id(**changes):
    return RetrieveRequest(**{"transaction_id": CHARGE} | changes)


def search(operation_id):
    return FindRequest(operation_id=operation_id, **WINDOW)


def window(**changes):
    return ListRequest(**WINDOW | changes)


def rows_of(found):
    match found:
        case RetrieveResult():
            return (found.transaction, *found.refunds)
        case FindResult():
            return (found.transaction,) if found.transaction else ()
    return found.transactions


def listed(canned, number, **changes):
    created = int(NOON.timestamp() * 1000) + 60_000
    return canned("charge", id=f"CHARGE{number:07}", created=created) | changes


NAMED = {"metadata": {"operation": "op-3"}}


DIGEST = {"external_reference_id": external_reference("op-3")}


LOOK_UPS = {
    "by digest of the refund": by_id(with_refunds=True, candidates=("op-3",)),
    "by id of the refund": by_id(with_refunds=True, candidates=("op-4",)),
    "absent": by_id(with_refunds=True, candidates=("op-9",)),
    "unnamed": by_id(with_refunds=True),
    "by operation": search(OP),
    "absent operation": search("op-9"),
    "window": window(candidates=(OP, "op-3")),
}


@pytest.mark.parametrize("request_", LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_the_redacted_answer_is_never_needed(answering, canned, monkeypatch, request_):
    ours = listed(canned, 1, external_reference_id=external_reference(OP), id=CHARGE)
    refunds = [
        canned("refund", id="RFND000000001", **DIGEST),
        canned("refund", id="RFND000000002", metadata={"operation": "op-4"}),
    ]
    is_one = isinstance(request_, RetrieveRequest)
    charges = ours if is_one else {"data": [ours, listed(canned, 2)]}
    answers = [(200, charges), (200, {"data": refunds})]
    hooks = {FindRequest: "find", ListRequest: "list", RetrieveRequest: "retrieve"}

    def look_up():
        provider, _ = answering(*answers)
        found = getattr(provider, f"payment_{hooks[type(request_)]}")(request_)
        rows = [replace(row, raw={}) for row in rows_of(found)]
        return rows, found.complete, [dict(row.raw) for row in rows_of(found)]

    usual = look_up()
    monkeypatch.setattr(redact, "_FIELDS", frozenset())
    monkeypatch.setattr(redact, "_PARTS", {})
    redacted = look_up()

    assert redacted[:2] == usual[:2]
    assert not any(redacted[2])


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
    margin = timedelta(minutes=5)
    around = {"since": now - margin, "until": now + margin}

    by_charge = provider.payment_retrieve(
        RetrieveRequest(transaction_id=charge.transaction_id, with_refunds=True)
    )
    by_operation = provider.payment_find(
        FindRequest(operation_id=request.operation_id, **around)
    )
    nothing = provider.payment_find(FindRequest(operation_id="never", **around))
    listed = provider.payment_list(ListRequest(**around))

    assert by_charge.transaction.operation_id == request.operation_id
    assert by_charge.transaction.refunded == Money(500, "USD")
    assert [row.operation_id for row in by_charge.refunds] == ["op-3"]
    assert by_operation.transaction.transaction_id == charge.transaction_id
    assert nothing == FindResult(complete=True)
    assert [row.kind for row in listed.transactions] == ["charge", "refund"]
    assert listed.complete
