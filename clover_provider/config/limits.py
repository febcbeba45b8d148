"""The limits that Clover documents; what is above them is refused before sending."""

from datetime import timedelta

MOST_MINOR_UNITS = 99_999_999
"""The largest amount of one charge. Source: "Create a charge", read 2026-11."""

LONGEST_EXTERNAL_REFERENCE = 12
"""Letters and digits in `external_reference_id`. Source: as above."""

LONGEST_METADATA = 500
"""Characters of the metadata, written as JSON. Source: as above."""

LONGEST_DESCRIPTOR = 38
"""Characters of `soft_descriptor.dba_name`. Source: as above."""

LARGEST_PAGE = 100
"""Items on one page of a list. Source: "Get a list of charges", read 2026-11."""

MOST_NESTED = 100
"""Objects of a part that is expanded in another. Source: "Add pagination requests",
docs.clover.com, read 2026-11."""

LONGEST_REACH = timedelta(days=90)
"""How far the platform's lists of orders and payments reach. Source: "Limits added for
calls to Payments and Orders API endpoints", docs.clover.com, read 2026-11."""

AUTHORIZATION_WINDOW = timedelta(days=7)
"""How long an authorization can be captured at least. It depends on the card: Clover's
examples are Visa, 7 days, and Mastercard, 30. Source: "Capture a charge", read 2026-11."""

SESSION_LIFE = timedelta(minutes=15)
"""How long a hosted page can be paid. Source: "Creating a Hosted Checkout session"."""

REQUESTS_PER_SECOND = 16
"""Requests of one token in a second. Source: "Rate limits", Clover docs, read 2026-11."""

REQUESTS_AT_ONCE = 5
"""Requests of one token in flight. Source: as above."""
