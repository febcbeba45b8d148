"""The codes of the errors that the Saleor plugins raise beside those of payment_hooks."""

INACTIVE = "inactive"
"""The plugin is switched off for the channel; only payments that have begun are looked
at."""
NOTHING_DUE = "nothing_due"
"""The order or checkout is paid, or nothing is due for it."""
PAID_ELSEWHERE = "paid_elsewhere"
"""Another transaction paid for the same; nothing more is charged."""
PAID_IN_PART = "paid_in_part"
"""A part was paid with a transaction; pay the rest with another transaction."""
RETURN_URL_MISSING = "return_url_missing"
"""A hosted page was asked for without a return URL."""
