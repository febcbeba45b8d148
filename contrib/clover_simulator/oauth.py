"""OAuth v2, the tokens of apps."""

from clover_simulator.merchants import Merchant


class Grants:
    """The OAuth tokens given out."""

    def merchant_of(self, access_token: str) -> Merchant | None:
        """The merchant for whom this access token works now."""
        return None
