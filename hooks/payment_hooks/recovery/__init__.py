"""What became of what was left open, and what the provider knows beside it."""

from payment_hooks.engine.matching.findings import Finding, FindingKind
from payment_hooks.recovery.findings import ReconcileReport
from payment_hooks.recovery.reconciliation import (
    Reconciliation,
    reconcile_all,
)
from payment_hooks.recovery.recovery import (
    Recovered,
    Recovery,
    RecoveryReport,
    recover_all,
)
from payment_hooks.recovery.reports import (
    read_moment,
    reconcile_json,
    reconcile_table,
    recovery_json,
    recovery_table,
)

__all__ = [
    "Finding",
    "FindingKind",
    "ReconcileReport",
    "Reconciliation",
    "Recovered",
    "Recovery",
    "RecoveryReport",
    "read_moment",
    "reconcile_all",
    "reconcile_json",
    "reconcile_table",
    "recover_all",
    "recovery_json",
    "recovery_table",
]
