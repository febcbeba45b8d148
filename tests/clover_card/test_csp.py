import pytest

from clover_card import csp_directives
from clover_provider.config.hosts import Environment, hosts_of


@pytest.mark.parametrize(
    ("script_url", "checkout_host", "token_host"),
    [
        (
            "https://checkout.clover.com/sdk.js",
            "https://checkout.clover.com",
            "https://token.clover.com",
        ),
        (
            "https://checkout.sandbox.dev.clover.com/sdk.js",
            "https://checkout.sandbox.dev.clover.com",
            "https://token-sandbox.dev.clover.com",
        ),
    ],
)
def test_clover_s_hosts_need_their_token_host_and_recaptcha(
    script_url, checkout_host, token_host
):
    directives = csp_directives(script_url)

    assert checkout_host in directives["script-src"]
    assert checkout_host in directives["frame-src"]
    assert token_host in directives["connect-src"]
    assert "https://www.google.com" in directives["script-src"]
    assert "'unsafe-inline'" in directives["style-src"]
    assert "'unsafe-inline'" not in directives["script-src"]


def test_3d_secure_lets_the_page_frame_any_bank():
    sdk = "https://checkout.clover.com/sdk.js"

    directives = csp_directives(sdk, three_d_secure=True)

    assert "https:" in directives["frame-src"]
    assert "https:" not in directives["script-src"]
    assert "https:" in directives["form-action"]
    assert "https:" not in csp_directives(sdk)["frame-src"]
    assert "https:" not in csp_directives(sdk)["form-action"]


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_a_form_may_lead_to_clovers_payment_page(environment):
    hosts = hosts_of(Environment(environment), "")

    directives = csp_directives(f"{hosts.checkout}/sdk.js")

    assert directives["form-action"] == ("'self'", hosts.www)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_the_script_of_3d_secure_is_allowed_where_it_is_wanted(environment):
    hosts = hosts_of(Environment(environment), "")
    sdk = f"{hosts.checkout}/sdk.js"

    allowed = csp_directives(sdk, three_d_secure=True)

    assert hosts.authentication in allowed["script-src"]
    assert len(set(allowed["script-src"])) == len(allowed["script-src"])
    assert allowed["script-src"][1] == hosts.checkout
    others = set(csp_directives(sdk)["script-src"]) - {hosts.checkout}
    assert hosts.authentication not in others


def test_a_local_host_needs_nothing_but_itself():
    directives = csp_directives("http://127.0.0.1:8765/sdk.js")

    assert directives == {
        "script-src": ("'self'", "http://127.0.0.1:8765"),
        "frame-src": ("http://127.0.0.1:8765",),
        "connect-src": ("'self'", "http://127.0.0.1:8765"),
        "style-src": ("'self'",),
        "form-action": ("'self'", "http://127.0.0.1:8765"),
    }


@pytest.mark.parametrize(
    "script_url", ["", "/sdk.js", "data:text/javascript,0", "sdk.js"]
)
def test_a_url_without_an_origin_is_refused(script_url):
    with pytest.raises(ValueError, match="absolute URL"):
        csp_directives(script_url)
