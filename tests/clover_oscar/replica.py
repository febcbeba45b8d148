"""A replica of the shop's database that is as old as the request."""

from django.db import connections

ALIAS = "replica"
PRIMARY_ONLY = {"admin", "auth", "contenttypes", "sessions", "sites"}
"""As shops do it that keep sessions and accounts out of it."""


class ReplicaRouter:
    """Reads from the replica, writes to the primary, and asks for no hints."""

    def db_for_read(self, model, **hints):
        return "default" if model._meta.app_label in PRIMARY_ONLY else ALIAS

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


def refresh():
    """Bring the replica to what the primary holds now."""
    connections["default"].ensure_connection()
    if connections[ALIAS].connection is None:
        connections[ALIAS].connect()  # Django's tests know nothing of it
    connections["default"].connection.backup(connections[ALIAS].connection)


class RefreshMiddleware:
    """What a request writes, the replica has when the request is over."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        refresh()
        return self.get_response(request)
