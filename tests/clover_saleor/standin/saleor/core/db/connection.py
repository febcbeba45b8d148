from contextlib import contextmanager


@contextmanager
def allow_writer():
    yield
