"""Saleor's payments flow: `checkoutPaymentCreate`, `checkoutComplete` and what follows."""
