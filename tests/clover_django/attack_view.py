"""What an unfriendly browser posts to the page that takes answers."""

import pytest
from django.test import Client

from clover_django.payments import get_payments
from payment_hooks import ActionRequired, PaymentSource
from tests.clover_django.paying import open_payment

pytestmark = pytest.mark.usefixtures("fake")


@pytest.mark.parametrize(
    "answer",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": "' + "x" * 70_000 + '"}', "\ud800"],
)
def test_a_strange_answer_is_no_error_of_the_server(answer):
    payment = open_payment()
    with pytest.raises(ActionRequired):
        get_payments().charge(payment.payment_id, PaymentSource(token="challenge-1"))
    browser = Client(raise_request_exception=False)

    told = browser.post(
        f"/clover/confirm/{payment.payment_id}/",
        {"answer": answer.encode("utf-8", "replace").decode()},
    )

    assert told.status_code == 302
    assert get_payments().next_action(payment.payment_id) is not None
