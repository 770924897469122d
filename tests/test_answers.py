from dataclasses import replace
from datetime import date

import pytest
from builders import guide, passages
from dictionary_engine import DictionaryEngine

from kb import answers, messages, search, topics
from kb.hints import TopicsNearby
from kb.model import Answer

TAXONOMY = topics.load()


def ask(text: str, *, offset: int = 0, limit: int = 10) -> Answer:
    guides = [
        guide("umzug", title="Umzug begleiten", kind="arbeitshilfe", edition="2026-05", topics=("beratung",)),
        guide("alt", title="Miete", work_id="miete", edition="2017"),
        guide("neu", title="Miete", work_id="miete", edition="2026"),
    ]
    held = [
        *passages("umzug", "Der Umzug braucht eine Zusicherung.", heading=("1 Ablauf", "1.1 Antrag")),
        *passages("alt", "Der Umzug von gestern."),
    ]
    return search.answer(DictionaryEngine(guides, held), text, offset=offset, limit=limit, as_of=date(2026, 11, 1))


def test_results_are_numbered_with_facts_and_places() -> None:
    lines = [*answers.lines(ask("Umzug Zusicherung"), TAXONOMY)]

    assert lines[:4] == [
        "1 Handlungshilfe mit allen Wörtern, 1 weitere",
        "",
        f"1. Umzug begleiten (Arbeitshilfe, {messages.edition('2026-05')}, umzug.pdf)",
        f"   {messages.page(1)}, 1 Ablauf › 1.1 Antrag: Der Umzug braucht eine Zusicherung.",
    ]
    assert lines[4:6] == ["", f"2. Miete ({messages.edition('2026')}, neu.pdf)"]
    assert lines[6].startswith(f"   {messages.ONLY_EARLIER}")


def test_numbers_go_on_where_the_part_begins() -> None:
    assert [*answers.lines(ask("Umzug", offset=1, limit=1), TAXONOMY)][2].startswith("2. ")


def test_an_assumed_statute_comes_first_with_results_and_without() -> None:
    for text in ("§ 16e Umzug", "§ 16e"):
        assert next(answers.lines(ask(text), TAXONOMY)) == messages.read_as([("§\u00a016e", "SGB II")])


def test_what_may_be_meant_comes_first_with_results_and_without() -> None:
    assert [*answers.lines(ask("Umzgu Zusicherung"), TAXONOMY)][:3] == [
        "Meinten Sie: Umzug Zusicherung?",
        "Auch gesucht: vermutlich gemeint: Umzug",
        "1 Handlungshilfe mit allen Wörtern, 1 weitere",
    ]
    assert [*answers.lines(ask("Umzgu -Umzug"), TAXONOMY)] == [
        "Meinten Sie: Umzug -Umzug?",
        "Auch gesucht: vermutlich gemeint: Umzug",
        messages.NOTHING_FOUND,
    ]


@pytest.mark.parametrize("are_alike", [True, False])
def test_topics_are_named_where_nothing_is_found(are_alike: bool) -> None:
    nearby = TopicsNearby(("beratung",), are_alike=are_alike)

    assert [*answers.lines(ask("Quantenphysik"), TAXONOMY, nearby)][1:] == [
        messages.topics_nearby(are_alike=are_alike),
        "  Beratung und Fallmanagement (--topic beratung)",
    ]
    assert [*answers.lines(ask("Quantenphysik"), TAXONOMY, TopicsNearby((), are_alike=False))] == [messages.NOTHING_FOUND]


def test_what_was_found_by_meaning_says_so() -> None:
    found = ask("Umzug", limit=1)
    (result,) = found.results
    near = replace(result, hits=(replace(result.hits[0], is_by_meaning=True),))

    lines = [*answers.lines(replace(found, results=(near,)), TAXONOMY)]

    assert lines[0] == messages.found(2, 0, has_many_words=False, is_near=True)
    assert f"({messages.BY_MEANING}): Der Umzug" in lines[-1]
