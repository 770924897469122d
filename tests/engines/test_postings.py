import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from kb.engines.arrays import ArrayFile, ArrayWriter
from kb.engines.postings import MAX_COUNT, Field, FieldWriter, Postings, invert, invert_counted, merge, smallest_type

Tokens = list[tuple[int, int, int]]  # term, passage, position


def tokens(source: random.Random, *, n_passages: int = 30, longest: int = 700, n_terms: int = 12) -> Tokens:
    return [
        (source.randrange(n_terms), passage, position)
        for passage in range(n_passages)
        for position in range(source.choice([0, 3, longest]))
    ]


def inverted(given: Tokens, n_terms: int = 12) -> Postings:
    terms, passages, positions = (np.array(column, np.int32) for column in zip(*given, strict=True))
    return invert(terms, passages, n_terms, positions.astype(np.uint16))


def written(path: Path, postings: Postings, *, n_passages: int = 30, max_position: int | None = 700) -> Field:
    """Write the postings of terms named t00, t01, … in two stretches, and open them."""
    names = [f"t{number:02}".encode() for number in range(len(postings.n_passages))]
    with ArrayWriter(path) as writer:
        field_writer = FieldWriter(writer, "text", max_position=max_position)
        ends = np.cumsum(postings.n_passages)
        occurrences = np.cumsum(postings.counts, dtype=np.int64)
        middle, n = int(ends[4]), int(occurrences[int(ends[4]) - 1])
        positions = postings.positions
        field_writer.add(
            names[:5],
            Postings(
                postings.n_passages[:5],
                postings.passages[:middle],
                postings.counts[:middle],
                None if positions is None else positions[:n],
            ),
        )
        field_writer.add(
            names[5:],
            Postings(
                postings.n_passages[5:],
                postings.passages[middle:],
                postings.counts[middle:],
                None if positions is None else positions[n:],
            ),
        )
        field_writer.close(np.arange(n_passages))
    return Field(ArrayFile(path), "text")


def test_postings_hold_what_the_tokens_say(tmp_path: Path) -> None:
    given = tokens(random.Random(22))

    field = written(tmp_path / "f", inverted(given))

    for number, name in enumerate(field.lexicon):
        mine = [(passage, position) for term, passage, position in given if term == int(name[1:])]
        counts = Counter(passage for passage, _ in mine)
        assert field.passages(number).tolist() == sorted(counts)
        assert field.counts(number).tolist() == [counts[passage] for passage in sorted(counts)]
        assert field.n_passages(number) == len(counts)
        positions, n_each = field.positions(number, np.arange(len(counts)))
        assert positions.tolist() == [position for _, position in mine]
        assert n_each.tolist() == field.counts(number).tolist()


def test_positions_of_some_passages_are_read_alone(tmp_path: Path) -> None:
    given = tokens(random.Random(3))
    field = written(tmp_path / "f", inverted(given))
    wanted = field.passages(7)[[5, 1]].tolist()

    positions, n_each = field.positions(7, np.array([5, 1]))

    expected = [[p for term, passage, p in given if (term, passage) == (7, place)] for place in wanted]
    assert positions.tolist() == [position for one in expected for position in one]
    assert n_each.tolist() == [*map(len, expected)]


def test_positions_of_several_terms_come_one_after_the_other(tmp_path: Path) -> None:
    given = tokens(random.Random(3))
    field = written(tmp_path / "f", inverted(given))
    asked = [(7, np.array([5, 1])), (0, np.arange(0)), (3, np.arange(field.n_passages(3)))]

    positions, n_each = field.positions_of([number for number, _ in asked], [at for _, at in asked])

    alone = [field.positions(number, at) for number, at in asked if len(at)]
    assert positions.tolist() == [position for one, _ in alone for position in one.tolist()]
    assert n_each.tolist() == [n for _, counts in alone for n in counts.tolist()]


def test_a_stretch_of_terms_is_read_as_it_was_made(tmp_path: Path) -> None:
    postings = inverted(tokens(random.Random(5)))
    field = written(tmp_path / "f", postings)

    part = field.part(0, 12)

    assert part.n_passages.tolist() == postings.n_passages.tolist()
    assert part.passages.tolist() == postings.passages.tolist()
    assert part.counts.tolist() == postings.counts.tolist()
    assert part.positions is not None
    assert postings.positions is not None
    assert part.positions.tolist() == postings.positions.tolist()


def test_terms_that_no_passage_has_are_left_out(tmp_path: Path) -> None:
    field = written(tmp_path / "f", inverted([(1, 0, 0), (9, 0, 1)]))

    assert [*field.lexicon] == [b"t01", b"t09"]


def test_merged_parts_are_the_whole() -> None:
    given = tokens(random.Random(8))
    early, late = ([token for token in given if (token[1] < 13) is is_early] for is_early in (True, False))

    merged, whole = merge([inverted(early), inverted(late)]), inverted(given)

    for one, other in zip(
        (merged.n_passages, merged.passages, merged.counts, merged.positions),
        (whole.n_passages, whole.passages, whole.counts, whole.positions),
        strict=True,
    ):
        assert one is not None
        assert other is not None
        assert one.tolist() == other.tolist()


def test_a_word_said_too_often_in_a_passage_counts_up_to_a_limit() -> None:
    postings = inverted([(0, 0, position) for position in range(400)] + [(0, 1, 0)])

    assert postings.counts.tolist() == [MAX_COUNT, 1]
    assert postings.positions is not None
    assert postings.positions.tolist() == [*range(MAX_COUNT), 0]


def test_counts_of_a_term_and_passage_are_added() -> None:
    terms, passages, counts = (
        np.array([3, 3, 3, 1], np.int32),
        np.array([0, 2, 2, 5], np.int32),
        np.array([4, 200, 100, 1], np.uint8),
    )

    postings = invert_counted(terms, passages, counts, 4)

    assert postings.n_passages.tolist() == [0, 1, 0, 2]
    assert postings.passages.tolist() == [5, 0, 2]
    assert postings.counts.tolist() == [1, 4, MAX_COUNT]


def test_a_field_without_positions_keeps_counts(tmp_path: Path) -> None:
    postings = invert_counted(np.array([0, 4, 6], np.int32), np.array([1, 1, 2], np.int32), np.array([1, 2, 3], np.uint8), 7)

    field = written(tmp_path / "f", postings, max_position=None)

    assert not field.has_positions
    assert [field.counts(number).tolist() for number in range(3)] == [[1], [2], [3]]
    assert field.part(0, 3).positions is None


@pytest.mark.parametrize(
    ("largest", "expected"), [(255, np.uint8), (256, np.uint16), (2**32 - 1, np.uint32), (2**32, np.uint64)]
)
def test_the_narrowest_type_is_taken(largest: int, expected: type) -> None:
    assert smallest_type(largest) is expected
