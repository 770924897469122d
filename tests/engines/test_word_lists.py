from pathlib import Path

import numpy as np
import pytest

from kb import analysis
from kb.engines.arrays import ArrayFile, ArrayWriter
from kb.engines.word_lists import Grams, ListsWriter, WordLists, write_grams

WORDS = ["bananan", "der", "umzug", "umzüge", "zug"]
LISTS = [[(2, 1), (4, 3)], [], [(0, 2), (1, 9), (3, 1)]]  # per passage: word, count


@pytest.fixture
def path(tmp_path: Path) -> Path:
    n_with_word = np.array([1, 1, 1, 1, 1])
    with ArrayWriter(tmp_path / "f") as writer:
        n_grams = write_grams(writer, WORDS, n_with_word, len(LISTS))
        lists = ListsWriter(writer, n_grams)
        for one in (LISTS[:1], LISTS[1:]):
            flat = np.array([pair for listed in one for pair in listed]).reshape(-1, 2)
            lists.add(np.array([*map(len, one)]), flat[:, 0].astype(np.uint32), flat[:, 1].astype(np.uint8))
        lists.close()
    return tmp_path / "f"


def test_the_words_of_some_passages_are_read(path: Path) -> None:
    n_words, words, counts = WordLists(ArrayFile(path)).of(np.array([2, 0, 1], np.int32))

    assert n_words.tolist() == [3, 2, 0]
    assert words.tolist() == [0, 1, 3, 2, 4]
    assert counts.tolist() == [2, 9, 1, 1, 3]


def test_a_part_names_the_words_that_have_it(path: Path) -> None:
    is_known, _, n_words, words = Grams(ArrayFile(path)).find(analysis.grams(["umzug", "fremd"])[0])

    assert is_known.tolist() == [True, True, True, True] + [False] * 4
    assert n_words.tolist() == [2, 2, 2, 2]  # _umz umzu mzug zug_
    assert words.tolist() == [2, 3, 2, 3, 2, 3, 2, 4]


def test_a_word_has_a_part_once_and_a_stop_word_has_none(path: Path) -> None:
    grams = Grams(ArrayFile(path))

    assert grams.find(analysis.grams(["bananan"])[0])[3].tolist() == [0] * 6
    assert grams.find(analysis.grams(["der"])[0])[0].tolist() == [False, False]


def test_lengths_count_the_parts_of_all_words(path: Path) -> None:
    assert Grams(ArrayFile(path)).lengths.tolist() == [1 * 4 + 3 * 2, 0, 2 * 6 + 1 * 5]


def test_a_share_is_that_of_passages_with_any_of_the_words(path: Path) -> None:
    _, shares, _, _ = Grams(ArrayFile(path)).find(analysis.grams(["umz"])[0][:1])

    assert shares.tolist() == pytest.approx([1 - (1 - 1 / 3) ** 2])


def test_without_words_nothing_is_known(tmp_path: Path) -> None:
    with ArrayWriter(tmp_path / "f") as writer:
        lists = ListsWriter(writer, write_grams(writer, [], np.zeros(0, np.int64), 0))
        lists.close()

    grams = Grams(ArrayFile(tmp_path / "f"))
    assert [each.tolist() for each in grams.find(analysis.grams(["umzug"])[0])] == [[False] * 4, [], [], []]
