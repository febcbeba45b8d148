"""How money is moved safely."""
