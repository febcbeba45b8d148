"""What the shop and its files are called, and how its staff signs in."""

SHOP_NAME = "Morning & Mug"
DATABASE_FILE = "shop.sqlite3"
LEDGER_FILE = "shop.clover.sqlite3"
"""Made by itself, beside the shop's."""
STAFF_EMAIL = "staff@example.com"
STAFF_PASSWORD = "demo-staff"  # noqa: S105 - it guards test cards on this machine
