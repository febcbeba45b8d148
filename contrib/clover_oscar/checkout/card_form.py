"""The card form of api mode: its values are never written back into a page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clover_django.language.words import Text
from clover_oscar.checkout.outcomes import describe
from clover_oscar.untyped import OscarObject
from payment_hooks import CardDetails, ErrorCode, InvalidRequest

CARD_FIELDS = (
    "card_number",
    "card_expiry",
    "card_cvc",
    "card_name",
    "card_postal_code",
)
_FIELD_OF: dict[str, str] = {
    ErrorCode.INCORRECT_NUMBER: "card_number",
    ErrorCode.INCORRECT_EXPIRY: "card_expiry",
    ErrorCode.INCORRECT_CVC: "card_cvc",
}
_CENTURY = 2000


class OnceOnlyInput(forms.TextInput):
    """An input whose value is read and never written back into a page."""

    def format_value(self, value: OscarObject) -> None:
        """Nothing, whatever was typed."""
        return None


def _input(autocomplete: str, **attributes: Text) -> OnceOnlyInput:
    return OnceOnlyInput(
        attrs={"autocomplete": autocomplete, "class": "form-control", **attributes}
    )


class CardEntryForm(forms.Form):
    """Card number, expiry as MM/YY, security code, name and postal code."""

    card_number = forms.CharField(
        label=_("Card number"),
        max_length=23,
        widget=_input("cc-number", inputmode="numeric"),
    )
    card_expiry = forms.RegexField(
        regex=r"^\s*([0-9]{1,2})\s*/\s*([0-9]{4}|[0-9]{2})\s*$",
        label=_("Expiry date (MM/YY)"),
        widget=_input("cc-exp", placeholder=_("MM/YY")),
    )
    card_cvc = forms.CharField(
        label=_("Security code"),
        max_length=4,
        widget=_input("cc-csc", inputmode="numeric"),
    )
    card_name = forms.CharField(
        label=_("Name on card"),
        required=False,
        max_length=100,
        widget=_input("cc-name"),
    )
    card_postal_code = forms.CharField(
        label=_("Postal code"),
        required=False,
        max_length=10,
        widget=_input("billing postal-code"),
    )

    card: CardDetails | None = None

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """The card in `card`; the cleaned data holds nothing of it."""
        typed, self.cleaned_data = self.cleaned_data, {}
        if not self.errors:
            try:
                self.card = _read_card(typed)
            except InvalidRequest as error:
                message = ValidationError(describe(error))
                self.add_error(_FIELD_OF.get(error.code), message)
        return {}


@sensitive_variables()
def _read_card(typed: dict[str, str]) -> CardDetails:
    month, year = (int(part) for part in typed["card_expiry"].split("/"))
    return CardDetails(
        number=typed["card_number"],
        exp_month=month,
        exp_year=year if year >= _CENTURY else _CENTURY + year,
        cvc=typed["card_cvc"],
        name=typed["card_name"],
        postal_code=typed["card_postal_code"],
    )
