"""The plugins' identifiers in Saleor."""

GATEWAY = "clover.payments"
"""The payment gateway and the App's identifier; no channel slug can contain its dot."""
SESSIONS = "clover.transactions"
"""The hidden plugin which serves the Transactions API for the same gateway."""
TITLE = "Clover"
