"""The Content-Security-Policy sources that Clover's card fields and pages need."""

from dataclasses import dataclass
from urllib.parse import urlsplit

SELF = "'self'"
# Clover's script adds a footer with inline styles and loads reCAPTCHA; no official list of
# sources exists, this one comes from pages that work.
INLINE = "'unsafe-inline'"
RECAPTCHA = ("https://www.google.com", "https://www.gstatic.com")
ANY_BANK = "https:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloverHosts:
    """What a page needs beside the host of the SDK."""

    tokens: str
    """Where the fields turn a card into a token."""
    page: str
    """Where the hosted payment pages are."""
    authentication: str
    """Where the 3-D Secure script is."""


CLOVER = {
    "checkout.clover.com": CloverHosts(
        tokens="https://token.clover.com",
        page="https://www.clover.com",
        authentication="https://checkout.clover.com",
    ),
    "checkout.sandbox.dev.clover.com": CloverHosts(
        tokens="https://token-sandbox.dev.clover.com",
        page="https://sandbox.dev.clover.com",
        authentication="https://checkout.dev1.dev.clover.com",
    ),
}
"""By the host of the SDK."""


def csp_directives(
    script_url: str, *, three_d_secure: bool = False
) -> dict[str, tuple[str, ...]]:
    """The sources by directive for a page that loads Clover's SDK from `script_url`.

    Merge them into the page's own policy. For Clover's hosts they include reCAPTCHA and
    inline styles (the footer); any other host, such as the simulator, needs itself only.
    `form-action` has the host of Clover's payment pages, since browsers hold the redirects
    after a form to it: with `'self'` alone the button that leads to Clover does nothing.
    With `three_d_secure`, the page may load Clover's script for it, frame any bank's page,
    and post to it: which one it is, only the charge's answer says.

    Raises:
        ValueError: `script_url` is not an absolute http or https URL.
    """
    parts = urlsplit(script_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError(
            f"script_url must be the SDK's absolute URL, for example "
            f"https://checkout.clover.com/sdk.js, not {script_url!r}"
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    clover = CLOVER.get(parts.netloc)
    if clover is None:
        return {
            "script-src": (SELF, origin),
            "frame-src": (origin,),
            "connect-src": (SELF, origin),
            "style-src": (SELF,),
            "form-action": (SELF, origin),
        }
    scripts = [origin, clover.authentication] if three_d_secure else [origin]
    bank = (ANY_BANK,) if three_d_secure else ()
    return {
        "script-src": (SELF, *dict.fromkeys(scripts), *RECAPTCHA),
        "frame-src": (origin, RECAPTCHA[0], *bank),
        "connect-src": (SELF, *dict.fromkeys(scripts), clover.tokens, RECAPTCHA[0]),
        "style-src": (SELF, INLINE),
        "form-action": (SELF, clover.page, *bank),
    }
