"""The payments part of Saleor's GraphQL API, for any shop that answers the shop hooks."""
