"""Texts for people: names of states and flags, and amounts to read and type."""
