"""The codes of the errors that this package raises, by what happened.

Where Clover's answer names a code of its own, the error carries that one instead. A 404
or a 5xx without any becomes `http_404`, `http_502` and so on.
"""

PROVIDER = "clover"
"""What every error, transaction and event of this package names as its provider."""

# Of the wire.

NOT_SENT = "not_sent"
"""Nothing left this machine."""
NO_USABLE_ANSWER = "no_usable_answer"
"""The call left, and what came back is nothing, cut, too late or not readable."""
HEADER_INVALID = "header_invalid"
"""A header would hold a line break or a foreign letter; nothing was sent."""
ANSWER_UNREADABLE = "answer_unreadable"
"""A field that is needed is missing or odd in Clover's answer."""
IDEMPOTENCY_ERROR = "idempotency_error"
"""Clover knows the idempotency key with other content."""
RATE_LIMIT = "rate_limit"
"""Clover refused the call for being too much."""
UNAUTHORIZED = "unauthorized"
"""Clover refused the key, and named no reason."""
INVALID_REQUEST = "invalid_request"
"""Clover refused the request, and named no reason."""
HTTP_NOT_FOUND = "http_404"
"""A 404 without Clover's error object: a gateway's, or of a wrong address."""
RESOURCE_MISSING = "resource_missing"
"""Clover knows no object of that id."""

# Of charges, captures and refunds.

AMOUNT_TOO_LARGE = "amount_too_large"
"""More than Clover takes in one charge; nothing was sent."""
CURRENCY_NOT_ACCEPTED = "currency_not_accepted"
"""Another currency than the merchant's; nothing was sent."""
METADATA_INVALID = "metadata_invalid"
"""The caller's metadata uses a reserved name or holds a card number; nothing was sent."""
METADATA_TOO_LONG = "metadata_too_long"
"""Reference and metadata are longer than Clover takes; nothing was sent."""
CARD_DECLINED = "card_declined"
"""The card was declined, and Clover named no reason."""
CHARGE_FAILED = "failed"
"""Clover made the charge, it failed, and Clover named no reason."""
CHARGE_ALREADY_CAPTURED = "charge_already_captured"
"""A void of what is captured; Clover's own code. Nothing was sent."""
CHARGE_ALREADY_REFUNDED = "charge_already_refunded"
"""Nothing is left to refund, or it was voided; Clover's own code. Nothing was sent."""
CHARGE_NOT_CAPTURED = "charge_not_captured"
"""A refund of what is not captured; nothing was sent."""
REFUND_TOO_LARGE = "refund_too_large"
"""A refund of more than is left of the charge; nothing was sent."""
PARTIAL_REFUND_WITH_TAX = "partial_refund_with_tax"
"""A partial refund of a charge with tax or tip, which Clover refuses; nothing was sent."""
PARTIAL_VOID = "partial_void"
"""A void of another amount than the authorization's; nothing was sent."""
REFUND_FAILED = "refund_failed"
"""The bank did not carry out the refund or void."""

# Of 3-D Secure.

FLOW_STATUS_INVALID = "flow_status_invalid"
"""What the browser brought back is no answer of Clover's 3DS script; nothing was sent."""
CHARGE_OF_ANOTHER_OPERATION = "charge_of_another_operation"
"""The charge that is to go on belongs to another operation; nothing was sent."""
STILL_WAITING = "still_waiting"
"""The charge waits for the shopper, and Clover has no way to end that."""
NOT_AUTHENTICATED = "not_authenticated"
"""The charge that waited for the shopper is over, and Clover named no reason."""

# Of cards, tokens and keys.

CARD_NOT_ALLOWED = "card_not_allowed"
"""A card number in another mode than api; nothing was sent."""
TOKEN_MISSING = "token_missing"  # noqa: S105 - no password
"""Clover's answer holds no token for the card; nothing was charged."""
PAKMS_KEY_MISSING = "pakms_key_missing"
"""Clover gave no active public key."""
SOURCE_OF_ANOTHER_MERCHANT = "source_of_another_merchant"
"""The card token was made for another merchant; nothing was sent."""
SOURCE_NOT_SAVED = "source_not_saved"
"""A saved card came as a fresh token, or the other way round; nothing was sent."""
SOURCE_ID_INVALID = "source_id_invalid"
"""What should be removed is no id of a saved card; nothing was sent."""
SOURCE_ALREADY_SAVED = "source_already_saved"
"""Clover has this card on file already."""
SAVED_SOURCE_MISSING = "saved_source_missing"
"""Clover saved a card and did not say under which id."""

# Of hosted checkout.

MODE_NOT_CONFIGURED = "mode_not_configured"
"""The merchant's settings do not hold the mode that was asked for; nothing was sent."""
RETURN_URLS_MISSING = "return_urls_missing"
"""A hosted page was asked for without return URLs; nothing was sent."""
RETURN_URL_UNSAFE = "return_url_unsafe"
"""A return URL is no absolute https address; nothing was sent."""
LINES_DIFFER_FROM_AMOUNT = "lines_differ_from_amount"
"""The lines of the page do not come to the amount due; nothing was sent."""
LINE_NEGATIVE = "line_negative"
"""A line of the page has a negative price; nothing was sent."""
CURRENCY_MISMATCH = "currency_mismatch"
"""A line of the page is in another currency than the amount; nothing was sent."""
SESSION_UNREADABLE = "session_unreadable"
"""Clover opened a session to which no shopper can be sent."""

# Of webhooks: each says why the message was rejected.

BODY_TOO_LARGE = "body_too_large"
"""The body is larger than any of Clover's."""
BODY_MALFORMED = "body_malformed"
"""The signed body is no JSON object, or an id or the time in it is odd."""
SIGNATURE_MISSING = "signature_missing"
"""There is no signature header, or more than one."""
SIGNATURE_MALFORMED = "signature_malformed"
"""The signature header does not name exactly one time."""
SIGNATURE_WRONG = "signature_wrong"
"""No configured signing secret made the signature."""
SIGNATURE_STALE = "signature_stale"
"""The signature is older, or newer, than is tolerated."""
MERCHANT_DIFFERS = "merchant_differs"
"""The message is about another merchant."""
TYPE_UNKNOWN = "type_unknown"
"""The message is not about a payment."""
STATUS_UNKNOWN = "status_unknown"
"""The message names a status that Clover does not document."""

# Of look-ups.

LIST_NOT_FOUND = "list_not_found"
"""Clover says that it has no such list; that is no empty list."""
TOO_MANY_PAGES = "too_many_pages"
"""The list is longer than is read at once."""
REFUND_UNASSIGNABLE = "refund_unassignable"
"""A listed refund names no charge, among those of several charges."""

# Of OAuth.

RECONNECT = "reconnect"
"""Clover refused the refresh token: the merchant must connect the app again."""
TOKENS_INCOMPLETE = "tokens_incomplete"
"""A token or its time of expiry is missing in Clover's answer."""
STATE_DIFFERS = "state_differs"
"""The browser came back with a state that this session did not send out."""
CODE_MISSING = "no_code"
"""The browser came back without a code or a merchant."""
VERIFIER_INVALID = "verifier_invalid"
"""The PKCE verifier holds a letter that none has."""
