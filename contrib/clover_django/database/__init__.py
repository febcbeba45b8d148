"""The ledger's own connection, its routers and tables, and transactions around it."""
