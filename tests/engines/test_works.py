import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from builders import guide

from kb.engines.works import Ranking, Shelf, View, rank
from kb.model import N_NORMS, Axis, Guide, Selection, Totals, Validity
from kb.topics import NO_TOPIC

DAY = date(2026, 11, 1)


def view(guides: Sequence[Guide], owners: str, as_of: date = DAY) -> View:
    """Return a view in which passage i belongs to the guide that owners name at i."""
    ids = [one.id for one in guides]
    return View(Shelf(guides, np.array([ids.index(id_) for id_ in owners], np.int32)), as_of)


def ranked(
    on: View, scores: Sequence[float], all_words: Sequence[int] = (), selection: Selection | None = None, **page: int
) -> Ranking:
    """Rank the passages with a score above 0; those numbered in `all_words` have all words."""
    passages = np.flatnonzero(scores).astype(np.int32)
    points = np.array(scores, np.float32)[passages]
    return rank(on, passages, points, np.isin(passages, list(all_words)), selection or {}, **page)


def works_of(ranking: Ranking) -> list[int]:
    return [entry.work for entry in ranking.entries]


def counts(on: View, matched: Sequence[bool], axis: Axis, selection: Selection | None = None) -> dict[str, int]:
    found = on.facets(np.array(matched), selection or {})
    return {facet.value: facet.n_works for facet in found if facet.axis is axis}


OLD, NEW = guide("a", work_id="w", edition="2017"), guide("b", work_id="w", edition="2026")
COMING = guide("c", work_id="w", edition="2027", valid_from=date(2027, 1, 1))


def test_a_shelf_puts_editions_into_works_newest_first() -> None:
    shelf = Shelf([OLD, guide("x"), NEW], np.array([0, 1, 2], np.int32))

    assert shelf.works == [[2, 0], [1]]
    assert shelf.work_of.tolist() == [0, 1, 0]


def test_the_current_edition_is_that_of_the_day() -> None:
    guides = [OLD, NEW, COMING]

    assert view(guides, "abc").is_current.tolist() == [False, True, False]
    assert view(guides, "abc", date(2027, 1, 1)).is_current.tolist() == [False, False, True]


def test_works_come_by_score_and_those_with_all_words_are_counted() -> None:
    on = view([guide("a"), guide("b"), guide("c")], "abc")

    found = ranked(on, [9, 1, 5], all_words=[1])

    assert works_of(found) == [0, 2, 1]
    assert [entry.has_all for entry in found.entries] == [False, False, True]
    assert found.totals == Totals(n_works=3, n_works_all_words=1, n_passages=3)


def test_equal_passages_stand_as_in_their_guide() -> None:
    found = ranked(view([guide("b"), guide("a")], "bbaa"), [1, 1, 1, 1])

    assert [(entry.work, entry.best) for entry in found.entries] == [(1, [0, 1]), (0, [2, 3])]


@pytest.mark.parametrize("seed", range(20))
def test_the_first_of_many_are_the_first_of_all(seed: int) -> None:
    source = random.Random(seed)
    guides = [guide(f"g{i:02}", work_id=f"w{i // 2 if i < 20 else i}", is_binding=i % 3 == 0) for i in range(60)]
    owners = [one.id for one in guides for _ in range(source.randint(1, 9))]
    on = View(Shelf(guides, np.array([int(id_[1:]) for id_ in owners], np.int32)), DAY)
    scores = [source.choice([0, 1, 2, 2.5, 3, 3.1, 3.2]) for _ in owners]

    everything = ranked(on, scores, limit=100).entries

    assert len(everything) > 30
    assert ranked(on, scores, limit=5).entries == everything[:5]
    assert ranked(on, scores, offset=7, limit=4).entries == everything[7:11]


def test_a_work_counts_by_its_best_passage() -> None:
    found = ranked(view([guide("a"), guide("b")], "aab"), [1, 7, 5])

    assert works_of(found) == [0, 1]
    assert [entry.best for entry in found.entries] == [[1, 0], [2]]


def test_several_good_passages_speak_for_a_work() -> None:
    on = view([guide("a"), guide("b")], "abbb")

    assert works_of(ranked(on, [10, 9.5, 0, 0])) == [0, 1]
    assert works_of(ranked(on, [10, 9.5, 8, 0])) == [1, 0]
    assert works_of(ranked(on, [10, 9.5, 1, 1])) == [0, 1]
    assert works_of(ranked(on, [20, 9.5, 9, 9])) == [0, 1]


def test_of_texts_about_as_good_the_binding_one_in_force_comes_first() -> None:
    expired = guide("a", valid_until=date(2020, 1, 1))
    on = view([expired, guide("b"), guide("c", is_binding=True)], "abc")

    assert works_of(ranked(on, [10, 10, 10])) == [2, 1, 0]
    assert works_of(ranked(on, [12, 11.5, 10])) == [1, 0, 2]


def test_the_current_edition_speaks_for_its_work_even_with_a_lower_score() -> None:
    found = ranked(view([OLD, NEW, guide("x")], "abx"), [9, 1, 5])

    assert [(entry.best, entry.others) for entry in found.entries] == [([2], []), ([1], [0])]
    assert found.totals.n_works == 2


def test_an_earlier_edition_speaks_where_only_it_matches() -> None:
    found = ranked(view([OLD, NEW], "ab"), [9, 0])

    assert [(entry.work, entry.best, entry.others) for entry in found.entries] == [(0, [0], [])]


def test_of_several_earlier_editions_the_best_speaks() -> None:
    middle = guide("m", work_id="w", edition="2020")

    found = ranked(view([OLD, middle, NEW, guide("x")], "ammx"), [3, 2, 5, 4])

    assert [(entry.best, entry.others) for entry in found.entries] == [([2, 1], [0]), ([3], [])]
    assert found.totals == Totals(n_works=2, n_works_all_words=0, n_passages=4)


