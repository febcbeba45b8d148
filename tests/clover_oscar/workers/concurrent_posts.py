"""Four browsers' tabs place one order at the same moment; prints what became of it."""

import copy
import json
import sys
import threading
import time

import django

TABS = 4
SECONDS_AT_THE_BANK = 2
"""Once all tabs have sent their forms, however slow the machine is with them."""


def main(token):
    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.core.signals import request_started
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    setup_test_environment()
    call_command("migrate", run_syncdb=True, verbosity=0)

    from payment_hooks import hookimpl
    from payment_hooks.testing import FakeProvider
    from tests.clover_oscar.conftest import put_in_place
    from tests.clover_oscar.shopper import Shopper, baskets, make_product, orders

    sent = threading.Semaphore(0)

    class SlowProvider(FakeProvider):
        @hookimpl
        def payment_charge(self, request):
            for _ in range(TABS):
                sent.acquire(timeout=60)
            time.sleep(SECONDS_AT_THE_BANK)
            return super().payment_charge(request)

    clover = SlowProvider(merchant_id=settings.CLOVER["MERCHANT_ID"])
    put_in_place(clover)
    shopper = Shopper()
    shopper.reach_payment(make_product())
    shopper.enter_card(token)
    start, answers = threading.Barrier(TABS), []

    def note(**_):
        sent.release()

    request_started.connect(note)

    def place_order():
        tab = Client()
        tab.cookies = copy.deepcopy(shopper.client.cookies)
        start.wait()
        answer = Shopper(tab, shopper.shown).place_order(clover_token=token)
        answers.append([answer.status_code, getattr(answer, "url", "")])
        connection.close()

    threads = [threading.Thread(target=place_order) for _ in range(TABS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {
        "calls": clover.calls.count("payment_charge"),
        "moved": len(clover.ledger),
        "orders": len(orders()),
        "sources": sum(order.sources.count() for order in orders()),
        "baskets": sorted(baskets().values()),
        "answers": sorted(answers),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
