from pathlib import Path

import numpy as np
import pytest

from kb import analysis
from kb.engines.arrays import ArrayFile, ArrayWriter
from kb.engines.postings import ranges
from kb.engines.word_lists import Grams, ListsWriter, Sample, WordLists, step, write_grams

WORDS = ["bananan", "der", "umzug", "umzüge", "zug"]
LISTS = [[(2, 1), (4, 3)], [], [(0, 2), (1, 9), (3, 1)]]  # per passage: word, count

SAMPLE = Sample(3, np.array([0, 0, 2, 2, 2]), np.array([2, 4, 0, 1, 3]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    n_with_word = np.array([1, 1, 1, 1, 1])
    with ArrayWriter(tmp_path / "f") as writer:
        n_grams = write_grams(writer, WORDS, n_with_word, len(LISTS), SAMPLE)
        lists = ListsWriter(writer, n_grams)
        for one in (LISTS[:1], LISTS[1:]):
            flat = np.array([pair for listed in one for pair in listed]).reshape(-1, 2)
            lists.add(np.array([*map(len, one)]), flat[:, 0].astype(np.uint32), flat[:, 1].astype(np.uint8))
        lists.close()
    return tmp_path / "f"


def test_the_words_of_some_passages_are_read(path: Path) -> None:
    lists = WordLists(ArrayFile(path))
    n_words, starts, words = lists.of(np.array([2, 0, 1], np.int32))

    assert n_words.tolist() == [3, 2, 0]
    assert words.tolist() == [0, 1, 3, 2, 4]
    assert lists.counts[ranges(starts, n_words)].tolist() == [2, 9, 1, 1, 3]


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


def test_the_share_of_a_frequent_part_is_counted_in_the_sample(tmp_path: Path) -> None:
    passages, words = np.repeat(np.arange(20), 2), np.tile([2, 3], 20)  # both always stand together
    with ArrayWriter(tmp_path / "f") as writer:
        n_grams = write_grams(writer, WORDS, np.array([0, 0, 50, 50, 0]), 100, Sample(40, passages, words))
        ListsWriter(writer, n_grams).close()

    _, shares, _, _ = Grams(ArrayFile(tmp_path / "f")).find(analysis.grams(["umz"])[0][:1])

    assert shares.tolist() == pytest.approx([20 / 40])


@pytest.mark.parametrize(("n_passages", "expected"), [(0, 1), (1, 1), (1_024, 1), (1_025, 2), (100_000, 98)])
def test_a_sample_has_a_bounded_size(n_passages: int, expected: int) -> None:
    assert step(n_passages) == expected


def test_the_share_of_a_rare_part_is_that_of_its_words_if_independent(path: Path) -> None:
    _, shares, _, _ = Grams(ArrayFile(path)).find(analysis.grams(["umz"])[0][:1])

    assert shares.tolist() == pytest.approx([1 - (1 - 1 / 3) ** 2])


def test_without_words_nothing_is_known(tmp_path: Path) -> None:
    with ArrayWriter(tmp_path / "f") as writer:
        lists = ListsWriter(writer, write_grams(writer, [], np.zeros(0, np.int64), 0, Sample(0, *np.zeros((2, 0), np.int64))))
        lists.close()

    grams = Grams(ArrayFile(tmp_path / "f"))
    assert [each.tolist() for each in grams.find(analysis.grams(["umzug"])[0])] == [[False] * 4, [], [], []]