def test_pages_of_works_do_not_overlap_where_scores_are_equal() -> None:
    on = view([guide(id_) for id_ in "abcdefg"], "abcdefg")

    pages = [works_of(ranked(on, [1, 2, 1, 2, 1, 1, 2], offset=offset, limit=3)) for offset in (0, 3, 6, 9)]

    assert pages == [[1, 3, 6], [0, 2, 4], [5], []]


def test_nothing_matched_is_an_empty_ranking() -> None:
    found = ranked(view([guide("a")], "a"), [0])

    assert found.totals == Totals()
    assert not found.entries
    assert not found.matched.any()


def test_an_empty_shelf_can_be_viewed() -> None:
    found = ranked(view([], ""), [])

    assert found.totals == Totals()


GUIDES = [
    guide("a", topics=("beratung.familie", "beratung.digital"), kind="weisung"),
    guide("b", topics=("beratung",), kind="vorlage", partners=("kasse",)),
    guide("c", kind="", valid_until=date(2025, 12, 31)),
]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        pytest.param({}, [True, True, True], id="nothing chosen"),
        pytest.param({Axis.TOPIC: frozenset()}, [True, True, True], id="an empty choice"),
        pytest.param({Axis.TOPIC: frozenset({"beratung"})}, [True, True, False], id="topic with its children"),
        pytest.param({Axis.TOPIC: frozenset({"beratung.familie"})}, [True, False, False], id="child alone"),
        pytest.param({Axis.TOPIC: frozenset({NO_TOPIC})}, [False, False, True], id="without topic"),
        pytest.param({Axis.KIND: frozenset({"weisung", "vorlage"})}, [True, True, False], id="values widen"),
        pytest.param(
            {Axis.TOPIC: frozenset({"beratung"}), Axis.PARTNER: frozenset({"kasse"})}, [False, True, False], id="axes narrow"
        ),
        pytest.param({Axis.VALIDITY: frozenset({Validity.EXPIRED.value})}, [False, False, True], id="validity"),
        pytest.param({Axis.KIND: frozenset({"unbekannt"})}, [False, False, False], id="unknown value"),
    ],
)
def test_values_widen_and_axes_narrow(selection: Selection, expected: list[bool]) -> None:
    on = view(GUIDES, "abc")

    assert on.selected(selection).tolist() == expected
    assert sorted(works_of(ranked(on, [1, 1, 1], selection=selection))) == [i for i, chosen in enumerate(expected) if chosen]


def test_an_axis_counts_as_if_nothing_were_chosen_on_it() -> None:
    on = view(GUIDES, "abc")
    chosen = {Axis.KIND: frozenset({"vorlage"})}

    assert counts(on, [True, True, True], Axis.KIND, chosen) == {"weisung": 1, "vorlage": 1, "": 1}
    assert counts(on, [True, True, True], Axis.TOPIC, chosen) == {"beratung": 1}


def test_a_topic_of_the_first_level_counts_a_work_once() -> None:
    assert counts(view(GUIDES, "abc"), [True, False, False], Axis.TOPIC) == {
        "beratung": 1,
        "beratung.familie": 1,
        "beratung.digital": 1,
    }


def test_values_without_a_work_are_left_out() -> None:
    assert counts(view(GUIDES, "abc"), [False, False, True], Axis.PARTNER) == {}


def test_facets_are_those_of_the_current_edition() -> None:
    old, new = guide("a", work_id="w", edition="2017", kind="vorlage"), guide("b", work_id="w", edition="2026", kind="weisung")

    assert counts(view([old, new], "ab"), [True], Axis.KIND) == {"weisung": 1}


def test_works_are_listed_by_the_title_of_their_current_edition() -> None:
    guides = [guide("a", title="Zusicherung"), guide("b", title="Überprüfung"), guide("c", title="Umzug")]

    on = view(guides, "abc")

    assert [guides[on.current[work]].title for work in on.by_title] == ["Überprüfung", "Umzug", "Zusicherung"]


def test_of_many_norms_the_most_frequent_are_counted_and_the_chosen() -> None:
    sections = [f"sgb3:{n}" for n in range(1, 200)]
    guides = [guide(f"g{n:03}", norms=tuple(sections[: n + 1])) for n in range(130)]
    on = view(guides, "")
    matched = np.arange(130) >= 60
    chosen = {Axis.NORM: frozenset({"sgb3:130", "sgb3:199", "sgb2:1"})}

    assert counts(on, matched.tolist(), Axis.NORM) == {f"sgb3:{n}": 70 for n in range(1, N_NORMS + 1)}
    assert counts(on, matched.tolist(), Axis.NORM, chosen) == {f"sgb3:{n}": 70 for n in range(1, N_NORMS + 1)} | {"sgb3:130": 1}
    assert on.selected(chosen).nonzero()[0].tolist() == [129]
    assert counts(on, [False] * 130, Axis.NORM, chosen) == {}


@pytest.mark.parametrize("n_works", [1, 63, 64, 65, 200])
def test_counts_are_those_of_counting_one_by_one(n_works: int) -> None:
    source = random.Random(n_works)
    kinds = [source.choice(("weisung", "vorlage", "")) for _ in range(n_works)]
    matched = [source.random() < 0.5 for _ in range(n_works)]
    on = view([guide(f"g{n:03}", kind=kind) for n, kind in enumerate(kinds)], "")

    assert counts(on, matched, Axis.KIND) == dict(Counter(kind for kind, is_in in zip(kinds, matched, strict=True) if is_in))
