"""An API request: who calls, whether it is well formed, and what it asks."""
