"""The demo's staff account; published, for it guards nothing but test cards."""

STAFF_EMAIL = "staff@example.com"
STAFF_PASSWORD = "demo-staff"  # noqa: S105 - published
