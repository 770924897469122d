from datetime import date

import pytest
from builders import guide, passages
from dictionary_engine import DictionaryEngine

from kb import search
from kb.model import Answer, Axis, Engine, Facet, Relation, Totals

DAY = date(2026, 11, 1)


def collection() -> Engine:
    guides = [
        guide("umzug", title="Umzug", kind="weisung"),
        guide("alt", title="Miete", work_id="miete", edition="2017"),
        guide("neu", title="Miete", work_id="miete", edition="2026"),
        *(guide(f"g{n}", title=f"Heizung {n}", kind="vorlage") for n in range(12)),
    ]
    texts = {
        "umzug": ("Der Umzug braucht eine Zusicherung.", "Umzug und Miete hängen zusammen."),
        "alt": ("Die Miete von gestern.",),
        "neu": ("Die Miete von heute.",),
    }
    return DictionaryEngine(guides, [p for one in guides for p in passages(one.id, *texts.get(one.id, ("Heizen im Winter.",)))])


def ask(text: str, *, offset: int = 0, limit: int = search.PAGE_SIZE) -> Answer:
    return search.answer(collection(), text, offset=offset, limit=limit, as_of=DAY)


def test_works_with_all_words_come_first() -> None:
    found = ask("Umzug Miete")

    assert [result.guide.id for result in found.results] == ["umzug", "neu"]
    assert found.totals == Totals(n_works=2, n_works_all_words=1, n_passages=3)
    assert found.totals.n_works_some_words == 1


def test_every_hit_that_is_shown_has_its_snippet() -> None:
    found = ask("Miete")

    hits = [hit for result in found.results for hit in (*result.hits, *result.earlier)]
    assert [hit.guide.id for hit in hits] == ["neu", "alt", "umzug"]
    for hit in hits:
        assert hit.snippet
        assert [hit.snippet.text[start:end] for start, end in hit.snippet.spans] == ["Miete"]
        assert hit.snippet.text == hit.passage.text


def test_the_query_is_handed_back_as_it_was_understood() -> None:
    found = ask(" „Umzug“ -Miete ")

    assert found.query.text == " „Umzug“ -Miete "
    assert found.query.as_of == DAY
    assert len(found.query.clauses) == 2


@pytest.mark.parametrize("text", ["", "  ", "-", "„“", "…"])
def test_text_that_asks_for_nothing_lists_all_works_by_title(text: str) -> None:
    found = ask(text, limit=3)

    assert found.totals.n_works == 14
    assert [result.guide.title for result in found.results] == ["Heizung 0", "Heizung 1", "Heizung 10"]
    assert all(result.hits == () for result in found.results)


def test_pages_of_results_follow_each_other() -> None:
    first, second = ask("heizen"), ask("heizen", offset=10)

    assert (len(first.results), len(second.results)) == (10, 2)
    assert {result.guide.id for result in first.results}.isdisjoint(result.guide.id for result in second.results)
    assert (first.totals, first.facets) == (second.totals, second.facets)
    assert (second.offset, second.limit, second.n_pages) == (10, search.PAGE_SIZE, 2)


def test_behind_the_last_page_there_is_nothing() -> None:
    found = ask("heizen", offset=100)

    assert found.results == ()
    assert found.totals.n_works == 12


def test_a_selection_narrows_the_results_and_not_the_counts_of_its_axis() -> None:
    found = search.answer(collection(), "Miete", selection={Axis.KIND: frozenset({"weisung"})}, as_of=DAY)

    assert [result.guide.id for result in found.results] == ["umzug"]
    assert {(facet.value, facet.n_works) for facet in found.facets if facet.axis is Axis.KIND} == {("weisung", 1), ("", 1)}


def test_without_a_match_the_answer_is_empty() -> None:
    found = ask("Quantenphysik")

    assert (found.results, found.facets, found.totals, found.n_pages) == ((), (), Totals(), 0)


def test_validity_is_computed_for_the_day_asked_about() -> None:
    engine = DictionaryEngine([guide("a", valid_until=date(2026, 6, 30))], passages("a", "Umzug"))

    before, after = (search.answer(engine, "Umzug", as_of=date(2026, month, 15)).facets for month in (6, 7))

    assert Facet(axis=Axis.VALIDITY, value="gilt", n_works=1) in before
    assert Facet(axis=Axis.VALIDITY, value="gilt-nicht-mehr", n_works=1) in after


def test_an_answer_says_what_may_have_been_meant() -> None:
    assert ask("Umzgu Miete").meant == "Umzug Miete"
    assert ask("Umzgu Miete").totals.n_works == 2
    assert ask("Umzug Miete").meant == ""
    assert ask("").meant == ""


def test_what_was_probably_meant_is_found_unless_it_is_taken_out() -> None:
    found = ask("Zusichrung")

    assert [result.guide.id for result in found.results] == ["umzug"]
    assert found.results[0].hits[0].missing == ()
    assert found.query.words == ("zusicherung",)
    (added,) = found.query.added
    assert (added.typed, added.name, added.relation) == ("zusichrung", "Zusicherung", Relation.MEANT)

    without = search.answer(collection(), "Zusichrung", without=frozenset({added.id}), as_of=DAY)

    assert without.results == ()
    assert without.query.added == (added,)
    assert without.query.words == ("zusichrung",)


def test_a_german_word_is_no_slip_though_no_guide_has_it() -> None:
    for text in ("Heilung", "geheim", "Mieten"):
        found = ask(text)
        assert (found.meant, found.query.added) == ("", ())

    assert ask("Heizugn").meant == "Heizung"
