"""The deployment example without containers: the same files, on loopback ports."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.examples.example_shop import EXAMPLES, PATHS

DEPLOYMENT = EXAMPLES / "deployment"
MISSING = "nginx is missing: install it (Debian: apt-get install nginx-light)"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/shop.conf;
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def wait_until(condition, seconds=120, what="it"):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.1)
    return found


def find_nginx():
    known = [shutil.which("nginx"), "/usr/sbin/nginx"]
    found = next((path for path in known if path and Path(path).exists()), None)
    return found or pytest.skip(MISSING)


@dataclass
class Hosts:
    """Two web hosts, two recovery workers and a clock, behind one nginx."""

    folder: Path
    environ: dict
    port: int = field(default_factory=free_port)
    processes: dict = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        nginx = find_nginx()
        self._run("-m", "fastapi_shop.payments")
        webs = [free_port(), free_port()]
        for number, port in enumerate(webs, 1):
            options = ["--port", str(port), "--workers", "2", "--proxy-headers"]
            app = ["-m", "uvicorn", "fastapi_shop.asgi:app", "--log-level", "warning"]
            self._start(f"web-{number}", *app, *options)
        celery = ["-m", "celery", "-A", "recovery"]
        for number in (1, 2):
            name = f"recovery-{number}"
            options = ["--concurrency", "1", "-n", f"{name}@test", "--loglevel", "INFO"]
            self._start(name, *celery, "worker", *options)
        self._start("beat", *celery, "beat", "--schedule", str(self.folder / "beat"))
        self._start_nginx(nginx, webs)
        wait_until(self._answers, what="the first page")
        for port in webs:
            wait_until(lambda port=port: self._answers(port), what="a host's page")
        return self

    def __exit__(self, *error):
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.stack.close()

    def workers(self, name):
        """The process ids of a web host's workers."""
        parent = self.processes[name].pid
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        named = [pid for pid in listed if "spawn_main" in command_of(pid)]
        return sorted(map(int, named))

    def kill_worker(self, name):
        """SIGKILL to one worker of a web host; the host makes another."""
        victim = self.workers(name)[0]
        os.kill(victim, signal.SIGKILL)
        return victim

    def kill(self, name):
        """SIGKILL to a process and its children; nobody makes another."""
        process = self.processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def _answers(self, port=None):
        try:
            url = f"http://127.0.0.1:{port}/" if port else f"{self.url}/"
            return requests.get(url, timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def _start_nginx(self, nginx, webs):
        text = (DEPLOYMENT / "shop.conf.template").read_text()
        known = {
            "WEB_1": f"127.0.0.1:{webs[0]}",
            "WEB_2": f"127.0.0.1:{webs[1]}",
            "LISTEN": f"127.0.0.1:{self.port}",
        }
        for name, value in known.items():
            text = text.replace(f"${{{name}}}", value)
        (self.folder / "shop.conf").write_text(text)
        main = self.folder / "nginx.conf"
        main.write_text(NGINX.format(folder=self.folder))
        self._spawn("nginx", [nginx, "-c", str(main), "-p", str(self.folder)])

    def _start(self, name, *arguments):
        self._spawn(name, [sys.executable, "-W", "ignore", *arguments])

    def _spawn(self, name, command):
        log = self.stack.enter_context((self.folder / f"{name}.log").open("w"))
        self.processes[name] = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._known,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _run(self, *arguments):
        command = [sys.executable, "-W", "ignore", *arguments]
        subprocess.run(command, cwd=self.folder, env=self._known, check=True)

    @property
    def _known(self):
        paths = os.pathsep.join(map(str, [DEPLOYMENT, *PATHS]))
        return {**os.environ, "PYTHONPATH": paths, **self.environ}


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
