"""The codes of the errors that this API raises about a caller's input.

`errors` says which of Saleor's codes a caller gets for each; one that is not named there is
upper-cased, and is `INVALID` where Saleor's enum does not have it.
"""

GATEWAY_UNKNOWN = "gateway_unknown"
"""The shop offers no gateway of that id."""
ID_MALFORMED = "id_malformed"
"""A text is no global id, or holds no key."""
ID_OF_OTHER_TYPE = "id_of_other_type"
"""A global id is of another type than the argument takes."""
INCORRECT_DETAILS = "incorrect_details"
"""A report names another amount than the ledger has for the transaction."""
INVALID = "invalid"
"""The input cannot be used, and Saleor has no code of its own for the reason."""
NOT_PAID = "not_paid"
"""The checkout is not paid, or not with the amount that is due now."""
PURCHASE_UNKNOWN = "purchase_unknown"
"""The shop has no such checkout or order."""
REQUIRED = "required"
"""Not exactly one of the arguments that name an object was sent."""
