"""The HTTP server: the application, its middleware, and faults on the connection."""
