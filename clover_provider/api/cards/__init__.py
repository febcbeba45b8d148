"""Cards before they are charged: keys, encryption, tokens, and cards on file."""
