"""What the page is measured on: an index made from a folder of text, and the real server over it. Loopback only."""

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kb import passages, topics
from kb.engines import EmbeddedEngine
from kb.model import Guide, Passage

ROOT = Path(__file__).resolve().parents[1]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PASSAGE_CHARS = 700  # about what kb.passages cuts
PATIENCE_S = 60

_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_TITLE = re.compile(r"^Title: (.*)$", re.MULTILINE)


# ---- the index ---------------------------------------------------------------------------------------------------------


def build(folder: Path, corpus: Path, n_passages: int) -> None:
    """Fill an index with the first `n_passages` passages of the Markdown files in `corpus`, one guide a file."""
    taxonomy = topics.load()
    kinds, partners = [kind.id for kind in taxonomy.kinds], [partner.id for partner in taxonomy.partners]
    subtopics = [child.id for topic in taxonomy.topics for child in topic.children]
    left = n_passages
    with EmbeddedEngine(folder, is_fresh=True).write() as batch:
        for number, file in enumerate(sorted(corpus.rglob("*.md"))):
            text = file.read_text("utf-8", errors="replace")
            id_ = hashlib.sha256(str(file.relative_to(corpus)).encode()).hexdigest()[:12]
            title = _TITLE.search(text)
            name = title[1] if title else file.stem
            held = _passages(id_, text, name)[:left]
            guide = Guide(
                id=id_,
                work_id=id_,
                places=(f"{id_}.pdf",),
                digest=id_,
                metadata_digest="",
                extractor="",
                title=name,
                kind=kinds[number % len(kinds)],
                topics=(subtopics[number % len(subtopics)],),
                partners=(partners[number % len(partners)],) if number % 2 else (),
                norms=passages.sections(held),
                edition=f"{2018 + number % 9}",
            )
            if held:
                batch.replace(guide, held)
            left -= len(held)
            if not left:
                return


def _passages(guide_id: str, text: str, title: str) -> list[Passage]:
    parts = _HEADING.split(text)
    found: list[tuple[str, str]] = []
    for heading, body in zip(parts[2::3], parts[3::3], strict=True):
        room = ""
        for paragraph in body.split("\n\n"):
            if room and len(room) + len(paragraph) > PASSAGE_CHARS:
                found.append((heading, room))
                room = ""
            room = f"{room} {' '.join(paragraph.split())}".strip()
        if len(room) > 1:  # repealed sections hold a dash
            found.append((heading, room))
    return [
        passages.of_text(guide_id, n, body, page=n // 4 + 1, heading=(heading,), title=title)
        for n, (heading, body) in enumerate(found, start=1)
    ]


# ---- the processes -----------------------------------------------------------------------------------------------------


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Servers:
    """Running processes of the page, and the address that leads to one of them."""

    def __init__(self, address: str, pids: list[int], host: str = "") -> None:
        self.address, self.pids, self.host = address, pids, host

    def cpu_s(self) -> float:
        """Return the CPU seconds that the page's processes have used; nginx is not among them."""
        return sum(_cpu_ticks(pid) for pid in self.pids) / TICKS_PER_S

    def memory_mib(self) -> float:
        """Return the memory that the processes hold by themselves (private pages)."""
        return sum(_private_kib(pid) for pid in self.pids) / 1024


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])  # utime, stime: proc(5)


def _private_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


@contextlib.contextmanager
def servers(index: Path, folder: Path, n_processes: int = 1, app: Path = ROOT / "app.py") -> Iterator[Servers]:
    """Start the page over the index; more than one process stands behind nginx. `folder` takes logs and nginx's files."""
    with contextlib.ExitStack() as stack:
        ports = [free_port() for _ in range(n_processes)]
        pids = [stack.enter_context(_process(index, folder, port, app)) for port in ports]
        if n_processes == 1:
            yield Servers(f"http://127.0.0.1:{ports[0]}", pids)
        else:
            port, host = stack.enter_context(_nginx(folder, ports))
            yield Servers(f"http://127.0.0.1:{port}", pids, f"{host}:{port}")


@contextlib.contextmanager
def _process(index: Path, folder: Path, port: int, app: Path) -> Iterator[int]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "STREAMLIT_"))}
    environment = inherited | {"KB_INDEX": str(index), "KB_SOURCE": str(folder), "HOST": "127.0.0.1", "PORT": str(port)}
    with (folder / f"app-{port}.log").open("w") as log:
        command = [sys.executable, str(app)]
        process = subprocess.Popen(command, env=environment, cwd=app.parent, stdout=subprocess.PIPE, stderr=log)
    try:
        assert process.stdout is not None  # noqa: S101  # for the type checker
        if b"http://127.0.0.1:" not in process.stdout.readline():  # said once the index is open
            raise RuntimeError((folder / f"app-{port}.log").read_text())
        yield process.pid
    finally:
        _end(process)


@contextlib.contextmanager
def _nginx(folder: Path, ports: list[int]) -> Iterator[tuple[int, str]]:
    """Start nginx with the site of deploy/: two upstreams in place of one, chosen by a cookie. Yields port and name."""
    binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not binary:
        raise RuntimeError("nginx is not installed: apt-get install nginx-light")
    port = free_port()
    upstreams = "hash $cookie_reader consistent; " + " ".join(f"server 127.0.0.1:{upstream};" for upstream in ports)
    site = (ROOT / "deploy" / "nginx.conf").read_text("utf-8").replace("server 127.0.0.1:8501;", upstreams)
    site = re.sub(r"listen 80\b", f"listen 127.0.0.1:{port}", site).replace("/var/log/nginx/", f"{folder}/")
    (folder / "site.conf").write_text(site, "utf-8")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ access_log off; {temporary} include {folder}/site.conf; }}\n"
    )
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        names = re.findall(r"server_name (\S+\.\S+);", site)
        yield port, names[0]
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
