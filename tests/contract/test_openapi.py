"""The simulator keeps the promises of its own OpenAPI document."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis import Case, GenerationMode

from clover_simulator.calls.validation import document
from clover_simulator.http.app import OPERATIONS
from clover_simulator.testing import Simulator

from .plausible import make_plausible

EXAMPLES_PER_OPERATION = 15
KEYS = {
    "publicKey": ("apikey", "test-public-key-usd"),
    "privateKey": ("Authorization", "Bearer test-private-key-usd"),
    "hostedKey": ("Authorization", "Bearer test-hosted-private-key-usd"),
    "platformToken": ("Authorization", "Bearer test-platform-token-usd"),
}
MERCHANT = "TESTMERCH0001"
METHODS = {"get", "post", "put", "delete"}


@pytest.fixture(scope="module")
def simulator():
    # Whether a use of a card on file is allowed follows from the card's history, which no
    # document of a request's form can say.
    with Simulator(stored_credentials="lenient") as running:
        yield running


schema = schemathesis.openapi.from_dict(document())
schema.config.generation.update(
    modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES_PER_OPERATION,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case: Case, simulator: Simulator):
    make_plausible(case, simulator)

    case.call_and_validate(base_url=simulator.url, headers=credentials(case))


def credentials(case: Case) -> dict[str, str]:
    """The header that the operation's first way to sign in wants."""
    ways = case.operation.definition.raw["security"]
    return dict(KEYS[name] for way in ways[:1] for name in way)


def test_the_document_is_valid_openapi():
    validate(document())


def test_every_operation_is_documented_and_every_documented_one_exists():
    documented = {
        (method.upper(), path)
        for path, item in document()["paths"].items()
        for method in item.keys() & METHODS
    }

    assert documented == {
        (operation.method, operation.path) for operation in OPERATIONS
    }
