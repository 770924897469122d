"""One error, in the longest word, always the same for a seed."""

import pytest

from benchmarks import typos


@pytest.mark.parametrize("seed", range(50))
def test_only_the_longest_word_changes(seed: int) -> None:
    first, second, third = typos.mistyped("Kosten der Unterkunft?", seed).split()

    assert (first, second) == ("Kosten", "der")
    assert third.endswith("?")
    assert third != "Unterkunft?"
    assert abs(len(third) - len("Unterkunft?")) <= 1


def test_a_seed_gives_the_same_error_and_others_give_others() -> None:
    made = [typos.mistyped("Zusicherung", seed) for seed in range(30)]

    assert made == [typos.mistyped("Zusicherung", seed) for seed in range(30)]
    assert len(set(made)) > 10


@pytest.mark.parametrize("query", ["", "§ 22", "ab 3", "der und", "…"])
def test_without_a_word_of_four_letters_nothing_changes(query: str) -> None:
    assert typos.mistyped(query, 1) == query


def test_the_first_of_equally_long_words_changes() -> None:
    assert typos.mistyped("Miete Monat", 3).endswith(" Monat")


def test_errors_are_those_of_typing() -> None:
    swapped, dropped, doubled, beside = typos.errors("amt")

    assert swapped == ["mat", "atm"]
    assert dropped == ["mt", "at", "am"]
    assert doubled == ["aamt", "ammt", "amtt"]
    assert beside == ["smt", "ant", "amr", "amz"]


def test_no_error_leaves_the_word_as_it_is() -> None:
    assert all(one != "kaffee" for kind in typos.errors("kaffee") for one in kind)
    assert len(typos.errors("1111")) == 2  # neither a swap nor a neighbour
