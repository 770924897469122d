import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import tiny_model
from contract import add, ask, found, guide

from kb.engines import EmbeddedEngine, nearest
from kb.engines.found import Bools
from kb.engines.nearest import AT_ONCE, NEAREST, Vectors, fused
from kb.engines.scoring import Scored
from kb.errors import IndexDamagedError, IndexLockedError, ModelError
from kb.model import Axis
from kb.semantic import Model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model.build(tmp_path / "modell")


@pytest.fixture
def engine(folder: Path, model: Path) -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine(folder, lock_timeout_s=0, is_fresh=True, semantic_model=model)
    yield opened
    opened.close()


def fill(engine: EmbeddedEngine) -> None:
    add(engine, guide("kdu"), "Angemessenheit der Unterkunft ist zu prüfen.")
    add(engine, guide("schuld"), "Raten sind bei Inkasso möglich.")
    add(engine, guide("auszug"), "Die Wohnung wird übergeben.")
    engine.embed()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("semantic/*/*")}


# ---- a search -----------------------------------------------------------------------------------------------------------


def test_a_passage_without_any_of_the_words_is_found_by_meaning(engine: EmbeddedEngine, folder: Path) -> None:
    fill(engine)

    with closing(EmbeddedEngine(folder)) as plain:
        assert found(plain, "Miete zu teuer") == []
    assert found(engine, "Miete zu teuer")[:2] == ["kdu", "auszug"]


def test_words_and_meaning_together_come_before_either_alone(engine: EmbeddedEngine) -> None:
    fill(engine)
    add(engine, guide("a-wort"), "Teuer ist ein Schaden am Auto, am Auto, am Auto, am Auto, am Auto, am Auto, am Auto.")
    engine.embed()

    matches = ask(engine, "Wohnung teuer Miete")

    assert [result.guide.id for result in matches.results][:2] == ["auszug", "a-wort"]
    assert [result.hits[0].is_by_meaning for result in matches.results] == [False, False, True, True]
    assert matches.results[0].score > matches.results[1].score


def test_what_is_found_by_meaning_counts_and_shows_its_beginning(engine: EmbeddedEngine) -> None:
    fill(engine)

    matches = ask(engine, "Miete")

    best = matches.results[0]
    assert (matches.totals.n_works, matches.totals.n_works_all_words, matches.totals.n_passages) == (3, 0, 3)
    assert not best.has_all_words
    assert best.hits[0].snippet.text == "Angemessenheit der Unterkunft ist zu prüfen."
    assert best.hits[0].snippet.spans == ()
    assert {facet.value: facet.n_works for facet in matches.facets if facet.axis is Axis.VALIDITY} == {"gilt": 3}


def test_having_all_words_is_told_as_before(engine: EmbeddedEngine) -> None:
    fill(engine)
    add(engine, guide("alle"), "Inkasso in der Wohnung.")
    engine.embed()

    matches = ask(engine, "Inkasso Wohnung")

    assert matches.results[0].guide.id == "alle"
    assert [result.has_all_words for result in matches.results] == [True, False, False, False]
    assert matches.totals.n_works_all_words == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Miete -Unterkunft", {"auszug", "schuld"}, id="excluded word"),
        pytest.param('Miete -"der Unterkunft"', {"auszug", "schuld"}, id="excluded phrase"),
        pytest.param('teuer "Die Wohnung"', {"auszug"}, id="a phrase that must be there"),
        pytest.param("teuer Inkas*", {"schuld"}, id="a beginning that must be there"),
        pytest.param('"Miete zu teuer"', set(), id="a phrase that is nowhere"),
        pytest.param("-Wohnung", {"kdu", "schuld"}, id="nothing but an exclusion"),
        pytest.param("", {"kdu", "schuld", "auszug"}, id="nothing"),
        pytest.param("?! -Wohnung", {"kdu", "schuld"}, id="signs that are no words"),
    ],
)
def test_what_is_strict_stays_strict(engine: EmbeddedEngine, text: str, expected: set[str]) -> None:
    fill(engine)

    assert set(found(engine, text)) == expected


def test_an_excluded_word_says_nothing_of_what_is_meant(engine: EmbeddedEngine) -> None:
    fill(engine)

    assert found(engine, "Alkohol -Unterkunft -Wohnung -Miete")[0] == "schuld"
    assert found(engine, "Geld -Miete -teuer -Unterkunft")[0] == "schuld"


def test_a_selection_narrows_what_is_found_by_meaning(engine: EmbeddedEngine) -> None:
    fill(engine)
    add(engine, guide("weisung", kind="weisung"), "Die Unterkunft.")
    engine.embed()

    assert found(engine, "Miete", KIND="weisung") == ["weisung"]


