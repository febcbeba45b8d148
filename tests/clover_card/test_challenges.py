"""3-D Secure: the element tells of the browser, and runs what the server asks of it."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from clover_card import csp_directives
from clover_provider import CloverConfig, CloverProvider
from clover_simulator.shopper import (
    CHALLENGE_CARD,
    METHOD_AND_CHALLENGE_CARD,
)
from clover_simulator.testing import Simulator
from payment_hooks import (
    ActionRequired,
    BrowserInfo,
    ChargeDetails,
    Mode,
    Money,
    PaymentRequest,
    Payments,
    PaymentSource,
    PaymentState,
)
from tests.clover_card.chromium import PATIENCE_MS
from tests.clover_card.conftest import CARD, HTML
from tests.clover_card.servers import Shop, running
from tests.clover_provider.api.authentication.test_asking import DETAILS

pytestmark = pytest.mark.browser

DUE = Money(2599, "USD")

HEAR = """window.heard = [];
for (const name of ["token", "error", "challenge-answered", "challenge-canceled"]) {
  document.addEventListener(`clover-card:${name}`,
    ({ detail }) => window.heard.push([name, structuredClone(detail)]));
}
window.violations = [];
document.addEventListener("securitypolicyviolation",
  ({ effectiveDirective, blockedURI }) =>
    window.violations.push([effectiveDirective, blockedURI]));"""
RUN = """challenge => {
  window.answering = document.querySelector("clover-card").challenge(challenge);
  window.answering.catch(() => {});
}"""


@pytest.fixture
def simulator(clover_simulator: Simulator) -> Simulator:
    return clover_simulator


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running(Shop("localhost")) as shop:
        yield shop


@pytest.fixture
def page(browser, shop, simulator) -> Iterator[Page]:
    """The shop's payment page under a policy that allows nothing else."""
    policy = {
        "default-src": ("'none'",),
        "base-uri": ("'none'",),
    } | csp_directives(f"{simulator.url}/sdk.js", three_d_secure=True)
    shop.policy = "; ".join(f"{key} {' '.join(row)}" for key, row in policy.items())
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(HEAR)
    yield page
    page.close()


def open_page(page, shop, simulator, number=CARD["CARD_NUMBER"], **attributes):
    given = {
        "script-url": f"{simulator.url}/sdk.js",
        "authentication-script-url": f"{simulator.url}/clover3DS/clover3DS-sdk.js",
        "public-key": simulator.merchant.public_key,
        "merchant-id": simulator.merchant.id,
        "submit-label": "Pay",
    } | {name.replace("_", "-"): value for name, value in attributes.items()}
    markup = " ".join(f'{name}="{value}"' for name, value in given.items())
    form = f"<clover-card {markup}></clover-card>"
    shop.page = HTML.format(lang="en", form=form)
    page.goto(shop.url)
    for field, value in (CARD | {"CARD_NUMBER": number}).items():
        page.frame_locator(f"[data-field={field}] iframe").locator("input").fill(value)


@pytest.fixture
def provider(simulator) -> Iterator[CloverProvider]:
    config = CloverConfig.from_mapping(
        {
            "ENVIRONMENT": "local",
            "BASE_URL": simulator.url,
            "MERCHANT_ID": simulator.merchant.id,
            "PRIVATE_KEY": simulator.merchant.private_key,
            "PUBLIC_KEY": simulator.merchant.public_key,
            "THREE_D_SECURE": True,
        }
    )
    provider = CloverProvider(config)
    yield provider
    provider.close()


@pytest.fixture
def challenge_of(simulator, provider):
    """A charge that waits, and what the server would hand to the page of it."""

    def charge(number):
        waiting = provider.payment_charge(
            PaymentRequest(
                amount=DUE,
                source=PaymentSource(token=simulator.token(number)),
                reference="100123",
                details=DETAILS,
            )
        )
        return hand_out(waiting)

    return charge


def hand_out(challenge):
    return {"data": dict(challenge.data), "script_url": challenge.script_url}


def heard(page, name):
    return [detail for kind, detail in page.evaluate("window.heard") if kind == name]


def bank(page):
    return page.frame_locator(".clover-3ds iframe")


def test_the_form_brings_what_the_bank_wants_to_know(page, shop, simulator):
    open_page(page, shop, simulator)

    page.get_by_role("button", name="Pay").click()
    page.wait_for_selector("h1:text('Thank you')")

    (form,) = shop.forms
    (sent,) = form["clover_browser"]
    browser = BrowserInfo.usable(sent)
    assert browser.origin == shop.url
    assert "Mozilla" in browser.user_agent
    assert browser.screen_width > 0
    assert len(form["clover_token"]) == 1


def test_the_event_has_it_and_nothing_of_it_without_the_attribute(
    page, shop, simulator
):
    open_page(page, shop, simulator)
    page.evaluate("document.querySelector('clover-card').tokenize()")
    (detail,) = heard(page, "token")
    assert BrowserInfo.usable(detail["browser"]) is not None

    open_page(page, shop, simulator, authentication_script_url="")
    page.evaluate("document.querySelector('clover-card').tokenize()")

    (detail,) = heard(page, "token")
    assert "browser" not in detail


