"""The conformance kit of providers: one fixture to write, every check is inherited."""

from payment_hooks.testing.provider_checks.abilities import AbilityChecks
from payment_hooks.testing.provider_checks.bench import Bench, Moved
from payment_hooks.testing.provider_checks.challenging import ChallengeChecks
from payment_hooks.testing.provider_checks.changing import ChangingChecks
from payment_hooks.testing.provider_checks.looking_up import LookingUpChecks
from payment_hooks.testing.provider_checks.receiving import ReceivingChecks
from payment_hooks.testing.provider_checks.saving import SavingChecks
from payment_hooks.testing.provider_checks.secrecy import SecrecyChecks
from payment_hooks.testing.provider_checks.taking import TakingChecks
from payment_hooks.testing.provider_checks.unknown_outcomes import UnknownOutcomeChecks

__all__ = ["Bench", "Moved", "ProviderKit"]


class ProviderKit(
    TakingChecks,
    ChallengeChecks,
    ChangingChecks,
    UnknownOutcomeChecks,
    LookingUpChecks,
    ReceivingChecks,
    SavingChecks,
    SecrecyChecks,
    AbilityChecks,
):
    """All that a provider must do; subclass it in a test module.

    class TestOurProvider(ProviderKit):
        @pytest.fixture
        def bench(self):
            return OurBench()

    `bench` gives a `Bench`: the provider with empty records, sources that are approved
    and declined, faults, and a look into the provider's own records. What the provider
    does not have is named in `lacks`; the checks then see that it is refused. What the
    provider says in `payment_describe` it is held to: each ability is tried, and what it
    does not name must be refused with `UnsupportedOperation`.
    """
