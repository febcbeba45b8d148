"""The App which Saleor's Transactions API requires for a gateway; it runs nothing."""

from django.db import DEFAULT_DB_ALIAS

from clover_saleor.installation.names import GATEWAY, TITLE
from clover_saleor.installation.untyped import SaleorObject


def find_app() -> SaleorObject | None:
    """The App of our gateway, the active one first; what it did stays in its name."""
    from saleor.app.models import App

    rows = App.objects.filter(identifier=GATEWAY, removed_at__isnull=True)
    return rows.order_by("-is_active", "pk").first()


def ensure_app(using: str = DEFAULT_DB_ALIAS, **kwargs: SaleorObject) -> None:
    """Create the App after `migrate`; one that staff turned off stays off."""
    from saleor.app.models import App

    rows = App.objects.using(using)
    if not rows.filter(identifier=GATEWAY, removed_at__isnull=True).exists():
        rows.create(name=TITLE, identifier=GATEWAY, is_active=True)
