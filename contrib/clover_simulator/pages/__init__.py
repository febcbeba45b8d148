"""What a browser is shown: the hosted page, the consent page, the card fields."""
