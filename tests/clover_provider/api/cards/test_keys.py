"""The public key from Clover's key management service."""

import pytest

from clover_provider.api.cards import keys
from payment_hooks import AuthenticationFailed

ANSWER = {
    "apiAccessKey": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "merchantUuid": "TESTMERCH0001",
    "developerAppUuid": "TESTAPP000001",
    "active": True,
}


def test_the_key_and_its_merchant_are_read():
    key = keys.read_public_key(ANSWER)

    assert (key.public_key, key.merchant_id) == (
        ANSWER["apiAccessKey"],
        "TESTMERCH0001",
    )


@pytest.mark.parametrize("change", [{"active": False}, {"apiAccessKey": ""}])
def test_no_active_key_names_the_permission(change):
    with pytest.raises(AuthenticationFailed, match="Online payments"):
        keys.read_public_key({**ANSWER, **change})
