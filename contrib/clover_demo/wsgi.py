"""The demo shop as a WSGI application that serves its own static files."""

import os

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clover_demo.settings")

application = StaticFilesHandler(get_wsgi_application())
