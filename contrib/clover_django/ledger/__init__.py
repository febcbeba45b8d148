"""The ledger in Django's ORM: payments and operations, saved cards, and who acts."""
