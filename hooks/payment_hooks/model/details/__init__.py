"""What a charge or authorization brings beside amount and source."""
