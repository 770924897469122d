"""Start and stop the real server, and fill its index by the real ingest."""

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ingest(environment: dict[str, str], cwd: Path) -> None:
    subprocess.run([sys.executable, "-m", "kb.cli", "ingest"], env=environment, cwd=cwd, check=True, capture_output=True)


def start(environment: dict[str, str], cwd: Path) -> subprocess.Popen[str]:
    """Start the server; return once it has said that it answers."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert "http://127.0.0.1:" in process.stdout.readline()
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=20)
