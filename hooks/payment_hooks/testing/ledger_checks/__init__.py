"""What a ledger is asked to do, in rooms by subject; `LedgerKit` has them all."""
