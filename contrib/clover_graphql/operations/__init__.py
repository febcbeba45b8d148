"""What the schema's mutations do."""
