"""A shop of its own on a real database, enabled by its settings alone."""

import json
import os

GIVEN = json.loads(os.environ["CLOVER_TEST_SHOP"])

SECRET_KEY = "test-only-not-a-secret"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.clover_django.shop.urls"
if GIVEN["database"]["ENGINE"].endswith("mysql"):
    import pymysql

    pymysql.install_as_MySQLdb()
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {**GIVEN["database"], "ATOMIC_REQUESTS": True}}
DATABASE_ROUTERS = ["tests.clover_django.shop.routers.ShopRouter"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "clover_django",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.request",
            ]
        },
    }
]
CLOVER = {
    "ENVIRONMENT": "local",
    "BASE_URL": "http://127.0.0.1:9",
    "MERCHANT_ID": "TESTMERCH0001",
    "PRIVATE_KEY": "test-private-key",
    "PUBLIC_KEY": "test-public-key",
    **GIVEN.get("clover", {}),
}
