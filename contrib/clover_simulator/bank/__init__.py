"""The card's bank: what it approves, and whom it asks (3-D Secure)."""
