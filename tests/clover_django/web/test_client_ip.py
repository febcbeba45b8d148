"""Whose address goes to Clover, as `CLIENT_IP` says."""

import pytest

from clover_django.web.client_ip import shopper_address

INVENTED = "198.51.100.66"
NO_FUNCTION = "text"


def by_another_header(request):
    return request.headers.get("Cf-Connecting-Ip")


def nobody(request):
    return None


@pytest.fixture
def address_of(rf, settings):
    def ask(chosen, peer="10.0.0.2", **headers):
        settings.CLOVER = {**settings.CLOVER, "CLIENT_IP": chosen}
        return shopper_address(rf.get("/", headers=headers, REMOTE_ADDR=peer))

    return ask


@pytest.mark.parametrize("chosen", [None, 0])
@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::1]:51234", "2001:db8::1"),
        ("", ""),
    ],
)
def test_without_proxies_no_header_is_read(address_of, chosen, peer, address):
    assert address_of(chosen, peer, x_forwarded_for=INVENTED) == address


@pytest.mark.parametrize("peer", ["10.0.0.2", ""])
@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (1, f"{INVENTED}, 203.0.113.7", "203.0.113.7"),
        (2, f"{INVENTED}, 203.0.113.7, 10.0.0.3", "203.0.113.7"),
        (2, "203.0.113.7", ""),
    ],
)
def test_so_many_proxies_are_trusted(address_of, peer, proxies, header, address):
    assert address_of(proxies, peer, x_forwarded_for=header) == address


@pytest.mark.parametrize(
    ("function", "address"),
    [("by_another_header", "203.0.113.7"), ("nobody", "")],
)
def test_a_shop_may_find_the_address_itself(address_of, function, address):
    found = address_of(
        f"{__name__}.{function}",
        x_forwarded_for=INVENTED,
        cf_connecting_ip="203.0.113.7:443",
    )

    assert found == address


def test_a_request_without_any_address_has_none(address_of, rf):
    address_of(None)
    request = rf.get("/")
    del request.META["REMOTE_ADDR"]

    assert shopper_address(request) == ""


def test_an_underscore_in_a_name_makes_no_header_of_the_proxys(async_rf, settings):
    """Django before 5.2 adds the line to the proxy's, where the server hands it on."""
    settings.CLOVER = {**settings.CLOVER, "CLIENT_IP": 1}
    request = async_rf.get("/")
    request.scope["headers"] = [
        (b"x_forwarded_for", INVENTED.encode()),
        (b"x-forwarded-for", b"203.0.113.7"),
        (b"x_forwarded_for", INVENTED.encode()),
    ]
    request.META["HTTP_X_FORWARDED_FOR"] = f"203.0.113.7,{INVENTED}"

    assert shopper_address(request) == "203.0.113.7"
