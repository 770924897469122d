from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders import guide

from kb import search
from kb.engines import EmbeddedEngine
from kb.model import Explanation, Passage, Reason
from kb.vocabulary import Entry, Vocabulary

NAMES = Vocabulary([Entry(id="kdu", term="Bedarfe für Unterkunft", short=("KdU",), former=("Mietzuschuss",))])
TEXTS = {
    "a": [
        "Bedarfe für Unterkunft klären und den Umzug begleiten.",
        "Die Bedarfe für Unterkunft.",
        "Schuldnerberatung einbinden.",
    ],
    "b": ["Der Mietzuschuss wird geprüft. Umzugskosten.", "Nichts davon."],
    "c": ["Kinderzuschlag und Wohngeld beantragen."],
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    with closing(EmbeddedEngine(tmp_path / "index", is_fresh=True)) as opened:
        with opened.write() as batch:
            for id_, texts in TEXTS.items():
                one = replace(guide(id_), title=f"Leitfaden {id_}", is_binding=id_ == "a")
                batch.replace(one, [Passage(guide_id=id_, number=n, text=text) for n, text in enumerate(texts, start=1)])
        yield opened


def why(engine: EmbeddedEngine, text: str, id_: str) -> Explanation:
    found = engine.explain(search.parse(engine, text, vocabulary=NAMES), id_)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "id_", "reasons"),
    [
        pytest.param("Unterkunft", "a", {Reason.WORD, Reason.SEVERAL, Reason.BINDING}, id="word, several passages, binding"),
        pytest.param("KdU", "b", {Reason.ADDED}, id="another name"),
        pytest.param("Beratung", "a", {Reason.ALIKE}, id="part of a word"),
        pytest.param("Kinderzuschlga", "c", {Reason.ADDED, Reason.PARTS, Reason.LEAD}, id="a slip"),
        pytest.param("Kinderzuschlaxyz", "c", {Reason.ALIKE, Reason.PARTS, Reason.LEAD}, id="mistyped"),
        pytest.param("Umzug Unterkunft", "a", {Reason.NEAR, Reason.ALL_WORDS, Reason.WRITTEN}, id="close together"),
        pytest.param("Umzug Kinderzuschlag", "a", {Reason.WORD, Reason.LACKING}, id="a word is lacking"),
        pytest.param('"Wohngeld beantragen"', "c", {Reason.WORD}, id="phrase"),
        pytest.param("Wohn*", "c", {Reason.WORD}, id="prefix"),
    ],
)
def test_the_shares_make_the_score(engine: EmbeddedEngine, text: str, id_: str, reasons: set[Reason]) -> None:
    found = why(engine, text, id_)

    assert reasons <= {share.reason for share in found.shares}
    assert sum(share.points for share in found.shares) == pytest.approx(found.score, rel=1e-3)
    assert all(share.points for share in found.shares)


def test_what_stands_for_a_word_is_named(engine: EmbeddedEngine) -> None:
    (added,) = (share for share in why(engine, "KdU", "b").shares if share.reason is Reason.ADDED)
    (alike,) = (share for share in why(engine, "Beratung", "a").shares if share.reason is Reason.ALIKE)

    assert (added.typed, added.found) == ("KdU", ("Mietzuschuss",))
    assert (alike.typed, alike.found) == ("Beratung", ("schuldnerberatung",))
