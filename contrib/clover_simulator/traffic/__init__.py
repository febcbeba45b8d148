"""What goes over the wire: requests seen, answers, limits, and the faults that hit them."""
