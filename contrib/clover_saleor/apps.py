"""The app: shop hooks, merchants, the App row, and the schedule of recovery."""

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db.models.signals import post_migrate

from clover_saleor.installation.app import ensure_app

RECOVERY_SECONDS = 60.0


class CloverSaleorConfig(AppConfig):
    """Clover payments in Saleor."""

    name = "clover_saleor"
    verbose_name = "Clover payments in Saleor"

    def ready(self) -> None:
        """Register shop hooks, merchants, App and checks, and schedule the recovery."""
        from clover_django import doctor, payments
        from clover_saleor.checks import check_saleor
        from clover_saleor.doctor import PART, examine_channels
        from clover_saleor.merchants.channels import all_payments
        from clover_saleor.shop import SaleorShop

        payments.register_shop(SaleorShop())
        payments.register_merchants(all_payments)
        post_migrate.connect(
            ensure_app,
            sender=apps.get_app_config("app"),
            dispatch_uid="clover_saleor.installation.app",
        )
        checks.register(check_saleor)
        doctor.register(PART, examine_channels)
        schedule_recovery()


def schedule_recovery() -> None:
    """Let Saleor's beat recover each minute, unless the settings say otherwise."""
    schedule = getattr(settings, "CELERY_BEAT_SCHEDULE", None)
    if isinstance(schedule, dict):
        task = {"task": "clover_django.recover", "schedule": RECOVERY_SECONDS}
        schedule.setdefault("clover-recover", task)
