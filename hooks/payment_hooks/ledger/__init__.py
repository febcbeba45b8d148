"""What a store must do, and arithmetic over what it holds."""
