"""The command measures what it is asked for, from the folder to the tables, and says what is missing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import machine, plots, tables

ROOT = Path(__file__).parents[2]
NOUNS = ("Beratung", "Umzug", "Wohnung", "Antrag", "Darlehen", "Mietvertrag", "Heizung", "Steuer")
VERBS = ("beginnen", "fördern", "ablehnen", "vermitteln", "dokumentieren", "prüfen", "melden")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    folder = tmp_path_factory.mktemp("corpus")
    for n in range(6):
        sentences = [f"Die Fachkraft muss {NOUNS[(n + i) % 8]} und {NOUNS[i % 7]} {VERBS[i % 7]}." for i in range(80)]
        (folder / f"{n}.md").write_text(f"# Gesetz über {NOUNS[n]}\n\n## § {n}\n\n{' '.join(sentences)}\n", "utf-8")
    file = folder / "results.json"
    sizes = ("--passages", "8,12", "--queries", "12", "--rounds", "1", "--load", "0")
    to = ("--corpus", str(folder), "--work", str(folder / "work"), "--json", str(file))
    done = run("engines", *sizes, *to, "--contenders", "kb,fts5")
    assert done.returncode == 0, done.stderr
    return json.loads(file.read_text("utf-8")), done.stdout


def test_every_contender_is_measured(measured: tuple[dict[str, Any], str]) -> None:
    result, _ = measured

    assert list(result["sizes"]) == ["8", "12"]
    for part in ("indexing", "first", "correct"):
        assert set(result["sizes"]["12"][part]) == {"kb", "fts5"}, part


def test_the_engine_answers_as_plain_bm25_does(measured: tuple[dict[str, Any], str]) -> None:
    for size in measured[0]["sizes"].values():
        for mode in size["correct"]["kb"].values():
            assert (mode["top10"], mode["same_numbers"]) == (1, mode["n"])


def test_tables_name_machine_date_and_versions(measured: tuple[dict[str, Any], str]) -> None:
    result, printed = measured

    assert result["date"] in printed
    assert result["machine"]["cpu"] in printed
    assert all(version in printed for version in result["versions"].values())
    assert "## 12 passages" in printed


def test_sizes_are_compared_in_one_run(measured: tuple[dict[str, Any], str]) -> None:
    result, printed = measured

    assert set(result["growth"]["any"]["cpu_ms"]) == {"kb@8", "kb@12", "fts5@8", "fts5@12"}
    assert "| all words, p95 ms | times | any word, p95 ms | times |" in printed


def test_without_text_the_command_says_where_to_get_some(tmp_path: Path) -> None:
    done = run("engines", "--corpus", str(tmp_path))

    assert done.returncode == 2
    assert "bundestag/gesetze" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_contender_is_named(tmp_path: Path) -> None:
    done = run("engines", "--contenders", "kb,nobody")

    assert done.returncode == 2
    assert "nobody" in done.stderr


def test_a_line_of_a_plot_has_a_point_per_size(measured: tuple[dict[str, Any], str]) -> None:
    lines = {file: plots.series([measured[0]], figure) for file, (_, _, figure) in plots.PLOTS.items()}

    assert all([n for n, _ in points] == [8, 12] for found in lines.values() for points in found.values())
    assert set(lines["latency-any"]) == {"kb", "fts5"}


def test_a_table_has_a_row_per_line() -> None:
    assert tables.table(["", "ms"], [["kb", "1.0"]]) == ["|  | ms |", "| --- | ---: |", "| kb | 1.0 |"]


def test_the_machine_is_described() -> None:
    described = machine.describe()

    assert described["cores"] >= 1
    assert described["memory_gb"] > 0
