"""What a shop's own checkout needs: a card form, and the way to Clover's page."""
