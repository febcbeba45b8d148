"""The shop for gunicorn; run as a program it makes the tables and some products."""

import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def prepare(count):
    """Tables, and as many products, each with its own stock."""
    from django.apps import apps
    from django.core.management import call_command

    from tests.clover_oscar.shopper import make_product

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    for _ in range(count):
        make_product()


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
