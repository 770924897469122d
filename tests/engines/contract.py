"""What every engine must do: the tests, once. A module that defines the fixture `engine` imports them with `*`."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from kb import passages, query
from kb.model import N_NORMS, Axis, Engine, Guide, Matches, Passage, Reason, Selection, Validity

__all__ = [
    "test_a_batch_that_fails_changes_nothing",
    "test_a_guides_statute_is_that_of_norms_without_one",
    "test_a_heading_that_other_passages_lack_speaks_for_its_own",
    "test_a_norm_is_found_and_marked_in_every_spelling",
    "test_a_norm_is_not_another_that_begins_like_it",
    "test_a_paragraph_comes_before_other_places_of_its_section",
    "test_a_passage_says_what_it_lacks",
    "test_a_removed_guide_is_not_found",
    "test_a_replaced_guide_is_found_by_its_new_text_only",
    "test_an_edition_that_does_not_speak_is_explained_without_a_rank",
    "test_an_excluded_norm_hides_the_passage",
    "test_an_excluded_word_hides_the_passage",
    "test_an_explanation_accounts_for_the_score",
    "test_an_updated_record_keeps_its_passages",
    "test_any_word_may_match_and_all_words_count_more",
    "test_catalog_words_and_headings_are_those_of_the_last_commit",
    "test_counts_of_an_axis_ignore_its_own_selection",
    "test_each_norm_of_a_list_counts",
    "test_earlier_editions_are_folded_into_their_work",
    "test_facets_count_works_not_passages",
    "test_many_threads_get_the_answers_of_one",
    "test_norms_are_counted_the_most_frequent_and_the_chosen",
    "test_only_an_earlier_edition_matches",
    "test_pages_of_results_do_not_overlap",
    "test_phrases_need_adjacent_words",
    "test_prefixes_match_words_as_written",
    "test_search_after_a_commit_sees_it",
    "test_validity_is_that_of_the_day",
    "test_what_does_not_match_has_no_explanation",
    "test_without_a_word_all_works_are_listed_by_title",
    "test_words_are_found_within_others",
    "test_words_of_title_and_heading_count",
]

DAY = date(2026, 11, 1)


def guide(id_: str, **facts: object) -> Guide:
    given = {"work_id": id_, "title": id_, "places": (f"{id_}.pdf",), "digest": id_, "metadata_digest": "", "extractor": "1"}
    return Guide(id=id_, **(given | facts))  # type: ignore[arg-type]  # facts are named by the tests


def add(engine: Engine, one: Guide, *texts: str, heading: str = "") -> None:
    trail = (heading,) if heading else ()
    held = [passages.of_text(one.id, n, text, page=n, heading=trail, title=one.title) for n, text in enumerate(texts, start=1)]
    with engine.write() as batch:
        batch.replace(replace(one, norms=passages.sections(held)), held)


def ask(engine: Engine, text: str, selection: Selection | None = None, as_of: date = DAY, **page: int) -> Matches:
    return engine.search(query.parse(text, selection=selection, as_of=as_of), **page)


def found(engine: Engine, text: str, **chosen: str) -> list[str]:
    matches = ask(engine, text, {Axis[axis]: frozenset(value.split()) for axis, value in chosen.items()})
    return [result.guide.id for result in matches.results]


def counts(matches: Matches, axis: Axis) -> dict[str, int]:
    return {str(facet.value): facet.n_works for facet in matches.facets if facet.axis is axis}


def test_any_word_may_match_and_all_words_count_more(engine: Engine) -> None:
    add(engine, guide("alle"), "Ein langer Text, in dem neben vielem anderen auch die Miete und der Umzug einmal vorkommen.")
    add(engine, guide("eines"), "Umzug, Umzug, Umzug.")

    matches = ask(engine, "Miete Umzug")

    assert [result.guide.id for result in matches.results] == ["alle", "eines"]
    assert [result.has_all_words for result in matches.results] == [True, False]
    assert (matches.totals.n_works_all_words, matches.totals.n_works_some_words, matches.totals.n_passages) == (1, 1, 2)


def test_a_passage_says_what_it_lacks(engine: Engine) -> None:
    add(engine, guide("a"), "Miete und Umzug.", "Umzug und Frist.", "Miete.")

    (result,) = ask(engine, "Mieten Umzug Frist").results

    assert {hit.passage.number: hit.missing for hit in result.hits} == {1: ("Frist",), 2: ("Mieten",), 3: ("Umzug", "Frist")}
    assert not result.has_all_words


def test_an_explanation_accounts_for_the_score(engine: Engine) -> None:
    add(engine, guide("a", title="Umzug", is_binding=True), "Miete und Umzug.", "Umzug und Frist.", "Mietvertrag.")
    add(engine, guide("b", valid_until=date(2026, 1, 1)), "Umzug und Mieten. Vor dem Umzug die Miete klären.", "Nichts davon.")
    asked = query.parse("Umzug Miete", as_of=DAY)
    results = engine.search(asked).results

    for rank, result in enumerate(results, start=1):
        why = engine.explain(asked, result.guide.id)
        assert why
        assert (why.rank, why.n_works, why.hit.passage) == (rank, 2, result.hits[0].passage)
        assert why.score == pytest.approx(result.score, rel=1e-4)
        assert sum(share.points for share in why.shares) == pytest.approx(why.score, rel=1e-3)
    assert why
    assert {share.typed for share in why.shares if share.reason is Reason.WORD} == {"Umzug", "Miete"}


def test_what_does_not_match_has_no_explanation(engine: Engine) -> None:
    add(engine, guide("a"), "Miete")

    assert engine.explain(query.parse("Umzug", as_of=DAY), "a") is None
    assert engine.explain(query.parse("", as_of=DAY), "a") is None
    assert engine.explain(query.parse("Miete", as_of=DAY), "b") is None


def test_an_edition_that_does_not_speak_is_explained_without_a_rank(engine: Engine) -> None:
    add(engine, guide("alt", work_id="w", edition="2017"), "Miete")
    add(engine, guide("neu", work_id="w", edition="2026"), "Miete")

    why = engine.explain(query.parse("Miete", as_of=DAY), "alt")

    assert why
    assert (why.rank, why.hit.guide.id) == (None, "alt")


def test_words_are_found_within_others(engine: Engine) -> None:
    add(engine, guide("a"), "Die Schuldnerberatung hilft.")
    add(engine, guide("b"), "Die Beratung hilft.")

    assert found(engine, "Beratung") == ["b", "a"]
    assert found(engine, "Schuldnerberatung") == ["a", "b"]
    assert found(engine, '"Beratung"') == ["b"]
    assert found(engine, "-Beratung") == ["a"]
    assert ask(engine, "Beratung").results[1].hits[0].snippet.spans == ((4, 21),)


def test_phrases_need_adjacent_words(engine: Engine) -> None:
    add(engine, guide("kdu"), "Die Kosten der Unterkunft und Heizung.")

    assert found(engine, '"Kosten der Unterkunft"') == ["kdu"]
    assert found(engine, '"Kosten Heizung"') == []
    assert found(engine, '"Unterkunft der Kosten"') == []


def test_an_excluded_word_hides_the_passage(engine: Engine) -> None:
    add(engine, guide("mit"), "Umzug mit Darlehen.")
    add(engine, guide("ohne"), "Umzug ohne Weiteres.")

    assert found(engine, "Umzug -Darlehen") == ["ohne"]
    assert found(engine, '-"mit Darlehen"') == ["ohne"]


def test_prefixes_match_words_as_written(engine: Engine) -> None:
    add(engine, guide("kinder"), "Kinderbetreuung während des Kurses.")
    add(engine, guide("kind"), "Das Kind ist krank.")

    assert found(engine, "kinder*") == ["kinder"]
    assert sorted(found(engine, "kind*")) == ["kind", "kinder"]
    assert found(engine, "kinderg*") == []


SPELLINGS = ["§ 16 e", "§16e", "Paragraf 16e", "16e SGB 2", "§ 16e SGB II", "sgb 2 16e", "16e"]


def test_a_norm_is_found_and_marked_in_every_spelling(engine: Engine) -> None:
    add(engine, guide("a"), "Nach § 16 e SGB II wird gefördert.", "Siehe § 16e.", "§ 16e SGB XII gibt es nicht.")
    add(engine, guide("b"), "Umzug.", heading="Förderung nach Paragraf 16e")
    add(engine, guide("c"), "Die §§ 16d bis 16f des Zweiten Buches Sozialgesetzbuch und viele andere Wörter dazu.")
    add(engine, guide("d"), "Die 16e-Förderung.", "Nichts davon.")

    answers = [ask(engine, text) for text in SPELLINGS]

    places = [[(hit.passage.id, hit.score) for result in answer.results for hit in result.hits] for answer in answers]
    assert {place for place, _ in places[0]} == {"a#1", "a#2", "a#3", "b#1", "c#1", "d#1"}
    assert all(other == places[0] for other in places)
    assert all(answer.totals == answers[0].totals for answer in answers)
    marked = {
        hit.passage.id: [hit.snippet.text[start:end] for start, end in hit.snippet.spans]
        for result in answers[0].results
        for hit in result.hits
    }
    assert marked == {
        "a#1": ["§ 16 e SGB II"],
        "a#2": ["§ 16e"],
        "a#3": ["16e"],
        "b#1": [],
        "c#1": ["§§ 16d bis 16f des Zweiten Buches Sozialgesetzbuch"],
        "d#1": ["16e"],
    }


def test_a_norm_is_not_another_that_begins_like_it(engine: Engine) -> None:
    add(engine, guide("mit"), "Nach § 16e SGB II.")
    add(engine, guide("ohne"), "Nach § 16 Abs. 1 SGB II.")
    add(engine, guide("anders"), "Nach § 16 SGB I, im Alter von 16 Jahren.")

    assert found(engine, "§ 16") == ["ohne"]
    assert found(engine, "§ 16e") == ["mit"]
    assert found(engine, "§ 16 SGB I") == ["anders"]
    assert found(engine, "§ 160") == []


def test_a_guides_statute_is_that_of_norms_without_one(engine: Engine) -> None:
    add(engine, guide("sozialhilfe", title="Sozialhilfe nach dem SGB XII"), "Die Kosten trägt § 22 Abs. 1.")
    add(engine, guide("buergergeld", title="Wohnkosten"), "Die Kosten trägt § 22 Abs. 1.")

    assert found(engine, "§ 22 SGB XII") == ["sozialhilfe"]
    assert found(engine, "§ 22") == ["buergergeld"]
    (result,) = ask(engine, "22 Abs. 1 SGB 12").results
    assert result.hits[0].snippet.spans == ((17, 28),)


def test_a_paragraph_comes_before_other_places_of_its_section(engine: Engine) -> None:
    add(engine, guide("anderer"), "Nach § 22 Abs. 2 SGB II.")
    add(engine, guide("abschnitt"), "Nach § 22 SGB II.")
    add(engine, guide("genau"), "Nach § 22 Abs. 1 Satz 2 SGB II.")

    matches = ask(engine, "§ 22 (1)")

    assert matches.results[0].guide.id == "genau"
    assert matches.totals.n_works_all_words == 3
    assert found(engine, "Nach -§ 22 Abs. 1") == ["abschnitt", "anderer"]


def test_each_norm_of_a_list_counts(engine: Engine) -> None:
    add(engine, guide("beide"), "§ 16e SGB II und § 16i SGB II")
    add(engine, guide("eine"), "§ 16i SGB II")
    add(engine, guide("zwischen"), "§ 31a SGB II")
    add(engine, guide("bereich"), "§§ 31 bis 32 SGB II")

    (both, one) = ask(engine, "§§ 16e, 16i").results

    assert (both.guide.id, one.guide.id) == ("beide", "eine")
    assert [result.hits[0].missing for result in (both, one)] == [(), ("§\u00a016e",)]
    assert found(engine, "§§ 31 bis 32") == found(engine, "§ 32") == ["bereich"]  # a range lists whole numbers only
    assert found(engine, "§ 31a") == ["zwischen"]


def test_an_excluded_norm_hides_the_passage(engine: Engine) -> None:
    add(engine, guide("mit"), "Umzug nach § 31 SGB II.")
    add(engine, guide("ohne"), "Umzug nach § 31a SGB II.")

    assert found(engine, "Umzug -§ 31") == ["ohne"]
    assert found(engine, "-31 SGB II Umzug") == ["ohne"]
    assert found(engine, "Umzug SGB -§31a") == ["mit"]


def test_norms_are_counted_the_most_frequent_and_the_chosen(engine: Engine) -> None:
    for n in range(1, N_NORMS + 3):
        texts = [f"Umzug, § {section} SGB II." for section in range(1, n + 1)]
        add(engine, guide(f"g{n:02}"), *texts, *texts)

    matches = ask(engine, "Umzug")
    chosen = ask(engine, "Umzug", {Axis.NORM: frozenset({f"sgb2:{N_NORMS + 2}", "sgb2:999"})})

    most = {f"sgb2:{section}": N_NORMS + 3 - section for section in range(1, N_NORMS + 1)}
    assert counts(matches, Axis.NORM) == most
    assert counts(chosen, Axis.NORM) == most | {f"sgb2:{N_NORMS + 2}": 1}
    assert [result.guide.id for result in chosen.results] == [f"g{N_NORMS + 2}"]
    assert sorted(found(engine, "Umzug", NORM="sgb2:11 sgb2:999")) == ["g11", "g12"]


def test_a_section_that_the_default_has_not_is_found_and_not_counted(engine: Engine) -> None:
    add(engine, guide("ins"), "Umzug nach § 165 und § 22; § 165 SGB III.")

    assert counts(ask(engine, "Umzug"), Axis.NORM) == {"sgb2:22": 1, "sgb3:165": 1}
    assert found(engine, "§ 165") == ["ins"]
    (result,) = ask(engine, "§ 165 SGB III").results
    assert result.hits[0].snippet.spans == ((11, 16), (27, 40))  # the guide means the same


def test_words_of_title_and_heading_count(engine: Engine) -> None:
    add(engine, guide("egv", title="Eingliederungsvereinbarung"), "Gemeinsam planen.", heading="Fortschreibung")

    assert found(engine, "Eingliederungsvereinbarung") == ["egv"]
    assert found(engine, "Fortschreibung") == ["egv"]
    assert ask(engine, "Eingliederungsvereinbarung planen Fortschreibung").totals.n_works_all_words == 1


def test_a_heading_that_other_passages_lack_speaks_for_its_own(engine: Engine) -> None:
    one = guide("a", title="Leitfaden")
    with engine.write() as batch:
        batch.replace(
            one,
            [
                Passage(guide_id="a", number=1, text="Umzug nebenbei erwähnt."),
                Passage(guide_id="a", number=2, text="Umzug nebenbei erwähnt.", heading=("Umzug",)),
            ],
        )

    (result,) = ask(engine, "Umzug").results

    assert [hit.passage.number for hit in result.hits] == [2, 1]
    assert result.hits[0].score > result.hits[1].score > 0


def test_without_a_word_all_works_are_listed_by_title(engine: Engine) -> None:
    add(engine, guide("c", title="Zumutbarkeit"), "eins")
    add(engine, guide("b", title="Überprüfung"), "zwei")
    add(engine, guide("a", title="Umzug"), "drei")

    matches = ask(engine, "")

    assert [result.guide.title for result in matches.results] == ["Überprüfung", "Umzug", "Zumutbarkeit"]
    assert matches.totals.n_works == 3
    assert all(result.hits == () for result in matches.results)


def test_facets_count_works_not_passages(engine: Engine) -> None:
    add(engine, guide("a", topics=("beratung.familie",), kind="weisung"), "Umzug", "Umzug", "Umzug")
    add(engine, guide("b", topics=("beratung.digital",), kind="weisung"), "Umzug")

    matches = ask(engine, "Umzug")

    assert counts(matches, Axis.TOPIC) == {"beratung": 2, "beratung.familie": 1, "beratung.digital": 1}
    assert counts(matches, Axis.KIND) == {"weisung": 2}


def test_counts_of_an_axis_ignore_its_own_selection(engine: Engine) -> None:
    add(engine, guide("a", topics=("beratung.familie",), kind="weisung"), "Umzug")
    add(engine, guide("b", topics=("beratung.digital",), kind="vorlage"), "Umzug")
    add(engine, guide("c", topics=("gesundheit.sucht",), kind="vorlage"), "Umzug")

    matches = ask(engine, "Umzug", {Axis.KIND: frozenset({"vorlage"})})

    assert counts(matches, Axis.KIND) == {"weisung": 1, "vorlage": 2}
    assert counts(matches, Axis.TOPIC) == {"beratung": 1, "beratung.digital": 1, "gesundheit": 1, "gesundheit.sucht": 1}
    assert sorted(found(engine, "Umzug", KIND="vorlage weisung")) == ["a", "b", "c"]
    assert found(engine, "Umzug", KIND="vorlage", TOPIC="beratung") == ["b"]


def test_earlier_editions_are_folded_into_their_work(engine: Engine) -> None:
    add(engine, guide("alt", work_id="w", edition="2017-05"), "Umzug früher")
    add(engine, guide("neu", work_id="w", edition="2026-07"), "Umzug heute", "Umzug", "Umzug", "Umzug")

    (result,) = ask(engine, "Umzug").results

    assert result.guide.id == "neu"
    assert [hit.guide.id for hit in result.hits] == ["neu", "neu", "neu"]
    assert result.n_hits == 4
    assert [hit.guide.id for hit in result.earlier] == ["alt"]
    assert [edition.id for edition in result.editions] == ["alt"]


def test_only_an_earlier_edition_matches(engine: Engine) -> None:
    add(engine, guide("alt", work_id="w", edition="2017"), "Eingliederungsvereinbarung")
    add(engine, guide("neu", work_id="w", edition="2026"), "Kooperationsplan")

    (result,) = ask(engine, "Eingliederungsvereinbarung").results

    assert result.guide.id == "neu"
    assert [hit.guide.id for hit in result.hits] == ["alt"]
    assert result.earlier == ()


def test_validity_is_that_of_the_day(engine: Engine) -> None:
    add(engine, guide("a", valid_until=date(2026, 6, 30)), "Umzug")
    add(engine, guide("b", valid_from=date(2026, 7, 1)), "Umzug")

    in_june, in_july = (counts(ask(engine, "Umzug", as_of=date(2026, month, 15)), Axis.VALIDITY) for month in (6, 7))

    assert in_june == {Validity.IN_FORCE: 1, Validity.UPCOMING: 1}
    assert in_july == {Validity.EXPIRED: 1, Validity.IN_FORCE: 1}


def test_pages_of_results_do_not_overlap(engine: Engine) -> None:
    for n in range(7):
        add(engine, guide(f"g{n}"), "Umzug " * (n + 1))

    pages = [ask(engine, "Umzug", offset=offset, limit=3) for offset in (0, 3, 6)]

    ids = [result.guide.id for page in pages for result in page.results]
    assert len(ids) == len(set(ids)) == 7
    assert {page.totals.n_works for page in pages} == {7}


def test_search_after_a_commit_sees_it(engine: Engine) -> None:
    add(engine, guide("a"), "Umzug")
    assert found(engine, "Umzug") == ["a"]

    add(engine, guide("b"), "Umzug Umzug")

    assert sorted(found(engine, "Umzug")) == ["a", "b"]
    assert set(engine.catalog()) == {"a", "b"}


def test_a_replaced_guide_is_found_by_its_new_text_only(engine: Engine) -> None:
    add(engine, guide("a"), "Umzug", "Miete")
    add(engine, guide("a"), "Heizung")

    assert (found(engine, "Umzug"), found(engine, "Heizung")) == ([], ["a"])
    assert engine.catalog()["a"].n_passages == 1


def test_a_removed_guide_is_not_found(engine: Engine) -> None:
    add(engine, guide("a"), "Umzug")
    add(engine, guide("b"), "Umzug")

    with engine.write() as batch:
        batch.remove("a")

    assert found(engine, "Umzug") == ["b"]
    assert set(engine.catalog()) == {"b"}


def test_an_updated_record_keeps_its_passages(engine: Engine) -> None:
    add(engine, guide("a"), "Umzug")

    with engine.write() as batch:
        batch.update(guide("a", work_id="w"))

    assert found(engine, "Umzug") == ["a"]
    assert engine.catalog()["a"].work_id == "w"


def test_catalog_words_and_headings_are_those_of_the_last_commit(engine: Engine) -> None:
    add(engine, guide("a", title="Maßnahme"), "Umzug und Umzüge.", "Umzug.", heading="3 Ablauf")
    add(engine, guide("b", title="Miete"), "Die Miete.", heading="Kosten")
    before = engine.catalog()

    assert engine.catalog() is before
    expected = {"umzug": 2, "und": 1, "umzüge": 1, "massnahme": 2, "3": 2, "ablauf": 2, "die": 1, "miete": 1, "kosten": 1}
    assert engine.words() == expected
    assert sorted(engine.headings()) == ["3 Ablauf", "Kosten"]
    stems = ("umzug", "massnahm", "ablauf", "kost", "mietvertrag", "")
    assert [*map(engine.counts(), stems)] == [2, 2, 2, 1, 0, 0]

    with engine.write() as batch:
        batch.remove("a")

    assert engine.catalog() is not before
    assert engine.words() == {"die": 1, "miete": 1, "kosten": 1}
    assert (*map(engine.counts(), ("kost", "umzug")),) == (1, 0)
    assert [*engine.headings()] == ["Kosten"]


def test_a_batch_that_fails_changes_nothing(engine: Engine) -> None:
    add(engine, guide("a"), "Umzug")

    with pytest.raises(ZeroDivisionError), engine.write() as batch:
        batch.remove("a")
        raise ZeroDivisionError

    assert found(engine, "Umzug") == ["a"]


def test_many_threads_get_the_answers_of_one(engine: Engine) -> None:
    for n in range(12):
        add(engine, guide(f"g{n}"), *(f"Umzug {'Miete ' * (i % 5)} {'Heizung ' * (n % 3)}" for i in range(20)))
    asked = ["Umzug", "Miete Heizung", '"Umzug Miete"', "heiz*", "Umzug -Heizung"]
    expected = [ask(engine, text) for text in asked]
    wrong: list[str] = []

    def work() -> None:
        for text, answer in zip(asked * 10, expected * 10, strict=True):
            if ask(engine, text) != answer:
                wrong.append(text)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
