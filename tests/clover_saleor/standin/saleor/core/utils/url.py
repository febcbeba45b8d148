from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError


def validate_storefront_url(url):
    host = urlsplit(url).hostname
    if not host or host not in settings.ALLOWED_CLIENT_HOSTS:
        raise ValidationError(f"{url} is not allowed")
