import pytest

from kb.engines.lexicon import Lexicon, flattened

TERMS = ["", "amt", "amtlich", "anhörung", "umzug", "zusage", "§", "ärger"]


def lexicon(terms: list[str]) -> Lexicon:
    return Lexicon(*flattened(term.encode() for term in terms))


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_found_at_its_place(term: str) -> None:
    found = lexicon(TERMS)

    assert found[found.find(term)].decode() == term
    assert found.find(term.encode()) == TERMS.index(term)


@pytest.mark.parametrize("term", ["am", "amts", "zzz", "a", "😀", "\ud800"])
def test_other_terms_are_not_found(term: str) -> None:
    assert lexicon(TERMS).find(term) == -1


def test_it_lists_its_terms_in_order() -> None:
    assert [term.decode() for term in lexicon(TERMS)] == TERMS


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("amt", ["amt", "amtlich"]), ("a", ["amt", "amtlich", "anhörung"]), ("ä", ["ärger"]), ("x", []), ("", TERMS)],
)
def test_terms_by_prefix(prefix: str, expected: list[str]) -> None:
    found = lexicon(TERMS)

    assert [found[number].decode() for number in found.with_prefix(prefix)] == expected


def test_the_first_term_from_another_on() -> None:
    assert [lexicon(TERMS).first_from(term) for term in (b"", b"b", b"amt", b"\xff")] == [0, 4, 1, len(TERMS)]


def test_an_empty_lexicon_holds_nothing() -> None:
    found = lexicon([])

    assert (len(found), found.find("amt"), [*found], [*found.with_prefix("a")]) == (0, -1, [], [])
