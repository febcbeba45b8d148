"""The workers' shop as an application for gunicorn; it writes its notifications down."""

from django.core.wsgi import WSGIHandler, get_wsgi_application


def build() -> WSGIHandler:
    """The application; `Payments` can be asked for once Django is set up."""
    application = get_wsgi_application()
    from clover_django.payments import register_shop
    from tests.faults.kills_trace import Shop, Trace

    register_shop(Shop(Trace()))
    return application
