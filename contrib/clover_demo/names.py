"""What the shop and its file are called, and how its staff signs in."""

SHOP_NAME = "Morning & Mug"
DATABASE_FILE = "shop.sqlite3"
STAFF_EMAIL = "staff@example.com"
STAFF_PASSWORD = "demo-staff"  # noqa: S105 - it guards test cards on this machine
