"""The payments part of Saleor's GraphQL API, for any shop that answers the shop hooks.

Needs the extra `graphql`. It must not be installed beside Saleor, which needs an older
graphql-core than strawberry does.
"""

from clover_graphql.api import PaymentsApi
from clover_graphql.transport.http import HttpAnswer, HttpRequest
from clover_graphql.transport.limits import Limits
from payment_hooks.storefront import OfferedGateway

__all__ = ["HttpAnswer", "HttpRequest", "Limits", "OfferedGateway", "PaymentsApi"]
