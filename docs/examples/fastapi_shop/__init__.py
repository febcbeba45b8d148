"""A shop in FastAPI that takes its payments through the GraphQL API."""
