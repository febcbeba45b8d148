"""The shop's own tests, run by `manage.py test` and by pytest-django."""

from django.contrib.auth.models import Group, User
from django.db import connections, transaction
from django.test import Client, TestCase, TransactionTestCase

from clover_django import models, payments
from tests.clover_django.shop.paying import buy, set_up

BOTH = {"default", "clover_ledger"}


class Untouched(TestCase):
    """A test of before, which knows nothing of payments."""

    def test_the_shops_own_tables(self):
        Group.objects.create(name="a")
        assert Group.objects.count() == 1


class Paying(TestCase):
    databases = BOTH

    def setUp(self):
        self.fake, self.shop = set_up()
        self.shop.heard.clear()

    def test_a_payment_is_made_in_the_tests_transaction(self):
        assert buy("first").state.value == "paid"
        assert self.shop.heard == ["first"]
        assert models.Payment.objects.count() == 1

    def test_it_is_gone_in_the_next_one(self):
        assert models.Payment.objects.count() == 0
        assert buy("second").state.value == "paid"

    def test_a_view_inside_of_atomic_requests_pays(self):
        self.client.raise_request_exception = False
        assert self.client.get("/pay-and-break/").status_code == 500
        assert models.Payment.objects.get().state == "paid"
        assert Group.objects.count() == 0
        assert self.shop.heard == []

    def test_staff_see_the_ledger(self):
        buy("seen")
        self.client.force_login(User.objects.create_superuser("owner"))
        row = models.Payment.objects.get()
        page = self.client.get(f"/admin/clover_django/payment/{row.pk}/change/")
        assert b"seen" in page.content


class Committed(TransactionTestCase):
    databases = BOTH

    def test_the_ledger_outlives_the_shops_rollback(self):
        set_up()
        try:
            with transaction.atomic():
                Group.objects.create(name="a")
                buy("rolled back")
                raise LookupError
        except LookupError:
            pass
        assert Group.objects.count() == 0
        assert models.Payment.objects.get().state == "paid"

    def test_it_is_empty_again(self):
        assert models.Payment.objects.count() == 0
        assert Client().get("/pay/").content == b"paid"


def test_neither_database_is_the_real_one(db):
    names = {connections[alias].settings_dict["NAME"] for alias in BOTH}
    assert all("memory" in str(name) or "test_" in str(name) for name in names)
    assert payments.get_payments().ledger.using == "clover_ledger"
