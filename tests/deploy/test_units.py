"""The systemd units and their settings: what they name exists, fits together and is shut tight."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from kb import config

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HOME = "/opt/handlungshilfen/"
SERVICES = ["handlungshilfen.service", "handlungshilfen-ingest.service"]


def read(name: str) -> dict[str, list[str]]:
    """Return the values of every directive of a unit; in systemd one may occur several times."""
    found = defaultdict(list)
    for line in (DEPLOY / name).read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            directive, _, value = line.partition("=")
            found[directive].append(value)
    return found


def settings() -> dict[str, str]:
    lines = (DEPLOY / "handlungshilfen.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_exists(name: str) -> None:
    unit = read(name)
    (command,) = unit["ExecStart"]
    python, script = command.split()

    assert unit["WorkingDirectory"] == [HOME.rstrip("/")]
    assert python == HOME + ".venv/bin/python"
    assert ".venv/bin/python:" in (ROOT / "Makefile").read_text("utf-8")
    assert (ROOT / script).is_file()
    assert unit["User"] == unit["Group"] == ["handlungshilfen"]
    assert unit["EnvironmentFile"] == ["/etc/handlungshilfen.env"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_shut_tight(name: str) -> None:
    unit = read(name)

    assert unit["ProtectSystem"] == ["strict"]
    assert unit["CapabilityBoundingSet"] == [""]
    for directive in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "MemoryDenyWriteExecute"):
        assert unit[directive] == ["yes"], directive
    assert unit["MemoryMax"]
    assert not unit["ReadWritePaths"]


def test_the_page_writes_nowhere_and_listens_on_this_machine_only() -> None:
    unit = read("handlungshilfen.service")

    assert not unit["StateDirectory"]
    assert "HOST=127.0.0.1" in unit["Environment"][0].split()
    assert unit["IPAddressDeny"] == ["any"]
    assert unit["IPAddressAllow"] == ["localhost"]


def test_nginx_asks_where_the_page_listens() -> None:
    (address,) = re.findall(r"^    server (\S+);", (DEPLOY / "nginx.conf").read_text("utf-8"), re.MULTILINE)
    where = dict(pair.split("=") for pair in read("handlungshilfen.service")["Environment"][0].split())

    assert address == f"{where['HOST']}:{where['PORT']}"


def test_the_ingest_writes_its_index_only() -> None:
    unit = read("handlungshilfen-ingest.service")
    (state,) = unit["StateDirectory"]

    assert settings()["KB_INDEX"].startswith(f"/var/lib/{state}/")
    assert unit["PrivateNetwork"] == ["yes"]


def test_the_timer_starts_the_ingest() -> None:
    assert (DEPLOY / "handlungshilfen-ingest.timer").with_suffix(".service").name in SERVICES
    assert read("handlungshilfen-ingest.timer")["OnCalendar"]


def test_the_settings_exist() -> None:
    given = config.load({name: value for name, value in settings().items() if name.startswith("KB_")})

    assert all(name.removeprefix("KB_").lower() in config.NAMES for name in settings())
    assert read("handlungshilfen.service")["RequiresMountsFor"] == [str(given.source)]
    assert read("handlungshilfen-ingest.service")["RequiresMountsFor"] == [str(given.source)]


def test_the_readme_names_every_file() -> None:
    readme = (DEPLOY / "README.md").read_text("utf-8")

    for file in DEPLOY.iterdir():
        assert file.name == "README.md" or file.name in readme or f"deploy/*{file.suffix}" in readme, file.name


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    units = []
    for file in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        text = file.read_text("utf-8").replace(HOME + ".venv/bin/python", "/bin/true")  # has to be there, and here is not
        units.append(tmp_path / file.name)
        units[-1].write_text(text, "utf-8")

    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)

    complaints = [
        line for line in done.stderr.splitlines() if "handlungshilfen" in line
    ]  # others may be about the system's own
    assert complaints == []
