"""Cards on file, by owner: what a shop remembers so that a shopper need not type again."""

from uuid import uuid4

from clover_django import conf, models
from payment_hooks import InvalidRequest, Payments
from payment_hooks.saved_sources import (
    RemoveSourceRequest,
    SavedSource,
    remove_source,
)

Rows = list[models.SavedSource]


def keep(owner: str, merchant_id: str, saved: SavedSource) -> str:
    """The public id under which the owner finds it again."""
    row = models.SavedSource.objects.using(conf.ledger_alias()).create(
        public_id=uuid4().hex,
        owner=owner,
        provider_id=saved.source_id,
        merchant_id=merchant_id,
        brand=saved.brand,
        last4=saved.last4,
        exp_month=saved.exp_month,
        exp_year=saved.exp_year,
    )
    return str(row.public_id)


def describe(saved_id: str, brand: str, last4: str) -> None:
    """Fill in what only the charge of it told."""
    rows = models.SavedSource.objects.using(conf.ledger_alias())
    rows.filter(provider_id=saved_id, last4="").update(brand=brand, last4=last4)


def list_sources(owner: str, merchant_id: str) -> Rows:
    """The owner's cards that this merchant can charge, oldest first."""
    rows = models.SavedSource.objects.using(conf.ledger_alias())
    return list(rows.filter(owner=owner, merchant_id=merchant_id)) if owner else []


def find(owner: str, merchant_id: str, public_id: str) -> SavedSource:
    """The owner's card of that id.

    Raises:
        InvalidRequest: the owner has no such card; whether anybody has is not told.
    """
    row = _row(owner, merchant_id, public_id)
    return SavedSource(
        source_id=row.provider_id,
        brand=row.brand,
        last4=row.last4,
        exp_month=row.exp_month,
        exp_year=row.exp_year,
        merchant_id=row.merchant_id,
    )


def forget(payments: Payments, owner: str, merchant_id: str, public_id: str) -> None:
    """Remove the owner's card from the provider, then from here.

    Raises:
        InvalidRequest: the owner has no such card.
        PaymentError: the provider did not remove it; it stays.
    """
    row = _row(owner, merchant_id, public_id)
    remove_source(payments, RemoveSourceRequest(source_id=row.provider_id))
    row.delete()


def _row(owner: str, merchant_id: str, public_id: str) -> models.SavedSource:
    for row in list_sources(owner, merchant_id):
        if row.public_id == public_id:
            return row
    raise InvalidRequest("there is no such saved card", code="saved_source_unknown")
