"""What a test leaves behind is taken away as Django would take it away."""

import sqlite3
from contextlib import closing

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.core.management.commands import flush
from django.db import connection

AS_TESTS_END = {
    "verbosity": 0,
    "interactive": False,
    "reset_sequences": False,
    "allow_cascade": False,
    "inhibit_post_migrate": False,
}


def left():
    """The rows of every table; of what was made anew, without its number."""
    made_anew = {
        ContentType: ("app_label", "model"),
        Permission: ("content_type__app_label", "content_type__model", "codename"),
        Site: ("domain", "name"),
    }
    rows = {
        model._meta.db_table: sorted(model.objects.values_list(*names))
        for model, names in made_anew.items()
    }
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            if table not in rows:
                cursor.execute(f'SELECT * FROM "{table}"')
                rows[table] = cursor.fetchall()
    return rows


@pytest.fixture
def emptied_before(transactional_db):
    """There is a copy by now; whether this test is the first one does not matter."""
    call_command("flush", **AS_TESTS_END)


def leave_something():
    User.objects.create(username="left behind")
    Site.objects.update(domain="left.example")
    ContentType.objects.create(app_label="left", model="behind")
    Permission.objects.all().delete()


def test_it_comes_to_what_djangos_command_comes_to(emptied_before):
    leave_something()
    call_command("flush", **AS_TESTS_END)
    ours = left()

    leave_something()
    call_command(flush.Command(), **AS_TESTS_END)

    assert ours == left()
    assert ours["auth_user"] == []
    assert len(ours["auth_permission"]) > 100


def test_no_number_is_given_twice(emptied_before):
    first = User.objects.create(username="first").pk
    call_command("flush", **AS_TESTS_END)

    second = User.objects.create(username="second").pk

    assert second > first


def test_a_content_type_is_the_one_of_the_database(emptied_before):
    ContentType.objects.all().delete()
    ContentType.objects.clear_cache()
    ContentType.objects.get_for_model(User)
    call_command("flush", **AS_TESTS_END)

    found = ContentType.objects.get_for_model(User)

    assert found == ContentType.objects.get(app_label="auth", model="user")


def test_a_transaction_that_a_test_left_open_is_an_error(emptied_before):
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, uri=True, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM django_site").fetchall()

        with pytest.raises(CommandError, match="couldn't be flushed"):
            call_command("flush", **AS_TESTS_END)
