"""An order in each mode behind real proxies: whose address does Clover see?"""

import pytest

from clover_demo.purchases.shopper import NotBought
from clover_demo.run import PURCHASES
from clover_simulator.simulator import Simulator
from tests.clover_demo.behind_nginx import PROXY, SHOPPER, deployed, set_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    set_up(folder)
    return folder


@pytest.fixture(scope="module")
def shop(folder):
    with Simulator() as clover, deployed(folder, clover, TRUSTED_PROXIES="1") as shop:
        yield shop


@pytest.fixture(scope="module")
def without_setting(folder):
    """The same shop, without the setting for its proxy."""
    with Simulator() as clover, deployed(folder, clover) as shop:
        yield shop


@pytest.mark.parametrize("where", ["socket", "port"])
@pytest.mark.parametrize("mode", PURCHASES)
def test_clover_sees_the_shopper_behind_the_proxy(shop, where, mode):
    before = len(shop.addresses())

    number = shop.buy(where, PURCHASES[mode], mode)

    seen = shop.addresses()[before:]
    # On Clover's own page the shopper's browser is there itself.
    assert seen == ([] if mode == "hosted" else [SHOPPER])
    print(f"order {number}, mode {mode}, gunicorn on a {where}: Clover saw {seen}")


def test_without_the_setting_a_port_shows_the_proxy_for_everyone(without_setting):
    without_setting.buy("port", PURCHASES["iframe"], "iframe")

    assert without_setting.addresses()[-1] == PROXY


def test_without_an_address_no_one_is_asked_to_check_their_card(without_setting):
    with pytest.raises(NotBought, match="not available right now"):
        without_setting.buy("socket", PURCHASES["iframe"], "iframe")

    assert without_setting.addresses()[-1] is None
    assert "CLIENT_IP" in without_setting.log.read_text()
