"""What the provider has made, compared with the ledger: adopted, resolved or flagged."""
