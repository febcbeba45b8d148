"""What a comparison of the ledger with the provider's list found."""

from dataclasses import dataclass
from datetime import datetime

from payment_hooks.engine.matching.findings import Finding, FindingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileReport:
    """All differences of a window, and whether the whole of it was seen."""

    since: datetime
    until: datetime
    findings: tuple[Finding, ...] = ()
    compared: int = 0
    """How many of the provider's transactions were compared."""
    complete: bool = True
    """Whether the provider's list held the whole window, in a form that can be read."""
    repaired: bool = False
    """False for a dry run: it says what it would do, and changes nothing."""
    problems: tuple[str, ...] = ()
    """What could not be compared because a provider lacks the hook for it."""

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(found for found in self.findings if found.kind is kind)

    @property
    def is_clean(self) -> bool:
        """Whether no person needs to look at anything."""
        return self.complete and not self.of(FindingKind.FLAGGED)
