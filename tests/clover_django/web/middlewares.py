"""Middleware that demands a login; it needs Django's accounts."""

import django
from django.http import HttpResponseRedirect
from django.utils.deprecation import MiddlewareMixin

if django.VERSION >= (5, 1):
    from django.contrib.auth.middleware import LoginRequiredMiddleware
else:

    class LoginRequiredMiddleware(MiddlewareMixin):
        """What Django 5.1 brought, as shops have copied it to earlier ones."""

        login_url = "/accounts/login/"

        def process_view(self, request, view, arguments, keywords):
            if request.user.is_authenticated or not getattr(
                view, "login_required", True
            ):
                return None
            return HttpResponseRedirect(f"{self.login_url}?next={request.path}")

    LoginRequiredMiddleware.process_view.__module__ = "django.contrib.auth.middleware"
    LoginRequiredMiddleware.process_view.__qualname__ = (
        "LoginRequiredMiddleware.process_view"
    )


class StaffOnly(MiddlewareMixin):
    """A home-made one, which knows no exemptions."""

    def process_view(self, request, view, arguments, keywords):
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"/accounts/login/?next={request.path}")


class LoginRequiredEverywhere(StaffOnly):
    """The same under a name that says so."""


class HeedsMarks(LoginRequiredMiddleware):
    """Django's own, with another address to log in at."""

    login_url = "/login/"


class OwnLoginRequired(LoginRequiredMiddleware):
    """Django's own, with rules of the shop's."""

    def process_view(self, request, view, arguments, keywords):
        return None


class StrangersMayOnlyPost(StaffOnly):
    """Stops pages and no messages."""

    def process_view(self, request, view, arguments, keywords):
        if request.method != "POST":
            return super().process_view(request, view, arguments, keywords)
