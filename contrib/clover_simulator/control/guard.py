"""Who may steer the simulator: this machine's own tools and pages, no other web page."""

from urllib.parse import urlsplit

from starlette.requests import Request

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_local(request: Request) -> bool:
    """Whether the request was made on this machine, and by no other web page.

    A web page could reach this port through the browser: by a form (it then has another
    Origin) or under a name of its own that it makes point here (then Host shows it).
    """
    return _is_named_locally(request) and request.headers.get("origin") in (
        None,
        _own_origin(request),
    )


def is_own_form(request: Request) -> bool:
    """Whether a page of this simulator sent the form: browsers always name its origin."""
    is_own = request.headers.get("origin") == _own_origin(request)
    return is_own and _is_named_locally(request)


def _own_origin(request: Request) -> str:
    return f"http://{request.headers.get('host', '')}"


def _is_named_locally(request: Request) -> bool:
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    return name in LOCAL_NAMES
