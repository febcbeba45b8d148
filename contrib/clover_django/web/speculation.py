"""Requests whose answer no person sees: prefetches, previews of links, bare checks."""

from django.http import HttpRequest, HttpResponse

_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_WORDS = ("prefetch", "preview", "prerender")


def is_speculative(request: HttpRequest) -> bool:
    """Whether no shopper has opened it so far: such a request changes nothing.

    Source: "Speculative loading", HTML Living Standard, and "Sec-Purpose", MDN web docs,
    read 2026-11; the other headers are what older browsers and messengers send.
    """
    if request.method == "HEAD":
        return True
    said = " ".join(request.headers.get(name, "") for name in _HEADERS).lower()
    return request.method == "GET" and any(word in said for word in _WORDS)


def answer_speculation(request: HttpRequest) -> HttpResponse:
    """No page: a browser that fetched ahead throws it away, and asks again when needed."""
    return HttpResponse(status=200 if request.method == "HEAD" else 204)
