"""What Oscar and Saleor share: settings, ledger models, webhook and return views."""
