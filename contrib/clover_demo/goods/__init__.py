"""What the demo shop sells: its products, their pictures, and how they get into it."""
