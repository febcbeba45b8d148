"""Servers of the tests' own end with the tests, however those end."""

import subprocess


class Guard:
    """Stops a server and removes its folder: on request, or once this process is gone.

    A test run that is killed runs no more of its own code; the guard is another process,
    and sees the end of its input.
    """

    def __init__(self, folder, *stopping):
        """`stopping` is the command that ends the server."""
        self._process = subprocess.Popen(
            ["sh", "-c", 'cat; "$@"; rm -rf "$0"', str(folder), *map(str, stopping)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the tests
        )

    def finish(self):
        """Stop the server now."""
        self._process.communicate()