def test_a_script_that_does_not_load_stops_no_payment(page, shop, simulator):
    missing = f"{simulator.url}/nothing.js"
    open_page(page, shop, simulator, authentication_script_url=missing)

    page.get_by_role("button", name="Pay").click()
    page.wait_for_selector("h1:text('Thank you')")

    (form,) = shop.forms
    assert len(form["clover_token"]) == 1
    assert "clover_browser" not in form


@pytest.mark.parametrize("button", ["Confirm", "Refuse"])
def test_the_bank_is_answered_inside_the_page(
    page, shop, simulator, challenge_of, button
):
    open_page(page, shop, simulator)
    waiting = challenge_of(CHALLENGE_CARD)
    page.evaluate(RUN, json.dumps(waiting))

    bank(page).get_by_role("button", name=button).click()
    answer = page.evaluate("window.answering")

    assert answer == {"flow": "challenge", "flow_status": "CHALLENGE_COMPLETED"}
    assert heard(page, "challenge-answered") == [answer]
    expect(page.locator(".clover-3ds")).to_have_count(0)
    assert page.evaluate("window.violations") == []
    (charge,) = simulator.ledger.charges
    assert charge.authentication.is_step_done
    assert charge.authentication.is_refused is (button == "Refuse")


def test_a_look_at_the_browser_needs_nobody(page, shop, simulator, challenge_of):
    open_page(page, shop, simulator)
    waiting = challenge_of(METHOD_AND_CHALLENGE_CARD)

    answer = page.evaluate(
        "challenge => document.querySelector('clover-card').challenge(challenge)",
        waiting,
    )

    assert answer == {"flow": "method", "flow_status": "METHOD_COMPLETED"}
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("how", ["cancelChallenge()", "reset()", "remove()"])
def test_a_challenge_can_be_left(page, shop, simulator, challenge_of, how):
    open_page(page, shop, simulator)
    page.evaluate(RUN, challenge_of(CHALLENGE_CARD))
    bank(page).get_by_role("button", name="Confirm").wait_for()

    page.evaluate(f"document.querySelector('clover-card').{how}")
    code = page.evaluate("window.answering.catch(({ code }) => code)")

    assert code == "cancelled"
    assert heard(page, "challenge-answered") == []
    expect(page.locator(".clover-3ds")).to_have_count(0)
    if how != "remove()":
        assert heard(page, "challenge-canceled") == [{}]


def test_a_second_challenge_waits_for_the_first(page, shop, simulator, challenge_of):
    open_page(page, shop, simulator)
    waiting = challenge_of(CHALLENGE_CARD)
    page.evaluate(RUN, waiting)

    code = page.evaluate(
        """challenge => document.querySelector("clover-card").challenge(challenge)
             .catch(({ code }) => code)""",
        waiting,
    )

    assert code == "busy"


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {}},
        {"data": {"flow": "toString"}},
        {"data": {"flow": "challenge"}},
        {},
    ],
)
def test_a_challenge_that_cannot_be_run_is_an_error_with_a_text(
    page, shop, simulator, changes
):
    open_page(page, shop, simulator)

    with pytest.raises(Error, match="could not be asked"):
        page.evaluate(
            "challenge => document.querySelector('clover-card').challenge(challenge)",
            changes,
        )

    (error,) = heard(page, "error")
    assert error["code"] == "challenge_failed"
    expect(page.locator(".clover-card-message")).to_contain_text("could not be asked")


@pytest.mark.parametrize("number", [CHALLENGE_CARD, METHOD_AND_CHALLENGE_CARD])
def test_a_purchase_from_the_card_to_the_money(page, shop, simulator, provider, number):
    """The page and the server as a shop has them, with nothing left out."""
    payments = Payments.using(provider)
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    open_page(page, shop, simulator, number)
    sent = page.evaluate("document.querySelector('clover-card').tokenize()")
    details = ChargeDetails(
        browser=BrowserInfo.usable(sent["browser"]), shopper_ip="203.0.113.7"
    )
    flows = []

    def go_on(act):
        try:
            return act()
        except ActionRequired as error:
            step = error.next_action
        flows.append(step.data["flow"])
        page.evaluate(RUN, hand_out(step))
        if flows[-1] == "challenge":
            bank(page).get_by_role("button", name="Confirm").click()
        answer = page.evaluate("window.answering")
        return go_on(lambda: payments.confirm(payment.payment_id, answer))

    source = PaymentSource(token=sent["token"])
    done = go_on(lambda: payments.charge(payment.payment_id, source, details=details))

    assert done.moved == DUE
    assert payments.get(payment.payment_id).state is PaymentState.PAID
    assert flows[-1] == "challenge"
    assert [row.amount_captured for row in simulator.ledger.charges] == [2599]
