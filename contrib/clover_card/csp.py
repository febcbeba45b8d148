"""The Content-Security-Policy sources that Clover's card fields and pages need."""

from urllib.parse import urlsplit

SELF = "'self'"
# Clover's script adds a footer with inline styles and loads reCAPTCHA; no official list of
# sources exists, this one comes from pages that work.
INLINE = "'unsafe-inline'"
RECAPTCHA = ("https://www.google.com", "https://www.gstatic.com")
ANY_BANK = "https:"
TOKEN_HOSTS = {
    "checkout.clover.com": "https://token.clover.com",
    "checkout.sandbox.dev.clover.com": "https://token-sandbox.dev.clover.com",
}
PAGE_HOSTS = {
    "checkout.clover.com": "https://www.clover.com",
    "checkout.sandbox.dev.clover.com": "https://sandbox.dev.clover.com",
}
"""Where the hosted payment pages are, by the host of the SDK."""


def csp_directives(
    script_url: str, *, three_d_secure: bool = False
) -> dict[str, tuple[str, ...]]:
    """The sources by directive for a page that loads Clover's SDK from `script_url`.

    Merge them into the page's own policy. For Clover's hosts they include reCAPTCHA and
    inline styles (the footer); any other host, such as the simulator, needs itself only.
    `form-action` has the host of Clover's payment pages, since browsers hold the redirects
    after a form to it: with `'self'` alone the button that leads to Clover does nothing.
    With `three_d_secure`, the page may frame any bank's, and post to it: which one it is,
    only the charge's answer says.

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
    token_host = TOKEN_HOSTS.get(parts.netloc)
    if token_host is None:
        return {
            "script-src": (SELF, origin),
            "frame-src": (origin,),
            "connect-src": (SELF, origin),
            "style-src": (SELF,),
            "form-action": (SELF, origin),
        }
    bank = (ANY_BANK,) if three_d_secure else ()
    return {
        "script-src": (SELF, origin, *RECAPTCHA),
        "frame-src": (origin, RECAPTCHA[0], *bank),
        "connect-src": (SELF, origin, token_host, RECAPTCHA[0]),
        "style-src": (SELF, INLINE),
        "form-action": (SELF, PAGE_HOSTS[parts.netloc], *bank),
    }
