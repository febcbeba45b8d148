"""What is bought in the demo shop: by a shopper over HTTP, and held against Clover."""
