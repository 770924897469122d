"""kill -9 in the middle of an ingest: the index answers as before or as after, never less."""

import subprocess
import sys
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


def phases(process: "subprocess.Popen[str]", *, kill_after: str = "") -> list[str]:
    """Return the phases that the process goes through; kill it as soon as it says that it has come to the given one."""
    assert process.stderr
    found = []
    for line in process.stderr:
        if "phase=" in line:
            found.append(line.partition("phase=")[2].split()[0])
            if found[-1] == kill_after:
                process.kill()
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
    expected = []
    for source in sources:
        phases(ingest(source, index))
        expected.append(answers(index))
    assert expected[0] != expected[1]
    killed_in: list[str] = []
    now = 1

    while len(killed_in) < N_KILLS or sum(phase in WRITING for phase in killed_in) < N_KILLS // 2:
        assert len(killed_in) < MOST_KILLS, killed_in
        seen = phases(ingest(sources[1 - now], index), kill_after=(*WRITING, "read")[len(killed_in) % (len(WRITING) + 1)])
        killed_in.append(seen[-1])
        found = answers(index)
        assert found in expected, killed_in
        now = expected.index(found)

    phases(ingest(sources[1 - now], index))
    assert answers(index) == expected[1 - now]
