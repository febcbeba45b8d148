"""Settings of the workers' shop: its own database; Clover's address comes from outside."""

import json
import os

_GIVEN = json.loads(os.environ["CLOVER_FAULTS_SHOP"])

SECRET_KEY = "test-only-not-a-secret"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.faults.kills_urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": _GIVEN["database"]}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "clover_django"]
CLOVER = _GIVEN["clover"]
