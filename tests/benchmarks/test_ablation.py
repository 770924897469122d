"""What is switched off makes a difference, and only as long as it is to be off."""

import json
from datetime import date
from pathlib import Path

import pytest

from benchmarks import ablation, rankers
from benchmarks.ablation import PARTS, Part
from kb import evaluation, search, vocabulary
from kb.engines import EmbeddedEngine
from kb.evaluation import Document

NAMES = vocabulary.load()
TYPED = "Schuldnerberatung vor der Zusicehrung zum Umzug nach der EGV, umgezogen"
DOCUMENTS = [
    Document("beratung", "Umzug", "Die Beratung vor dem Umzug, die Zusicherung und der Kooperationsplan."),
    Document("schulden", "Schuldnerberatung", "Zur Schuldnerberatung gehört der Umzug nach der EGV."),
    Document("alles", "Alles", "Eine Schuldnerberatung vor der Zusicehrung, ein Umzug nach der EGV."),
    *(Document(f"{n}", "Anderes", f"Beraten wird auch zum Wohnen in einer Wohnung, zum {n}. Mal.") for n in range(20)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    records = [json.dumps({"id": one.id, "title": one.title, "text": one.text}) + "\n" for one in DOCUMENTS]
    (folder / "corpus.jsonl").write_text("".join(records), "utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"id": "q", "text": "Umzug"}) + "\n", "utf-8")
    (folder / "qrels.tsv").write_text("q\tberatung\t1\n", "utf-8")
    return folder


def scores(index: Path, typed: str, part: Part) -> dict[str, float]:
    """Build and ask an index without the part; returns the scores of guides."""
    with ablation.without(part):
        rankers.build_knowledge_base(index, DOCUMENTS)
        names = NAMES if part.has_vocabulary else None
        found = search.answer(EmbeddedEngine(index), typed, vocabulary=names, limit=50, as_of=date(2026, 12, 1))
    return {result.guide.id: result.score for result in found.results}


@pytest.mark.parametrize("name", PARTS)
def test_every_part_makes_a_difference(tmp_path: Path, name: str) -> None:
    typed = {"words alike: mistyped": "Schuldnerberaxyz", "slips corrected": "Bertaung", "everyday words": "Bude"}.get(
        name, TYPED
    )

    assert scores(tmp_path / "without", typed, PARTS[name]) != pytest.approx(scores(tmp_path / "full", typed, Part()))


def test_after_the_block_everything_is_as_before(tmp_path: Path) -> None:
    before = scores(tmp_path / "before", TYPED, Part())
    for part in PARTS.values():
        with ablation.without(part):
            pass

    assert scores(tmp_path / "after", TYPED, Part()) == before


def test_the_knowledge_base_is_asked_without_each_part_in_turn(folder: Path) -> None:
    found = {name: ask("Schuldnerberaxyz") for name, ask in ablation.each(evaluation.read(folder), NAMES)}

    assert [*found] == [ablation.FULL, *PARTS]
    assert {name for name, ids in found.items() if not ids} == {"words alike", "words alike: mistyped"}
