"""The card form of api mode: number and security code never go back into a page."""

import re
from collections.abc import Mapping
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clover_django.language.words import Text
from clover_oscar.checkout.outcomes import describe, page_language
from clover_oscar.untyped import OscarObject
from payment_hooks import CardDetails, ErrorCode, InvalidRequest, shopper_text

CARD_FIELDS = (
    "card_number",
    "card_expiry",
    "card_cvc",
    "card_name",
    "card_postal_code",
)
KEPT_FIELDS = ("card_expiry", "card_name", "card_postal_code")
"""Those that a page may show again, so that a typo costs the number and its code alone."""
BRAND, LAST4 = "clover_brand", "clover_last4"
"""The form fields by which the next page names the card; nothing else reads them."""
_FIELD_OF: dict[str, str] = {
    ErrorCode.INCORRECT_NUMBER: "card_number",
    ErrorCode.INCORRECT_EXPIRY: "card_expiry",
    ErrorCode.INCORRECT_CVC: "card_cvc",
}
_CENTURY = 2000
_BRAND = re.compile(r"[A-Za-z_ ]{1,30}")
_LAST4 = re.compile(r"[0-9]{4}")


class OnceOnlyInput(forms.TextInput):
    """An input whose value is read and never written back into a page."""

    def format_value(self, value: OscarObject) -> None:
        """Nothing, whatever was typed."""
        return None


def _look(autocomplete: str, **attributes: Text) -> dict[str, Any]:
    return {"autocomplete": autocomplete, "class": "form-control", **attributes}


def _refuse_expiry() -> str:
    return shopper_text(ErrorCode.INCORRECT_EXPIRY, page_language())


class CardEntryForm(forms.Form):
    """Card number, expiry as MM/YY, security code, name and postal code."""

    card_number = forms.CharField(
        label=_("Card number"),
        max_length=23,
        widget=OnceOnlyInput(attrs=_look("cc-number", inputmode="numeric")),
    )
    card_expiry = forms.RegexField(
        regex=r"^\s*([0-9]{1,2})\s*/\s*([0-9]{4}|[0-9]{2})\s*$",
        label=_("Expiry date"),
        error_messages={"invalid": lazy(_refuse_expiry, str)()},
        widget=forms.TextInput(attrs=_look("cc-exp", placeholder=_("MM/YY"))),
    )
    card_cvc = forms.CharField(
        label=_("Security code"),
        max_length=4,
        widget=OnceOnlyInput(attrs=_look("cc-csc", inputmode="numeric")),
    )
    card_name = forms.CharField(
        label=_("Name on card"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=_look("cc-name")),
    )
    card_postal_code = forms.CharField(
        label=_("Postal code"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs=_look("billing postal-code")),
    )

    card: CardDetails | None = None

    @classmethod
    def kept(cls, posted: Mapping[str, str]) -> Self:
        """An empty form but for what an earlier one had beside number and code."""
        return cls(initial={name: posted.get(name, "") for name in KEPT_FIELDS})

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


def read_shown_card(posted: Mapping[str, str]) -> tuple[str, str]:
    """Brand and last four digits as the page's script wrote them; empty if unusable."""
    brand, last4 = posted.get(BRAND, ""), posted.get(LAST4, "")
    if not _LAST4.fullmatch(last4):
        return "", ""
    return (brand if _BRAND.fullmatch(brand) else ""), last4


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
