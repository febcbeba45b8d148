"""Fields of the ledger's columns: exact text, and times in UTC."""
