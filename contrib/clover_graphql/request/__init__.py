"""One request: who asks, for which purchase, and what it submits."""
