"""What shops put around all views."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponseRedirect
from django.utils.deprecation import MiddlewareMixin

SEEN = []


class Recorder:
    """Looks at each body once the view has answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        SEEN.append(request.body)
        return response


class EarlyRecorder(Recorder):
    """Looks at each body before the view does."""

    def __call__(self, request):
        SEEN.append(request.body)
        return self.get_response(request)


class Devourer(Recorder):
    """Takes the body and leaves nothing."""

    def __call__(self, request):
        SEEN.append(request.read())
        return self.get_response(request)


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
