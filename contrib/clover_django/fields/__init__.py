"""Fields of the ledger's columns: text to the letter, and times to the moment."""
