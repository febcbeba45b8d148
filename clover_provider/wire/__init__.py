"""How a call reaches Clover: in time, in turn, once, and with nothing to be overheard."""