def test_title_and_headings_count_for_the_meaning(engine: EmbeddedEngine) -> None:
    add(engine, guide("a", title="Sucht"), "Näheres steht dort.")
    add(engine, guide("b"), "Näheres steht dort.", heading="Schulden und Geld")
    add(engine, guide("c"), "Näheres steht dort.")
    engine.embed()

    assert found(engine, "Therapie")[0] == "a"
    assert found(engine, "Raten")[0] == "b"


def test_no_more_than_the_nearest_are_found_by_meaning(engine: EmbeddedEngine) -> None:
    for id_, n_passages, n_found in (("wenig", 8, 8), ("mehr", 92, 10), ("noch-mehr", 500, 30), ("viel", 2_400, NEAREST)):
        add(engine, guide(id_), *(f"Ein Satz Nummer {n}." for n in range(n_passages)))
        engine.embed()

        assert ask(engine, "Wohnung").totals.n_passages == n_found


def test_many_threads_get_the_answers_of_one(engine: EmbeddedEngine) -> None:
    fill(engine)
    texts = ["Miete", "Raten", "Wohnung zu teuer", "Geld -Inkasso"]
    alone = [found(engine, text) for text in texts]
    together: list[list[list[str]]] = []

    def work() -> None:
        together.append([found(engine, text) for text in texts])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == [alone] * 8


