"""What the demo shop's templates know beside Oscar's: where else there is to look."""

from django.conf import settings
from django.http import HttpRequest

from clover_demo.names import STAFF_EMAIL, STAFF_PASSWORD


def demo(request: HttpRequest) -> dict[str, dict[str, str]]:
    """The simulator's page, and how the staff signs in."""
    return {
        "demo": {
            "simulator_url": f"{settings.CLOVER['BASE_URL'].rstrip('/')}/",
            "staff_email": STAFF_EMAIL,
            "staff_password": STAFF_PASSWORD,
        }
    }
