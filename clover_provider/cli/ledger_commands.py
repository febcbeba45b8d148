"""`clover recover` and `clover reconcile`, for a shop of your own; needs click and rich."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import TypeVar

import click

from clover_provider.cli.progress import progress_bar
from payment_hooks import ConfigurationError, PaymentError, Payments
from payment_hooks.recovery import (
    Reconciliation,
    Recovery,
    read_moment,
    reconcile_json,
    reconcile_table,
    recovery_json,
    recovery_table,
)

Made = TypeVar("Made")

_payments = click.option(
    "--payments",
    "place",
    envvar="CLOVER_PAYMENTS",
    required=True,
    metavar="MODULE:NAME",
    help="Where your shop keeps its Payments, such as shop.payments:payments; also a "
    "function that gives it. In a Django shop run manage.py clover_recover instead.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_quiet = click.option(
    "--quiet", is_flag=True, help="Print nothing unless a person must look; for cron."
)


@click.command()
@_payments
@click.option("--limit", default=10_000, show_default=True, help="At most so many.")
@click.option(
    "--dismiss",
    "dismissed",
    multiple=True,
    metavar="EVENT",
    help="A message that fits no payment, and is none of this shop's; repeatable.",
)
@_as_json
@_quiet
def recover(
    place: str, limit: int, dismissed: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Bring payments that were interrupted to their end.

    Looks up payments with an unknown outcome, sends refunds that were recorded and never
    sent, and notifies the shop of what it has missed. Safe to run often, at the same time
    twice, and to be killed. Exits with 1 while an outcome is unknown, or a person must
    look.
    """
    payments = _find(place)
    for event_id in dismissed:
        payments.dismiss_message(event_id)
    recovery = Recovery(payments)
    with progress_bar("recovering") as advance:
        report = recovery.run(
            limit=limit, on_progress=lambda done, reference: advance(done, None)
        )
    if not (quiet and report.is_clean):
        click.echo(recovery_json(report) if as_json else recovery_table(report))
    sys.exit(not report.is_clean)


@click.command()
@_payments
@click.option(
    "--since", default="7d", show_default=True, help="36h, 7d or an ISO time."
)
@click.option("--until", default="0m", help="As --since; now by default.")
@click.option("--repair", is_flag=True, help="Write it down; without it a dry run.")
@_as_json
@_quiet
def reconcile(
    place: str, since: str, until: str, repair: bool, as_json: bool, quiet: bool
) -> None:
    """Compare Clover's list of a time with the ledger.

    Finds lost payments, refunds made in Clover's dashboard, double captures and other
    amounts. Changes nothing without --repair, and never moves money. Exits with 1 when
    a person must look.
    """
    now = datetime.now(UTC)
    payments = _find(place)
    try:
        with progress_bar("comparing") as advance:
            report = Reconciliation(payments).run(
                read_moment(since, now),
                read_moment(until, now),
                repair=repair,
                on_progress=advance,
            )
    except (ConfigurationError, PaymentError) as error:
        raise click.ClickException(str(error)) from error
    if not (quiet and report.is_clean):
        click.echo(reconcile_json(report) if as_json else reconcile_table(report))
    sys.exit(not report.is_clean)


def _find(place: str) -> Payments:
    """The shop's `Payments`, from `module:name`, with the working folder on the path."""
    module, _, name = place.partition(":")
    if not (module and name):
        raise click.BadParameter(f"{place!r} is not of the form module:name")
    sys.path.insert(0, "")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise click.ClickException(f"{place} cannot be found: {error}") from error
    payments = _call(found) if callable(found) else found
    if not isinstance(payments, Payments):
        raise click.ClickException(
            f"{place} is {type(payments).__name__}, and no Payments"
        )
    return payments


def _call(make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
