"""Every contender that comes with Python or with the project answers the same questions with the same guides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import contenders
from benchmarks.contenders.contract import END_MARK, MARK, Contender, Searcher
from benchmarks.corpus import Item, make
from benchmarks.queries import Asked
from benchmarks.reference import Reference

ALWAYS_THERE = ("kb", "fts5", "whoosh")
ASKED = [
    Asked(("Umzug",)),
    Asked(("Umzug", "Kosten")),
    Asked(("Umzug", "Kosten"), all_words=True),
    Asked(("Kosten", "der", "Unterkunft"), is_phrase=True),
    Asked(("Kosten",), topic="steuern"),
    Asked(("Beratungen",)),
    Asked(("Zebra",)),
]


def items() -> list[Item]:
    return [
        make(
            "umzug",
            "Wohnungswechsel",
            [("§ 1 Ablauf", "Der Umzug ist vorher zu melden."), ("", "Nach dem Umzug folgen die Kosten.")],
        ),
        make("kdu", "Leistungsrecht", [("§ 2 Kosten der Unterkunft", "Angemessene Aufwendungen werden übernommen.")]),
        make("steuer", "Steuergesetz", [("", "Kosten werden abgezogen."), ("", "Die Kosten der Unterkunft nicht.")]),
        make("beratung", "Gespräche führen", [("", "Eine Beratung beginnt mit einer Frage, die offen ist.")]),
    ]


@pytest.fixture(scope="module", params=ALWAYS_THERE)
def contender(request: pytest.FixtureRequest) -> Contender:
    return contenders.load(request.param)


@pytest.fixture(scope="module")
def searcher(contender: Contender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder: Path = tmp_path_factory.mktemp(contender.index)
    contender.build(folder, items())
    searcher = contender.open(folder)
    yield searcher
    searcher.close()


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: " ".join(asked.words))
def test_guides_and_numbers_are_those_of_plain_bm25(searcher: Searcher, asked: Asked) -> None:
    expected = Reference(items(), [asked]).answer(asked)

    shown = searcher.read(searcher.answer(asked))

    assert set(shown.guides) == set(expected.best)
    assert (shown.n_guides, shown.n_passages) == (len(expected.scores), expected.n_passages)


def test_facets_count_guides_and_topics_as_if_none_were_chosen(searcher: Searcher) -> None:
    by_id = {guide.id: guide for guide, _ in items()}

    shown = searcher.read(searcher.answer(Asked(("Kosten",), topic="steuern")))

    assert shown.facets["topic"] == {"bau": 1, "sonstiges": 1, "steuern": 1}
    assert shown.facets["kind"] == {by_id["steuer"].kind: 1}
    assert shown.facets["partner"] == dict.fromkeys(by_id["steuer"].partners, 1)


def test_snippets_mark_what_was_asked(searcher: Searcher) -> None:
    shown = searcher.read(searcher.answer(Asked(("Beratungen",))))

    assert len(shown.snippets) == 1
    assert f"{MARK}Beratung{END_MARK}" in shown.snippets[0]


@pytest.mark.parametrize("name", [*ALWAYS_THERE, "fts5-plain"])
def test_names_give_contenders(name: str) -> None:
    assert contenders.load(name).version()


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown contender"):
        contenders.load("nobody")
