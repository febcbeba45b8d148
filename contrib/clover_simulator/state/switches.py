"""Every behaviour of the simulator that can be switched, with its default and its reason.

`row` names the line of the table of disagreements in Clover's documentation (D1 to D28)
that a switch represents; docs/how-to/simulator.md shows this table to users.
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

Value = bool | int | float | str
TRUE, FALSE = (
    frozenset({"true", "yes", "on", "1"}),
    frozenset({"false", "no", "off", "0"}),
)


def _switch(default: Any, row: str, text: str, *choices: Value) -> Any:  # noqa: ANN401 - like dataclasses.field, it fits every type
    return field(
        default=default, metadata={"row": row, "text": text, "choices": choices}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The switches in force."""

    # Charges, captures and refunds.
    tip_included: bool = _switch(False, "D1", "`amount` already holds the tip.")
    list_envelope: str = _switch(
        "data", "D5", "Form of a list answer.", "data", "elements", "nested", "bare"
    )
    list_cursors: str = _switch(
        "inclusive",
        "-",
        "Whether a page begins with the object that its cursor names.",
        "inclusive",
        "exclusive",
    )
    list_order: str = _switch(
        "newest_first",
        "-",
        "Order of the rows of a list; no page of Clover's promises one.",
        "newest_first",
        "oldest_first",
        "shuffled",
    )
    time_filters: str = _switch(
        "honoured",
        "-",
        "What becomes of the `created` filters of a list under `/v1`.",
        "honoured",
        "ignored",
        "refused",
    )
    unknown_parameters: str = _switch(
        "ignore",
        "-",
        "What a list under `/v1` does with a parameter it does not know.",
        "ignore",
        "refuse",
    )
    currency_case: str = _switch(
        "as_sent",
        "D6",
        "Letter case of `currency` in answers.",
        "as_sent",
        "lower",
        "upper",
    )
    require_forwarded_for: bool = _switch(
        True,
        "D7",
        "Refuse charge, capture and pay without one bare address in `x-forwarded-for`.",
    )
    idempotency_hours: float = _switch(24.0, "D8", "How long a key is remembered.")
    idempotency_key_length: int = _switch(255, "D8", "Longest key that is taken.")
    idempotency_mismatch_status: int = _switch(
        400, "D8", "Answer to a known key with another body.", 400, 409
    )
    idempotent_declines: bool = _switch(True, "D8", "A repeated key repeats a decline.")
    idempotent_refunds: bool = _switch(True, "D8", "Refunds honour an idempotency-key.")
    idempotent_captures: bool = _switch(
        False, "D8", "Captures honour an idempotency-key."
    )
    stored_credentials: str = _switch(
        "strict",
        "-",
        "Whether a charge is refused that names a plan as the shopper's own later act, "
        "has the merchant charge a card that is not saved, or a saved card's own token "
        "not as SUBSEQUENT.",
        "strict",
        "lenient",
    )
    idempotent_finalize: bool = _switch(
        False, "D8", "`finalize_payment` honours an idempotency-key."
    )
    threeds_waiting: str = _switch(
        "pending",
        "-",
        "How a charge reads that waits for 3-D Secure: `unpaid` is `succeeded` and not "
        "paid, `bare` says neither, and `hidden` cannot be read or listed at all.",
        "pending",
        "unpaid",
        "bare",
        "hidden",
    )
    threeds_minutes: float = _switch(
        0.0, "-", "How long a charge waits for 3-D Secure; 0 is for ever."
    )
    token_minutes: float = _switch(0.0, "D9", "Life of an unused token; 0 is for ever.")
    decline_spends_token: bool = _switch(
        True, "D10", "A declined charge spends the token."
    )
    token_reuse_type: bool = _switch(
        False, "D11", "`token_already_used` carries a `type` too."
    )
    refuse_partial_refund_with_tax: bool = _switch(
        False, "D17", "Refuse a partial refund where the charge has tax or tip."
    )
    refuse_partial_refund_of_lines: bool = _switch(
        False,
        "D17",
        "Refuse a partial refund of a hosted payment with more than one line or unit.",
    )
    capture_limit_percent: int = _switch(
        100, "D18", "Highest capture, in percent of the authorised amount."
    )
    charge_status: str = _switch(
        "succeeded",
        "-",
        "Status of every charge that is approved, of hosted pages too.",
        "succeeded",
        "pending",
        "failed",
    )
    refund_status: str = _switch(
        "succeeded",
        "-",
        "Status of every refund that is taken.",
        "succeeded",
        "pending",
        "failed",
        "canceled",
    )
    refund_rows: str = _switch(
        "full",
        "-",
        "Rows of the list of refunds; `bare` is the one recorded.",
        "full",
        "bare",
    )
    charge_refunds: int = _switch(
        10, "-", "How many of its refunds a charge shows, the newest."
    )
    surcharge_percent: float = _switch(
        0.0, "-", "Surcharge on credit cards, in percent, paid on top; hosted too."
    )
    refund_surcharge: bool = _switch(
        True, "-", "A refund gives its part of the surcharge back, on top."
    )
    additional_charges_form: str = _switch(
        "object",
        "-",
        "Form of a charge's `additional_charges`: with `elements`, or a bare list.",
        "object",
        "list",
    )
    void_marks_refunded: bool = _switch(
        True, "D19", "A voided charge reads `refunded` with its full amount."
    )
    check_words: str = _switch(
        "pass", "D23", "Words of the AVS and CVC checks.", "pass", "passed"
    )
    decline_code_key: str = _switch(
        "declineCode", "D26", "Key of the decline code.", "declineCode", "decline_code"
    )
    refund_wait_seconds: float = _switch(
        0.0, "A7", "Refunds are refused for so long after the charge."
    )
    authorization_days: float = _switch(
        0.0, "-", "Life of an authorisation; 0 is by brand: Visa 7 days, Mastercard 30."
    )
    thin_reads: bool = _switch(
        False,
        "-",
        "Read, list and capture answers leave out what recorded ones left out.",
    )
    processing_seconds: float = _switch(
        0.0, "-", "How long Clover works on a charge after it has claimed the key."
    )
    cvc_check: str = _switch(
        "unchecked", "-", "Result of the CVC check.", "unchecked", "pass", "fail"
    )
    address_check: str = _switch(
        "unchecked", "-", "Result of the address checks.", "unchecked", "pass", "fail"
    )

    payment_method: str = _switch(
        "card",
        "-",
        "What every charge is paid with; one of a gift card says less.",
        "card",
        "giftCard",
    )

    # Forms of values.
    numbers_for_text: bool = _switch(
        False, "-", "`last4`, `exp_month` and `exp_year` are numbers, not text."
    )
    year_digits: int = _switch(
        4, "-", "Digits of `exp_year` in answers; 4 is as it was sent.", 4, 2
    )
    merchant_id_case: str = _switch(
        "upper",
        "-",
        "Letter case of merchant ids in answers and webhooks.",
        "upper",
        "lower",
    )

    # Tokens and credentials.
    token_fields: str = _switch(
        "lenient",
        "D21",
        "Which card fields are required.",
        "lenient",
        "docs",
        "transarmor",
    )
    brand_case: str = _switch(
        "upper", "D22", "Letter case of `brand` in answers.", "upper", "as_sent"
    )
    rate_limits: bool = _switch(False, "D25", "Enforce the documented rate limits.")
    pakms_takes_private_key: bool = _switch(
        True, "-", "`/pakms/apikey` takes a private ecommerce key, not only OAuth."
    )
    strict_key_types: bool = _switch(
        True, "-", "A key pair works for its own integration type only."
    )
    access_token_minutes: float = _switch(30.0, "-", "Life of an OAuth access token.")
    refresh_token_days: float = _switch(365.0, "-", "Life of an OAuth refresh token.")
    refresh_tokens_alive: int = _switch(
        5, "-", "Refresh tokens alive per merchant and app; the oldest dies first."
    )

    # Customers.
    customer_needs_source: bool = _switch(
        True, "-", "A customer is created with a card only, as recorded."
    )
    delete_missing_code: str = _switch(
        "invalid_request",
        "-",
        "Code of the 404 where the card or customer to delete is not there.",
        "invalid_request",
        "resource_missing",
    )

    # Hosted checkout and its webhooks.
    checkout_times: str = _switch(
        "iso", "D13", "Form of the session's times.", "iso", "unix", "unix_ms"
    )
    session_minutes: float = _switch(15.0, "-", "Life of a hosted session.")
    hosted_on_v1: bool = _switch(
        True, "D15", "Hosted payments are readable and refundable under `/v1`."
    )
    hosted_notes: bool = _switch(
        True, "-", "The platform's orders show the notes on a hosted page's lines."
    )
    platform_window: str = _switch(
        "narrowed",
        "-",
        "The 90 days of the platform's lists: a longer range is `narrowed` to its newest "
        "ones, only `recent` ones are listed, an older filter is `refused`, or none.",
        "narrowed",
        "recent",
        "refused",
        "unlimited",
    )
    fill_redirect_placeholders: bool = _switch(
        False, "D16", "`{CHECKOUT_SESSION_ID}` in redirect URLs is filled in."
    )
    checkout_path: str = _switch(
        "pay-checkout", "D27", "Path of the shopper's page.", "pay-checkout", "checkout"
    )
    https_redirects_only: bool = _switch(
        False, "-", "Refuse `http://` redirect URLs of this machine as well."
    )
    customer_fields_required: bool = _switch(
        False, "-", "Names and e-mail of the customer are mandatory."
    )
    pays_after_expiry: bool = _switch(
        False, "-", "The page still takes a payment when the session has expired."
    )
    hosted_tip: int = _switch(
        0, "-", "Cents of tip the shopper adds on the hosted page."
    )
    webhook_data_key: str = _switch(
        "data",
        "D14",
        "Key that carries the session id.",
        "data",
        "checkoutSessionId",
        "none",
    )
    webhook_keys: str = _switch(
        "camel", "D14", "Letter case of the other keys.", "camel", "pascal"
    )
    webhook_drop: bool = _switch(False, "D14", "Webhooks get lost.")
    webhook_copies: int = _switch(1, "D14", "How often each webhook is delivered.")
    webhook_delay_seconds: float = _switch(0.0, "A7", "Wait before a webhook goes out.")
    webhook_forge: bool = _switch(False, "A7", "Sign with a wrong secret.")
    webhook_age_seconds: int = _switch(0, "A7", "Age of the signature's timestamp.")
    webhook_reorder: bool = _switch(
        False, "A7", "Hold a webhook back until the next one has gone out."
    )
    webhook_retries: int = _switch(
        0, "D20", "Repeats of a webhook that was not answered 2xx."
    )

    def changed(self, changes: Mapping[str, Value]) -> "Switches":
        """These switches with `changes`, each checked against its type and choices."""
        known = {entry.name: entry for entry in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(
                    f"no switch is called {name!r}; see the table of switches"
                )
        checked: dict[str, Any] = {n: _checked(known[n], v) for n, v in changes.items()}
        return replace(self, **checked)

    def as_dict(self) -> dict[str, Value]:
        """Name and value of every switch."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One line of the table of switches."""

    name: str
    default: Value
    row: str
    text: str
    choices: tuple[Value, ...]


def describe() -> Iterator[Description]:
    """The table of switches, in order."""
    for entry in fields(Switches):
        default: Any = entry.default
        yield Description(name=entry.name, default=default, **entry.metadata)


def parse(setting: str) -> tuple[str, Value]:
    """Name and value of `name=value`, as typed on a command line."""
    name, found, value = setting.partition("=")
    if not found:
        raise ValueError(f"write a switch as name=value, not {setting!r}")
    return name.strip().replace("-", "_"), value.strip()


def _checked(entry: "Field[Any]", value: Value) -> Value:
    try:
        result = _converted(type(entry.default), value)
    except ValueError:
        kind = type(entry.default).__name__
        raise ValueError(f"switch {entry.name} wants {kind}, not {value!r}") from None
    choices = entry.metadata["choices"]
    if choices and result not in choices:
        raise ValueError(f"switch {entry.name} is one of {choices}, not {value!r}")
    return result


def _converted(kind: type, value: Value) -> Value:
    if kind is bool:
        word = str(value).lower()
        if word not in TRUE | FALSE:
            raise ValueError(word)
        return word in TRUE
    if isinstance(value, bool):
        raise ValueError(value)
    converted: Value = kind(value)
    if not isinstance(converted, str) and converted < 0:
        raise ValueError(value)
    return converted
