"""A package index on this machine, with packages of its own; it notes what it is asked.

Nothing of it comes from elsewhere: a wheel is a zip file, a source distribution a folder
in a tar file, and what builds them is a module of a few lines.
"""

import hashlib
import io
import tarfile
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BACKEND = "tinybuild"
"""The build backend of these packages; pip asks it as it asks hatchling or setuptools."""

BACKEND_CODE = """
import tomllib
import zipfile


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    stem = project["name"].replace("-", "_") + "-" + project["version"]
    lines = ["Metadata-Version: 2.1", "Name: " + project["name"]]
    lines += ["Version: " + project["version"]]
    lines += ["Requires-Dist: " + need for need in project.get("dependencies", [])]
    with zipfile.ZipFile(folder + "/" + stem + "-py3-none-any.whl", "w") as wheel:
        info = stem + ".dist-info/"
        wheel.writestr(info + "METADATA", "\\n".join(lines) + "\\n")
        wheel.writestr(
            info + "WHEEL",
            "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\n"
            "Tag: py3-none-any\\n",
        )
        wheel.writestr(info + "RECORD", "")
    return stem + "-py3-none-any.whl"


build_editable = build_wheel
"""


def wheel(name, version, *, needs=(), extras=(), code=""):
    """File name and content of a wheel with one module."""
    stem = f"{name.replace('-', '_')}-{version}"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {need}" for need in needs]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"{name.replace('-', '_')}.py", code)
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(lines) + "\n")
        archive.writestr(
            f"{stem}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n",
        )
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return f"{stem}-py3-none-any.whl", content.getvalue()


def backend(version):
    """The wheel of the build backend."""
    return wheel(BACKEND, version, code=BACKEND_CODE)


def project(name, version, *, needs=(), builds_with=(f"{BACKEND}>=1",)):
    """The pyproject.toml of a package that is built with the backend."""
    return (
        f"[build-system]\nrequires = {list(builds_with)!r}\n"
        f'build-backend = "{BACKEND}"\n\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n'
        f"dependencies = {list(needs)!r}\n"
    )


def sdist(name, version, **options):
    """File name and content of a source distribution."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": project(name, version, **options),
    }
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{stem}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return f"{stem}.tar.gz", content.getvalue()


def requirement(name, version, *files):
    """A line of a requirements file with the digest of each file."""
    digests = [hashlib.sha256(content).hexdigest() for _, content in files]
    return f"{name}=={version} " + " ".join(f"--hash=sha256:{d}" for d in digests)


class Index:
    """Serves files by the package that they belong to, and notes what is asked for."""

    def __init__(self, files):
        self.files = dict(files)
        self.asked, self.fetched = set(), set()
        self.url = ""

    def answer(self, path):
        """What is at the path, or None."""
        kind, _, name = path.strip("/").partition("/")
        if kind == "files":
            self.fetched.add(name)
            return self.files.get(name)
        self.asked.add(name)
        stem = name.replace("-", "_") + "-"
        links = [f for f in sorted(self.files) if f.startswith(stem)]
        text = "".join(f'<a href="/files/{link}">{link}</a>\n' for link in links)
        return text.encode() if links else None


@contextmanager
def serving(files):
    """The index at work on this machine."""
    index = Index(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = index.answer(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            """Nothing: the test's output is pip's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    index.url = f"http://127.0.0.1:{server.server_port}/simple/"
    yield index
    server.shutdown()
    server.server_close()
    thread.join()
