"""3-D Secure: what Clover is told of the browser, and what it wants of the shopper."""
