"""More guides than there are: same words, other passages."""

from collections import Counter
from itertools import islice

import pytest

from benchmarks import corpus, generated


def own() -> list[corpus.Item]:
    return [
        corpus.make(
            f"g{n}", f"Gesetz {n}", [(f"§ {n}", "\n".join(f"Satz {n}.{i} handelt von {'Dingen ' * 12}" for i in range(20)))]
        )
        for n in range(5)
    ]


def test_own_guides_come_first_then_others_without_end() -> None:
    items = list(islice(generated.endless(own, seed=1), 20))

    assert [guide.id for guide, _ in items[:5]] == [f"g{n}" for n in range(5)]
    assert len({guide.id for guide, _ in items}) == 20


def test_generated_passages_have_the_sentences_of_several_guides() -> None:
    *_, (_, passages) = islice(generated.endless(own, seed=1), 6)

    assert len({line.split()[1].partition(".")[0] for p in passages for line in p.text.split("\n")}) > 1
    assert max(Counter(line for p in passages for line in p.text.split("\n")).values()) == 1


def test_the_seed_decides() -> None:
    first, again, other = ([p.text for _, ps in islice(generated.endless(own, seed=s), 8) for p in ps] for s in (1, 1, 2))

    assert first == again != other


def test_nothing_to_begin_with_is_an_error() -> None:
    with pytest.raises(ValueError, match="no guides"):
        next(generated.endless(list, seed=1))
