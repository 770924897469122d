"""The figures are only worth something if every process is counted, and every stage is one that runs."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import ingest, ingest_stages, process_tree
from kb.extract import sandbox

ROOT = Path(__file__).parents[2]
BUSY = "import time\nwhile time.process_time() < {seconds}: pass"


@pytest.fixture(autouse=True)
def no_other_children() -> None:
    sandbox._server.close()  # earlier tests may have started it


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "guides"
    folder.mkdir()
    for name in ("netzwerke/schuldnerberatung-einbinden.pdf", "beratung/kooperationsplan-gemeinsam-erarbeiten.pdf"):
        shutil.copy(ROOT / "docs_source" / name, folder)
    ingest.make_guides(folder, 2)
    return folder


def test_orphans_are_counted_and_waited_for() -> None:
    orphan = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY.format(seconds=0.3)!r}])"

    alone = process_tree.measure([sys.executable, "-c", "pass"])
    cost = process_tree.measure([sys.executable, "-c", orphan])

    assert cost.status == 0
    assert cost.cpu_s >= 0.3
    assert cost.wall_s >= 0.3
    assert cost.cpu_s > alone.cpu_s


def test_exit_status_and_memory_are_those_of_the_command() -> None:
    big = "import sys, time; text = 'x' * 50_000_000; time.sleep(0.2); sys.exit(3)"

    cost = process_tree.measure([sys.executable, "-c", big], samples_memory=True)

    assert cost.status == 3
    assert cost.peak_mib >= 48


def test_other_children_are_not_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE), pytest.raises(RuntimeError):
        process_tree.measure([sys.executable, "-c", "pass"])


def test_a_stage_does_not_count_what_it_calls() -> None:
    watch = ingest_stages.Stopwatch()
    inner = watch.timed("inner", lambda: exec(BUSY.format(seconds=0.2 + time.process_time())))  # noqa: S102

    watch.timed("outer", inner)()

    assert watch.seconds["inner"] >= 0.15
    assert watch.seconds["outer"] < 0.05


def test_every_stage_of_a_run_is_timed(source: Path, tmp_path: Path) -> None:
    seconds, n_pages = ingest_stages.measure(source, tmp_path / "index")

    assert n_pages > 2
    assert {name for name, *_ in ingest_stages.SEAMS} - {ingest_stages.PYPDF} <= set(seconds)
    assert seconds[ingest_stages.PDFIUM] > 0


def test_tables_and_figures_are_written(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--rounds", "1", "--copies", "2", "--files", "3", "--json", str(tmp_path / "found.json")]

    assert ingest.main([str(source), *options]) == 0

    printed = capsys.readouterr().out
    assert "| kb ingest |" in printed
    assert "Nothing to do over 3 files" in printed
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found["pages"] > 4
    assert all(cost["status"] == 0 for cost in found["costs"][ingest.OURS])
