"""The payments part of Saleor's GraphQL API, for any shop that answers the shop hooks.

Needs the extra `graphql`. It must not be installed beside Saleor, which needs an older
graphql-core than strawberry does.
"""

from clover_graphql.api import PaymentsApi
from clover_graphql.http import HttpAnswer, HttpQuestion
from clover_graphql.limits import Limits
from clover_graphql.offers import OfferedGateway

__all__ = ["HttpAnswer", "HttpQuestion", "Limits", "OfferedGateway", "PaymentsApi"]
