"""The real app, the real nginx with the site of deploy/, and an upstream that tells what reached it. Loopback only."""

import grp
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "deploy" / "nginx.conf"
NAME = "handlungshilfen.intern.example"  # the server_name of the site as committed
PATIENCE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return the value of every header of that name."""
        return self.headers.get_all(name, [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server, and the folder or file that holds all it has written."""

    port: int
    output: Path
    name: str = NAME

    def get(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        host: str | None = None,
        method: str = "GET",
        body: bytes | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Reply:
        """Ask for `path`, under the site's name if no other host is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            if tls:
                plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
                connection.sock = tls.wrap_socket(plain, server_hostname=self.name)
            own = {"Host": f"{self.name}:{self.port}" if host is None else host}
            connection.request(method, path, body, own | dict(headers or {}))
            response = connection.getresponse()
            return Reply(status=response.status, headers=response.headers, body=response.read())
        finally:
            connection.close()

    def written(self) -> str:
        """Return everything that the server has logged or printed."""
        files = [self.output] if self.output.is_file() else sorted(self.output.glob("*.log"))
        return "".join(file.read_text("utf-8") for file in files)

    def wait_until_written(self, text: str) -> str:
        """Return everything written as soon as `text` is in it: a line is logged after the answer has gone."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (written := self.written()):
            assert time.monotonic() < deadline, f"{text!r} not in:\n{written}"
            threading.Event().wait(0.02)
        return written


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(source: Path, index: Path, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "STREAMLIT_"))}
    return inherited | {"KB_SOURCE": str(source), "KB_INDEX": str(index)} | more


@contextmanager
def app(source: Path, folder: Path) -> Iterator[Server]:
    """Ingest `source` and start the app over it."""
    index, output = folder / "index", folder / "app.log"
    ingest = [sys.executable, "ingest.py"]
    done = subprocess.run(
        ingest, cwd=ROOT, env=environment(source, index), check=False, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    port = free_port()
    where = environment(source, index, HOST="127.0.0.1", PORT=str(port))
    server = Server(port=port, output=output)
    with running([sys.executable, "app.py"], output, where, lambda: server.get("/healthz").status == 200):
        yield server


@contextmanager
def nginx(folder: Path, *, upstream: int, is_tls: bool = False) -> Iterator[Server]:
    """Start nginx with the committed site: only ports, upstream and the places of logs and certificates are replaced."""
    binary = nginx_binary()
    port = free_port()
    site = SITE.read_text("utf-8")
    if is_tls:
        site = site.replace("#TLS ", "").replace("listen 80", f"listen 127.0.0.1:{free_port()}")
    site = re.sub(r"listen (80|443)\b", f"listen 127.0.0.1:{port}", site)
    site = site.replace("127.0.0.1:8501;", f"127.0.0.1:{upstream};")
    site = site.replace("/var/log/nginx/", f"{folder}/").replace("/etc/ssl/handlungshilfen/", f"{folder}/")
    (folder / "site.conf").write_text(site, "utf-8")
    (folder / "nginx.conf").write_text(_main_conf(folder), "utf-8")
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    subprocess.run([*command, "-t"], check=True, timeout=PATIENCE_S)
    with running(command, folder / "console.log", dict(os.environ), lambda: _listens(port)):
        yield Server(port=port, output=folder)


def nginx_binary() -> str:
    """Return the path of nginx; without one the test fails: this site is only as good as its trial."""
    binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not binary:
        pytest.fail("nginx is not installed, and deploy/nginx.conf is tried with the real one: apt-get install nginx-light")
    return binary


def _main_conf(folder: Path) -> str:
    """Return what Debian's /etc/nginx/nginx.conf does for a site, for a folder of our own and without a change of user."""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name};\n" if os.geteuid() == 0 else ""
    return (
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\naccess_log {folder}/other.access.log;\n{temporary}"
        f"include {folder}/site.conf;\n}}\n"
    )


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


@contextmanager
def running(command: list[str], output: Path, env: dict[str, str], is_up: Callable[[], bool]) -> Iterator[None]:
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _is_true(is_up):
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < deadline, f"{command} does not answer:\n{output.read_text('utf-8')}"
            else:
                pytest.fail(f"{command} ended:\n{output.read_text('utf-8')}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()


def _is_true(is_up: Callable[[], bool]) -> bool:
    try:
        return is_up()
    except OSError:
        return False


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every second answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "headers": self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "_streamlit_xsrf=1; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo() -> Iterator[int]:
    """Run a server that answers with the path and headers it was sent; yield its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
