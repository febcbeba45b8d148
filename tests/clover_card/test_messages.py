"""What the shopper reads: beside the field, in words, and in the right language."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NBSP, APOSTROPHE = "\N{NO-BREAK SPACE}", "\N{RIGHT SINGLE QUOTATION MARK}"
NUMBER_WRONG = "Card number: this is not valid, please check it."
ALERT = ".clover-card-message"


def test_a_wrong_number_is_named_beside_its_field_and_gets_the_focus(checkout):
    checkout.open()
    checkout.type_card(CARD_NUMBER="4242424242424241")

    checkout.pay()

    expect(checkout.error("CARD_NUMBER")).to_have_text(NUMBER_WRONG)
    expect(checkout.input("CARD_NUMBER")).to_be_focused()
    assert checkout.host.cards == []
    assert checkout.shop.forms == []
    checkout.photograph("card-fields-error-desktop")


def test_every_empty_field_is_named(checkout):
    checkout.open()
    checkout.page.wait_for_selector("[data-field=CARD_POSTAL_CODE] iframe")

    checkout.pay()

    expect(checkout.error("CARD_NUMBER")).to_have_text(
        "Card number: this field is required."
    )
    expect(checkout.error("CARD_DATE")).to_have_text(
        "Expiry date: this field is required."
    )
    expect(checkout.error("CARD_CVV")).to_have_text(
        "Security code: this field is required."
    )
    expect(checkout.error("CARD_POSTAL_CODE")).to_have_text(
        "Postal code: this field is required."
    )


def test_one_frame_for_all_fields_names_every_error_below_it(checkout):
    checkout.open(layout="single")
    checkout.type_card(CARD_NUMBER="4242424242424241", CARD_CVV="")

    checkout.pay()

    expect(checkout.error("CARD")).to_have_text(
        f"{NUMBER_WRONG} Security code: this field is required."
    )
    expect(checkout.input("CARD_NUMBER")).to_be_focused()
    checkout.photograph("card-single-error-desktop")


def test_an_error_goes_when_the_field_is_right(checkout):
    checkout.open()
    checkout.type_card(CARD_NUMBER="4242424242424241")
    checkout.pay()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()

    checkout.input("CARD_NUMBER").fill("4242424242424242")

    expect(checkout.error("CARD_NUMBER")).to_be_hidden()


def test_typing_shows_no_error_before_the_field_is_left(checkout):
    checkout.keep_events()
    checkout.open()

    checkout.input("CARD_NUMBER").press_sequentially("4242")
    checkout.page.wait_for_function("window.events.some(([name]) => name === 'change')")
    expect(checkout.error("CARD_NUMBER")).to_be_hidden()
    checkout.input("CARD_DATE").focus()

    expect(checkout.error("CARD_NUMBER")).to_have_text(NUMBER_WRONG)


def test_a_click_on_the_button_survives_an_error_that_appears(checkout):
    checkout.open()
    checkout.type_card(CARD_POSTAL_CODE="")
    checkout.input("CARD_POSTAL_CODE").focus()
    place = checkout.pay_button.bounding_box()

    checkout.page.mouse.move(place["x"] + 20, place["y"] + 2)
    checkout.page.mouse.down()
    checkout.page.wait_for_timeout(250)
    expect(checkout.error("CARD_POSTAL_CODE")).to_be_hidden()
    checkout.page.mouse.up()

    expect(checkout.page.locator(ALERT)).to_have_text(
        "Postal code: this field is required."
    )
    expect(checkout.error("CARD_POSTAL_CODE")).to_be_visible()


def test_the_alert_speaks_the_errors_to_a_screen_reader(checkout):
    checkout.open()
    checkout.type_card(CARD_NUMBER="4242424242424241")

    checkout.pay()

    expect(checkout.page.get_by_role("alert")).to_have_text(NUMBER_WRONG)


def test_a_script_that_fails_to_load_says_so_and_can_be_tried_again(checkout):
    checkout.host.failures = 1
    checkout.open()
    expect(checkout.page.locator(ALERT)).to_contain_text("could not be loaded")
    checkout.photograph("card-unavailable-desktop")

    checkout.page.get_by_role("button", name="Try again").click()
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.host.requests.count("GET /sdk.js") == 2


def test_paying_without_the_fields_sends_nothing_and_loads_them(checkout):
    checkout.host.failures = 1
    checkout.open()
    expect(checkout.page.locator(ALERT)).to_contain_text("could not be loaded")

    checkout.pay()
    checkout.type_card()

    assert checkout.shop.forms == []
    expect(checkout.page.locator(ALERT)).to_be_empty()


def test_a_refused_token_request_can_be_repeated(checkout):
    checkout.host.refusals = 1
    checkout.open()
    checkout.type_card()

    checkout.pay()
    expect(checkout.page.locator(ALERT)).to_contain_text("Nothing was charged")
    checkout.pay()
    checkout.expect_thanks()

    assert len(checkout.shop.tokens) == 1


def test_an_error_event_carries_code_and_fields(checkout):
    checkout.keep_events()
    checkout.open()
    checkout.type_card(CARD_CVV="1")

    checkout.pay()
    checkout.page.wait_for_function("window.events.some(([name]) => name === 'error')")

    (error,) = checkout.events("error")
    assert error["code"] == "invalid_fields"
    assert error["fields"] == {
        "CARD_CVV": "Security code: this is not valid, please check it."
    }


def test_a_page_can_show_the_errors_itself(checkout):
    checkout.open()
    checkout.page.evaluate(
        """document.addEventListener("clover-card:error", (event) => {
          event.preventDefault();
          document.title = event.detail.code;
        })"""
    )
    checkout.page.wait_for_selector("[data-field=CARD_POSTAL_CODE] iframe")

    checkout.pay()

    expect(checkout.page).to_have_title("invalid_fields")
    expect(checkout.error("CARD_NUMBER")).to_be_hidden()


def test_a_missing_attribute_is_reported_to_the_developer_not_the_shopper(checkout):
    said = []
    checkout.page.on("console", lambda message: said.append(message.text))

    checkout.open(merchant_id="")

    expect(checkout.page.locator(ALERT)).to_have_text(
        "Card payment is not available right now."
    )
    assert any("merchant-id" in text for text in said)


def test_the_page_s_language_is_taken(checkout):
    checkout.open(lang="fr")
    checkout.type_card(CARD_NUMBER="4242424242424241")

    checkout.pay()

    expect(checkout.page.locator(".clover-card-label").first).to_have_text(
        "Numéro de carte"
    )
    expect(checkout.error("CARD_NUMBER")).to_have_text(
        f"Numéro de carte{NBSP}: ce champ n{APOSTROPHE}est pas valide, "
        "veuillez le vérifier."
    )


def test_a_language_that_clover_lacks_has_texts_of_its_own(checkout):
    checkout.open(locale="es-US")
    checkout.type_card(CARD_NUMBER="4242424242424241")

    checkout.pay()

    expect(checkout.error("CARD_NUMBER")).to_have_text(
        "Número de tarjeta: no es válido, compruébelo."
    )


@pytest.mark.parametrize(
    ("lang", "label", "accepted", "frames"),
    [
        ("en-CA", "Card number", "Accepted cards", "en-CA"),
        ("en-US", "Card number", "Accepted cards", "en"),
        ("fr-CA", "Numéro de carte", "Cartes acceptées", "fr-CA"),
        ("fr", "Numéro de carte", "Cartes acceptées", "fr-CA"),
        ("es-419", "Número de tarjeta", "Tarjetas aceptadas", "en"),
        ("de", "Card number", "Accepted cards", "en"),
    ],
)
def test_the_nearest_language_is_taken_as_a_whole(
    checkout, lang, label, accepted, frames
):
    checkout.open(form=f'<div lang="{lang}">{checkout.card()}</div>', lang="ja")

    page = checkout.page
    expect(page.locator(".clover-card-label").first).to_have_text(label)
    expect(page.get_by_role("list", name=accepted)).to_be_visible()
    number = page.locator("[data-field=CARD_NUMBER] iframe")
    assert f"locale={frames}&" in number.get_attribute("src")


def test_the_attribute_goes_before_the_page(checkout):
    checkout.open(lang="fr", locale="es")

    expect(checkout.page.locator(".clover-card-label").first).to_have_text(
        "Número de tarjeta"
    )


def test_an_empty_field_is_named_in_french(checkout):
    checkout.open(lang="fr-CA")
    checkout.type_card(CARD_CVV="")

    checkout.pay()

    expect(checkout.error("CARD_CVV")).to_have_text(
        f"Code de sécurité{NBSP}: ce champ est requis."
    )


def test_a_given_label_names_the_field_in_its_error(checkout):
    checkout.open(label_cvv="Three digits on the back")
    checkout.type_card(CARD_CVV="1")

    checkout.pay()

    expect(checkout.error("CARD_CVV")).to_have_text(
        "Three digits on the back: this is not valid, please check it."
    )


def test_a_typo_in_one_field_empties_no_other(checkout):
    checkout.open()
    checkout.type_card(CARD_CVV="1")
    checkout.pay()
    expect(checkout.error("CARD_CVV")).to_be_visible()

    expect(checkout.input("CARD_NUMBER")).to_have_value("4242 4242 4242 4242")
    expect(checkout.input("CARD_DATE")).to_have_value("12/99")
    expect(checkout.input("CARD_POSTAL_CODE")).to_have_value("12207")
    expect(checkout.input("CARD_CVV")).to_be_focused()
    checkout.input("CARD_CVV").fill("123")
    checkout.pay()
    checkout.expect_thanks()


def test_the_wrong_field_alone_is_marked_as_wrong(checkout):
    checkout.open()
    checkout.type_card(CARD_CVV="1")

    checkout.pay()

    wrong, right = (
        checkout.page.locator(f"[data-field={name}] iframe")
        for name in ("CARD_CVV", "CARD_DATE")
    )
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(right).to_have_attribute("aria-invalid", "false")
    described_by = wrong.get_attribute("aria-describedby")
    expect(checkout.error("CARD_CVV")).to_have_attribute("id", described_by)


def test_labels_can_be_given(checkout):
    checkout.open(label_number="Your card", label_card="Card")

    frame = checkout.page.locator("[data-field=CARD_NUMBER] iframe")
    expect(frame).to_have_attribute("title", "Your card")
    expect(checkout.page.get_by_role("group", name="Card")).to_be_visible()


def test_busy_is_reported_while_a_token_is_asked_for(checkout):
    checkout.keep_events()
    checkout.open()
    checkout.type_card()

    checkout.page.evaluate("document.querySelector('clover-card').tokenize()")

    assert checkout.events("busy") == [{"busy": True}, {"busy": False}]


def test_change_says_when_the_card_is_complete(checkout):
    checkout.keep_events()
    checkout.open()

    checkout.type_card()
    checkout.pay_button.focus()
    checkout.page.wait_for_function(
        "window.events.some(([name, detail]) => name === 'change' && detail.complete)"
    )

    first, *_, last = checkout.events("change")
    assert first == {"complete": False, "errors": {}}
    assert last == {"complete": True, "errors": {}}
