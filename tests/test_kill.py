"""kill -9 in the middle of an ingest: the index answers as before or as after, never less."""

import random
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import docx

from kb.engines import EmbeddedEngine
from kb.search import answer

N_KILLS = 20
MOST_KILLS = 80  # tries at most, should many come too late to count
QUERIES = ("Umzug", "Miete Darlehen", '"Zusicherung einholen"', "schuld*", "")
WRITING = ("begin", "commit", "written", "verified", "switch")  # phases between the first write and the switch


def make_source(folder: Path, word: str) -> Path:
    for n in range(8):
        document = docx.Document()
        document.core_properties.title = f"Handlungshilfe {word} {n}"
        for section in range(40):
            document.add_heading(f"Abschnitt {section}", level=1)
            document.add_paragraph(f"{word} und Umzug: Zusicherung einholen, Miete klären, Darlehen {n} {section} prüfen. " * 4)
        folder.mkdir(exist_ok=True)
        document.save(str(folder / f"g{n}.docx"))
    return folder


def ingest(source: Path, index: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "kb.cli", "ingest", "--verbose", "--source", str(source), "--index", str(index)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def phases(process: "subprocess.Popen[str]") -> list[tuple[float, str]]:
    assert process.stderr
    found = [(time.monotonic(), line.partition("phase=")[2].split()[0]) for line in process.stderr if "phase=" in line]
    process.wait()
    process.stderr.close()
    return found


def answers(index: Path) -> list[object]:
    with closing(EmbeddedEngine(index)) as engine:
        found = [answer(engine, text, as_of=date(2026, 11, 1)) for text in QUERIES]
    return [
        (each.totals, [(r.guide.id, r.guide.title, [(h.passage.id, h.snippet) for h in r.hits]) for r in each.results])
        for each in found
    ]


def test_the_index_survives_being_killed_at_any_moment(tmp_path: Path) -> None:
    index = tmp_path / "index"
    sources = [make_source(tmp_path / name, name) for name in ("Schuldnerberatung", "Suchtberatung")]
    expected, spans = [], []
    for source in sources:
        started = time.monotonic()
        seen = phases(ingest(source, index))
        expected.append(answers(index))
        begun = next(moment for moment, phase in seen if phase == "begin")
        spans.append((begun - started, seen[-1][0] - begun))
    assert expected[0] != expected[1]
    until_write, writing = (max(span[i] for span in spans) for i in (0, 1))
    rng = random.Random(20261122)
    killed_in: list[str] = []
    now = 1

    while len(killed_in) < N_KILLS or sum(phase in WRITING for phase in killed_in) < N_KILLS // 2:
        assert len(killed_in) < MOST_KILLS, killed_in
        process = ingest(sources[1 - now], index)
        try:
            process.wait(
                timeout=rng.uniform(0, until_write + writing) if rng.random() < 0.3 else until_write + rng.uniform(0, writing)
            )
        except subprocess.TimeoutExpired:
            process.kill()
        killed_in.append((["start", *(phase for _, phase in phases(process))])[-1])
        found = answers(index)
        assert found in expected, killed_in
        now = expected.index(found)

    phases(ingest(sources[1 - now], index))
    assert answers(index) == expected[1 - now]
