"""The saved cards of customers, in the ledger's database."""

from uuid import uuid4

from django.db.models import QuerySet

from clover_django import conf, models
from payment_hooks import SavedSource
from payment_hooks.model import refuse_long
from payment_hooks.storefront import SavedCard, no_such_card, short_card


class DjangoSavedCards:
    """The saved cards in the ledger's database; see `storefront.SavedCards`."""

    def keep(self, owner: str, merchant_id: str, saved: SavedSource) -> str:
        """The public id under which the owner finds it again.

        Raises:
            InvalidRequest: the owner's name is longer than there is room for.
        """
        refuse_long("owner", owner)
        brand, last4 = short_card(saved.brand, saved.last4)
        row = _rows().create(
            public_id=uuid4().hex,
            owner=owner,
            provider_id=saved.source_id,
            merchant_id=merchant_id,
            brand=brand,
            last4=last4,
            exp_month=saved.exp_month,
            exp_year=saved.exp_year,
        )
        return str(row.public_id)

    def describe(self, source_id: str, brand: str, last4: str) -> None:
        """Fill in the brand and digits that only a charge of the card has shown."""
        rows = _rows().filter(provider_id=source_id, last4="")
        brand, last4 = short_card(brand, last4)
        rows.update(brand=brand, last4=last4)

    def list(self, owner: str, merchant_id: str) -> tuple[SavedCard, ...]:
        """The owner's cards that this merchant can charge, oldest first."""
        return tuple(
            SavedCard(
                public_id=row.public_id,
                brand=row.brand,
                last4=row.last4,
                exp_month=row.exp_month,
                exp_year=row.exp_year,
            )
            for row in _of(owner, merchant_id)
        )

    def find(self, owner: str, merchant_id: str, public_id: str) -> SavedSource:
        """The owner's card of that id.

        Raises:
            InvalidRequest: the owner has no such card; another owner may have it.
        """
        row = _find(owner, merchant_id, public_id)
        return SavedSource(
            source_id=row.provider_id,
            brand=row.brand,
            last4=row.last4,
            exp_month=row.exp_month,
            exp_year=row.exp_year,
            merchant_id=row.merchant_id,
        )

    def forget(self, owner: str, merchant_id: str, public_id: str) -> None:
        """Take the owner's card off the list.

        Raises:
            InvalidRequest: the owner has no such card.
        """
        _find(owner, merchant_id, public_id).delete()


def _rows() -> QuerySet[models.SavedSource]:
    return models.SavedSource.objects.using(conf.ledger_alias())


def _of(owner: str, merchant_id: str) -> QuerySet[models.SavedSource]:
    known = _rows()
    return known.filter(owner=owner, merchant_id=merchant_id) if owner else known.none()


def _find(owner: str, merchant_id: str, public_id: str) -> models.SavedSource:
    row = _of(owner, merchant_id).filter(public_id=public_id).first()
    if row is None:
        raise no_such_card()
    return row