def test_a_query_that_the_model_fails_over_is_answered_by_words(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(EmbeddedEngine(folder, is_fresh=True, semantic_model=tiny_model.mismatched(tmp_path / "modell"))) as engine:
        fill(engine)

        assert found(engine, "Unterkunft")[0] == "kdu"
        assert not caplog.text
        assert found(engine, "Unterkunft Alkohol") == ["kdu"]
        assert "query not embedded" in caplog.text
        assert "lkohol" not in caplog.text


# ---- the vectors --------------------------------------------------------------------------------------------------------


def test_until_the_vectors_are_there_a_search_goes_by_words(engine: EmbeddedEngine) -> None:
    add(engine, guide("kdu"), "Angemessenheit der Unterkunft")

    assert found(engine, "Miete") == []
    engine.embed()
    assert found(engine, "Miete") == ["kdu"]


def test_another_engine_follows(engine: EmbeddedEngine, folder: Path, model: Path) -> None:
    fill(engine)
    with closing(EmbeddedEngine(folder, semantic_model=model)) as reader:
        before = found(reader, "Alkohol")
        add(engine, guide("sucht"), "Die Therapie beginnt.")
        engine.embed()

        assert before[0] != "sucht"
        assert found(reader, "Alkohol")[0] == "sucht"


def test_no_text_is_read_twice(engine: EmbeddedEngine) -> None:
    add(engine, guide("a"), "Eins.", "Zwei.", "Eins.")
    add(engine, guide("b", title="a"), "Zwei.")

    assert engine.embed() == 2
    assert engine.embed() == 0

    add(engine, guide("a"), "Eins.", "Drei.")
    with engine.write() as batch:
        batch.remove("b")

    assert engine.embed() == 1


def test_a_changed_record_alone_leaves_the_vectors_as_they_are(engine: EmbeddedEngine, folder: Path) -> None:
    fill(engine)
    before = files(folder)
    with engine.write() as batch:
        batch.update(guide("kdu", kind="weisung"))

    assert found(engine, "Miete")[0] == "kdu"
    assert engine.embed() == 0
    assert files(folder) == before


def test_only_the_vectors_of_the_last_commit_and_of_this_model_are_kept(
    engine: EmbeddedEngine, folder: Path, tmp_path: Path
) -> None:
    fill(engine)
    add(engine, guide("neu"), "Neues.")
    engine.embed()
    assert len(files(folder)) == 1

    other = tiny_model.build(tmp_path / "anders", concepts=("neues alkohol",))
    with closing(EmbeddedEngine(folder, semantic_model=other)) as changed:
        assert changed.embed() == 4
        assert found(changed, "Alkohol")[0] == "neu"
    assert [path.name for path in folder.glob("semantic/*")] == [Model(other).fingerprint]


def test_a_run_that_is_stopped_is_taken_up_by_the_next(engine: EmbeddedEngine) -> None:
    texts = [f"Satz {n}." for n in range(2 * AT_ONCE + 10)]
    add(engine, guide("lang"), *texts)

    def stop(n_done: int, _: int) -> None:
        if n_done > AT_ONCE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.embed(stop)

    assert found(engine, "Wohnung") == []
    assert engine.embed() == 10
    assert ask(engine, "Wohnung").totals.n_passages == len(texts) // 20


def test_vectors_are_made_while_nobody_else_writes(engine: EmbeddedEngine, folder: Path, model: Path) -> None:
    fill(engine)
    outcome: list[object] = []

    def second() -> None:
        with closing(EmbeddedEngine(folder, lock_timeout_s=0, semantic_model=model)) as other:
            try:
                outcome.append(other.embed())
            except IndexLockedError as error:
                outcome.append(error)

    with engine.write():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert isinstance(outcome[0], IndexLockedError)


def test_progress_counts_what_is_new(engine: EmbeddedEngine) -> None:
    add(engine, guide("lang"), *(f"Satz {n}." for n in range(AT_ONCE + 1)))
    told: list[tuple[int, int]] = []

    engine.embed(lambda done, total: told.append((done, total)))

    assert told == [(AT_ONCE, AT_ONCE + 1), (AT_ONCE + 1, AT_ONCE + 1)]


def test_damaged_vectors_are_told_and_made_anew(engine: EmbeddedEngine, folder: Path, model: Path) -> None:
    fill(engine)
    (path,) = folder.glob("semantic/*/*.flat")
    path.write_bytes(path.read_bytes()[:-9])

    with closing(EmbeddedEngine(folder, semantic_model=model)) as reader:
        with pytest.raises(IndexDamagedError):
            found(reader, "Miete")
        assert reader.embed() == 3
        assert found(reader, "Miete")[0] == "kdu"


def test_an_index_without_passages_can_be_embedded(engine: EmbeddedEngine) -> None:
    assert engine.embed() == 0
    add(engine, guide("a"), "Eins.")
    with engine.write() as batch:
        batch.remove("a")

    assert engine.embed() == 0
    assert found(engine, "Wohnung") == []


def test_without_a_model_there_is_nothing_to_embed(folder: Path) -> None:
    with closing(EmbeddedEngine(folder, is_fresh=True)) as plain:
        add(plain, guide("a"), "Eins.")

        assert plain.embed() == 0
        assert not (folder / "semantic").exists()


def test_a_model_that_fails_over_a_passage_says_so(folder: Path, tmp_path: Path) -> None:
    with closing(EmbeddedEngine(folder, is_fresh=True, semantic_model=tiny_model.mismatched(tmp_path / "modell"))) as engine:
        add(engine, guide("a"), "Alkohol")

        with pytest.raises(ModelError):
            engine.embed()


# ---- arrays -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def vectors(tmp_path: Path) -> Vectors:
    angles = np.array([0.0, 0.1, 0.2, 3.0, 0.1])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    path = tmp_path / "v.flat"
    nearest._write(path, [bytes([n] * 16) for n in range(5)], rows)
    return Vectors(path)


ALL = np.ones(5, np.bool_)
EAST = np.array([1, 0], np.float32)


@pytest.mark.parametrize(
    ("is_open", "n", "expected"),
    [
        pytest.param(ALL, 5, [0, 1, 4, 2, 3], id="all, equal ones as they stand"),
        pytest.param(ALL, 2, [0, 1], id="the first two"),
        pytest.param(ALL, 9, [0, 1, 4, 2, 3], id="no more than there are"),
        pytest.param(np.array([False, True, True, True, False]), 2, [1, 2], id="some are closed"),
        pytest.param(~ALL, 2, [], id="all are closed"),
    ],
)
def test_the_nearest_come_first(vectors: Vectors, is_open: Bools, n: int, expected: list[int]) -> None:
    assert vectors.nearest(EAST, is_open, n).tolist() == expected


def scored(passages: Sequence[int], scores: Sequence[float], has_all: Sequence[bool]) -> Scored:
    return Scored(np.array(passages, np.int32), np.array(scores, np.float32), np.array(has_all, np.bool_), False)


def test_ranks_are_added_up() -> None:
    by_words = scored([2, 5, 9], [1.0, 3.0, 2.0], [True, False, False])  # so 5, 9, 2 are first, second, third

    found = fused(by_words, np.array([9, 4], np.int32))

    assert found.passages.tolist() == [2, 4, 5, 9]
    assert found.scores.tolist() == pytest.approx([61 / 63, 61 / 62, 1, 1 + 61 / 62])
    assert found.has_all.tolist() == [True, False, False, False]
    assert found.is_by_meaning is not None
    assert found.is_by_meaning.tolist() == [False, True, False, False]


def test_ranks_of_words_alone_keep_their_order() -> None:
    generator = np.random.default_rng(3)
    n = 50_000
    by_words = scored(range(n), generator.random(n).tolist(), [False] * n)

    order = np.argsort(-fused(by_words, np.empty(0, np.int32)).scores, kind="stable")

    assert np.array_equal(order, np.argsort(-by_words.scores, kind="stable"))
