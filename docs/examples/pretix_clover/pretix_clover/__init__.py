"""Clover for pretix: an event's tickets are paid by card, charged once, and never lost."""
