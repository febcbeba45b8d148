"""A stand-in for the parts of Saleor that the plugin touches: it is not Saleor.

Written from facts about Saleor 3.21 to 3.23, for checks without it. What only works
here does not work: `make saleor` drives the real one.
"""

__version__ = "3.23.28"
