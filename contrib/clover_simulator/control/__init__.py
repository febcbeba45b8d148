"""The control API: what may be looked at and changed from outside."""
