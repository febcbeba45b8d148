"""Settings of the demo shop: stock Oscar, with Clover enabled as the how-to says.

All it writes goes to the folder `CLOVER_DEMO_DIR`. Where Clover is, and the merchant's
keys, come from the provider's variables `CLOVER_…`; without them they are those of
`clover simulate`.
"""

import os
from pathlib import Path
from typing import Any

import django
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy
from oscar.defaults import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary] - as Oscar documents

from clover_demo.names import DATABASE_FILE, SHOP_NAME

DATA_DIR = Path(os.environ.get("CLOVER_DEMO_DIR", ".demo")).absolute()

SECRET_KEY = "demo-only-not-a-secret"  # noqa: S105 - it guards test cards on this machine
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "clover_demo.urls"
WSGI_APPLICATION = "clover_demo.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", "English"), ("fr-ca", "Français (Canada)"), ("es", "Español")]
# Django knows the languages of France and of Canada by one name.
LANG_INFO.setdefault(
    "fr-ca", {**LANG_INFO["fr"], "code": "fr-ca", "name_local": "français (Canada)"}
)
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = str(DATA_DIR / "media")
_MAIL = "django.core.mail.backends.filebased.EmailBackend"
if django.VERSION >= (6, 1):
    _MAIL_OPTIONS = {"file_path": str(DATA_DIR / "mail")}
    MAILERS = {"default": {"BACKEND": _MAIL, "OPTIONS": _MAIL_OPTIONS}}
else:
    EMAIL_BACKEND = _MAIL
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")

_SQLITE_OPTIONS: dict[str, Any] = {"timeout": 20}
if django.VERSION >= (5, 1):
    # A transaction that only finds out later that it writes fails at once when it has
    # read what another one changed; this one waits for its turn.
    _SQLITE_OPTIONS["transaction_mode"] = "IMMEDIATE"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(DATA_DIR / DATABASE_FILE),
        "ATOMIC_REQUESTS": True,
        "OPTIONS": _SQLITE_OPTIONS,
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "clover_demo.search.ShelfEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {
        "file": {
            "class": "logging.FileHandler",
            "filename": str(DATA_DIR / "shop.log"),
            "formatter": "line",
            "delay": True,
        }
    },
    "root": {"handlers": ["file"], "level": "INFO"},
    "loggers": {
        name: {"handlers": ["file"], "level": "INFO", "propagate": False}
        for name in ("django", "oscar")
    },
}

INSTALLED_APPS = [
    "clover_demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    "clover_card",
    "clover_django",
    "clover_oscar",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.request",
                "django.template.context_processors.debug",
                "django.template.context_processors.i18n",
                "django.template.context_processors.media",
                "django.template.context_processors.static",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
                "clover_demo.context.demo",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]

OSCAR_SHOP_NAME = SHOP_NAME
OSCAR_SHOP_TAGLINE = gettext_lazy("Small-batch coffee and the cups it deserves")
OSCAR_DEFAULT_CURRENCY = "USD"
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_REQUIRED_ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "line1",
    "line4",
    "postcode",
    "country",
)
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {
    "Pending": ("Paid", "Cancelled"),
    "Paid": ("Shipped", "Refunded", "Cancelled"),
    "Shipped": ("Refunded",),
    "Refunded": (),
    "Cancelled": (),
}
OSCAR_LINE_STATUS_PIPELINE: dict[str, tuple[str, ...]] = {"Pending": ()}
OSCAR_DYNAMIC_CLASS_LOADER = "clover_oscar.loading.class_loader"

CLOVER = {
    "ENVIRONMENT": "local",
    "BASE_URL": os.environ.get("CLOVER_BASE_URL", "http://127.0.0.1:8765"),
    "MERCHANT_ID": os.environ.get("CLOVER_MERCHANT_ID", "TESTMERCH0001"),
    "PRIVATE_KEY": os.environ.get("CLOVER_PRIVATE_KEY", "test-private-key-usd"),
    "PUBLIC_KEY": os.environ.get("CLOVER_PUBLIC_KEY", "test-public-key-usd"),
    "HOSTED_PRIVATE_KEY": os.environ.get(
        "CLOVER_HOSTED_PRIVATE_KEY", "test-hosted-private-key-usd"
    ),
    "PLATFORM_TOKEN": os.environ.get(
        "CLOVER_PLATFORM_TOKEN", "test-platform-token-usd"
    ),
    "WEBHOOK_SECRETS": [
        os.environ.get("CLOVER_WEBHOOK_SECRETS", "test-webhook-secret-usd")
    ],
    "MODE": "iframe",
    "MODES": ["iframe", "hosted", "api"],
    "PCI_ATTESTATION": "SAQ D of a shop that only takes test cards",
    "THREE_D_SECURE": True,
    "ORDER_STATUS": {"paid": "Paid"},
    "NEXT_LOADER": "clover_demo.shipping.class_loader",
}
