"""The provider-neutral payment specification: hooks, types, errors, one road."""
