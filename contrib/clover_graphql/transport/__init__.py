"""What comes over HTTP, and how much of it is taken."""
