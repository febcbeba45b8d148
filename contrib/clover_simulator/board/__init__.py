"""The simulator's own page, `/`: what is in it, and what can be done by a click."""
