"""No document keeps a worker busy: what each costs, counted in calls, not in seconds."""

import json
import os
import sys
import time
from contextlib import nullcontext

import pytest
from graphql import get_introspection_query

from clover_graphql import HttpRequest, OfferedGateway, PaymentsApi
from payment_hooks import Payments
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.documents import GATEWAYS, ORDER
from tests.clover_graphql.shop import Caller, SmallShop
from tests.clover_graphql.transport.worst_documents import (
    CHECKOUT,
    DOCUMENTS,
    GATEWAY,
    VARIABLES,
)

TIMES_A_NORMAL_ONE = 20
ENDED = (200, 400, 413)


class TooMuchWork(BaseException):
    """Ends what would keep the test busy, too."""


class Meter:
    """Counts the calls of functions, and stops what goes on for ever."""

    def __init__(self, most):
        self.most = most
        self.calls = 0

    def __call__(self, frame, event, argument):
        if event in ("call", "c_call"):
            self.calls += 1
            if self.calls > self.most:
                sys.setprofile(None)
                raise TooMuchWork

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *args):
        sys.setprofile(None)


@pytest.fixture(scope="module", params=[False, True], ids=["", "introspection"])
def api(request):
    shop = SmallShop()
    shop.add()
    payments = Payments.using(FakeProvider(), shop)
    return PaymentsApi(OfferedGateway(payments), introspection=request.param)


def ask(api, query, variables=None, most=10**9):
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    question = HttpRequest(
        method="POST",
        body=body,
        headers={"content-type": "application/json"},
        caller=Caller(),
    )
    with Meter(most) if most else nullcontext(Meter(0)) as meter:
        answer = api.answer(question)
    return answer, meter.calls


@pytest.fixture(scope="module")
def normal(api):
    """What a storefront's own document costs; the first ones also fill caches."""
    asked = (GATEWAYS, {"id": CHECKOUT})
    for query in (GATEWAYS, ORDER, GATEWAYS):
        ask(api, query, {"id": CHECKOUT})
    answer, calls = ask(api, *asked)
    assert answer.status == 200
    return calls


def report(name, api, asked, calls, normal):
    """A line of the table, where one is asked for."""
    if os.environ.get("CLOVER_WORST") != "table":
        return
    started = time.perf_counter()
    answer, _ = ask(api, *asked, most=None)
    spent = time.perf_counter() - started
    said = json.loads(answer.body).get("errors", [{"message": "-"}])[0]["message"]
    row = f"{name:38} {len(asked[0]):6} B {calls / normal:6.2f} x {spent:7.3f} s"
    print(f"{row} {answer.status} {said[:60]!r}")


def test_a_normal_introspection_is_within_the_limits():
    shop = SmallShop()
    payments = Payments.using(FakeProvider(), shop)
    api = PaymentsApi(OfferedGateway(payments), introspection=True)

    assert ask(api, get_introspection_query())[0].status == 200


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_costs_more_than_some_normal_ones(api, normal, name):
    most = TIMES_A_NORMAL_ONE * normal
    answer, calls = ask(api, DOCUMENTS[name], most=most)

    report(name, api, (DOCUMENTS[name],), calls, normal)
    assert answer.status in ENDED


@pytest.mark.parametrize("name", VARIABLES)
def test_no_variables_cost_more_than_some_normal_ones(api, normal, name):
    query, changes = VARIABLES[name]
    variables = {"id": CHECKOUT, "gateway": {"id": GATEWAY}} | changes
    most = TIMES_A_NORMAL_ONE * normal
    answer, calls = ask(api, query, variables, most=most)

    report(name, api, (query, variables), calls, normal)
    assert answer.status in ENDED
