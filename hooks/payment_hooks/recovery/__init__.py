"""What became of what was left open, and what the provider knows beside it."""
