"""Clover's endpoints, one module for each family, and the card's bank behind them."""
