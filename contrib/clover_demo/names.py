"""What the shop is called and how its staff signs in; published, like the test cards."""

SHOP_NAME = "Morning & Mug"
STAFF_EMAIL = "staff@example.com"
STAFF_PASSWORD = "demo-staff"  # noqa: S105 - it guards test cards on this machine
