"""How refunds, surcharges and the platform's objects read."""
