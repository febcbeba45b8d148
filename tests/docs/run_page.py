"""Runs the code blocks of one page, as a reader who has installed what the page says.

A program of the standard library alone, started by the Python of the page's own
environment: `python run_page.py PAGE`, in an empty folder. Python blocks share their
names, and a traceback shows the page and its line. In console blocks the lines after
`$ ` run, and print the lines that are written below them.

Where Django is installed the reader has a project: its settings and `urlpatterns` are
names that the page may add to. The first block with CLOVER completes the settings, and
Django starts. On a page without such a block Clover is enabled already.
"""

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 300
"""How long a command of a console block may run."""
ACCOUNT = {
    "CLOVER_MERCHANT_ID": "TESTMERCH0001",
    "CLOVER_PRIVATE_KEY": "test-private-key-usd",
    "CLOVER_PUBLIC_KEY": "test-public-key-usd",
    "CLOVER_HOSTED_PRIVATE_KEY": "test-hosted-private-key-usd",
    "CLOVER_WEBHOOK_SECRET": "test-webhook-secret-usd",
}
"""The keys that the reader's environment has."""
PROJECT = {
    "SECRET_KEY": "the reader's",
    "ALLOWED_HOSTS": ["*"],
    "DATABASES": {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}
    },
}
ENABLED = """
import os

INSTALLED_APPS += ["clover_django", "clover_card"]
CLOVER = {
    "ENVIRONMENT": "sandbox",
    "MERCHANT_ID": os.environ["CLOVER_MERCHANT_ID"],
    "PRIVATE_KEY": os.environ["CLOVER_PRIVATE_KEY"],
    "PUBLIC_KEY": os.environ["CLOVER_PUBLIC_KEY"],
}
"""
ENABLED_URLS = """
from django.urls import include, path

urlpatterns += [path("clover/", include("clover_django.urls"))]
"""
"""What the project says where the page is for a Django shop that has enabled Clover."""


def blocks(text):
    """Language, code and the number of the line before the code."""
    return [
        (match[1], match[2], text.count("\n", 0, match.start(2)))
        for match in BLOCK.finditer(text)
    ]


def has(*names):
    return all(find_spec(name) for name in names)


def settings_in(names):
    return {name: value for name, value in names.items() if name.isupper()}


def settings_of_the_reader():
    """What the reader's settings say before the page: Django's own, or a shop's."""
    if has("oscar"):
        from clover_demo import settings as demo

        found = settings_in(vars(demo))
        for name in ("CLOVER", "OSCAR_DYNAMIC_CLASS_LOADER", "LOGGING"):
            del found[name]
        foreign = ("clover_", "sorl.")  # the page adds ours; thumbnails are optional
        apps = [name for name in demo.INSTALLED_APPS if not name.startswith(foreign)]
        return found | PROJECT | {"INSTALLED_APPS": apps}
    start = (sys.executable, "-m", "django", "startproject", "reader", ".")
    subprocess.run(start, check=True)
    from reader import settings

    return settings_in(vars(settings)) | PROJECT


class Page:
    """The page's names, and the Django project that they are part of, if any."""

    def __init__(self, path):
        self.path, self.has_django = path, False
        self.names = {"__name__": "page"}
        self.urls = ModuleType("page_urls")
        if has("django"):
            self.names |= settings_of_the_reader() | {"urlpatterns": []}

    def run(self):
        text = self.path.read_text()
        if has("django") and "INSTALLED_APPS" not in text:
            self.run_python(ENABLED, 0)
            self.run_python(ENABLED_URLS, 0)
        for language, code, line in blocks(text):
            if language == "python":
                self.run_python(code, line)
            elif language == "console":
                run_console(code)
        if self.has_django:
            self.check_the_project()

    def run_python(self, code, line):
        known = self.names.get("CLOVER")
        exec(compile("\n" * line + code, str(self.path), "exec"), self.names)
        if has("django") and self.names.get("CLOVER") is not known:
            self.take_settings()

    def take_settings(self):
        """Start Django with the settings so far, or show it the changed account."""
        from django.conf import settings

        if self.has_django:
            settings.CLOVER = self.names["CLOVER"]
            return
        import django

        sys.modules["page_urls"] = self.urls
        self.urls.urlpatterns = self.names["urlpatterns"]
        values = settings_in(self.names) | {"ROOT_URLCONF": "page_urls"}
        settings.configure(**values)
        django.setup()
        self.has_django = True

    def check_the_project(self):
        """What `manage.py check` says of the settings and URLs that the page made."""
        from django.core.management import call_command

        self.urls.urlpatterns = self.names["urlpatterns"]
        call_command("check", fail_level="WARNING")


def run_console(code):
    """Run each line after `$ `; it prints the lines that are written below it."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            shlex.split(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        printed = done.stdout.splitlines()
        missing = [line for line in expected.splitlines() if line not in printed]
        assert done.returncode == 0, (command, done.stdout)
        assert not missing, (command, missing, done.stdout)


if __name__ == "__main__":
    sys.path[0] = ""  # the reader's folder, and not this one
    os.environ |= ACCOUNT
    Page(Path(sys.argv[1])).run()
