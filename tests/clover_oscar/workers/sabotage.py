"""What breaks in the shop of many workers: a file of that name in its folder says so."""

import os
import signal
from functools import cache
from pathlib import Path

from django.core.mail.backends.filebased import EmailBackend
from oscar.core.loading import default_class_loader

FOLDER = Path(os.environ.get("CLOVER_TEST_FOLDER", "."))
MAIL_IS_DOWN = "mail-is-down"
PLACING_RAISES = "placing-raises"
DIE_BEFORE_THE_ORDER = "die-before-the-order"
AT_WORK = "at-work-"


def is_on(name):
    return (FOLDER / name).exists()


def happens_once(name):
    """Whether the file was there; it is not there any more."""
    try:
        (FOLDER / name).unlink()
    except FileNotFoundError:
        return False
    return True


class Mail(EmailBackend):
    """Mails as files, while the mail server is up."""

    def send_messages(self, email_messages):
        if is_on(MAIL_IS_DOWN):
            raise ConnectionRefusedError("the mail server is down")
        return super().send_messages(email_messages)


class Breaking:
    """In front of the shop's `OrderCreator`."""

    def place_order(self, *args, **kwargs):
        if is_on(PLACING_RAISES):
            raise RuntimeError("the shop's own code broke")
        if happens_once(DIE_BEFORE_THE_ORDER):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().place_order(*args, **kwargs)


@cache
def breaking(cls):
    return type(cls.__name__, (Breaking, cls), {"__module__": cls.__module__})


def class_loader(module_label, classnames, module_prefix):
    found = default_class_loader(module_label, classnames, module_prefix)
    return [
        breaking(cls) if name == "OrderCreator" else cls
        for name, cls in zip(classnames, found, strict=True)
    ]


def name_worker(get_response):
    """Middleware: the answer says which process gave it, and a file who is at work."""

    def middleware(request):
        mark = FOLDER / f"{AT_WORK}{os.getpid()}"
        mark.touch()
        try:
            response = get_response(request)
        finally:
            mark.unlink()
        response["X-Worker"] = str(os.getpid())
        return response

    return middleware
