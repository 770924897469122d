from datetime import date

import pytest
from builders import guide

from kb import editions

DAY = date(2026, 11, 1)
OLD = guide("alt", title="Mietobergrenzen 2025", places=("unterkunft/mog-2025.pdf",), edition="2025-01")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("mog-2025.pdf", id="file name"),
        pytest.param("mog-2025", id="file name without ending"),
        pytest.param("unterkunft/mog-2025.pdf", id="path"),
        pytest.param("./unterkunft/mog-2025.pdf", id="path from here"),
        pytest.param("alt", id="id"),
        pytest.param("Mietobergrenzen 2025", id="title"),
        pytest.param(" MIETOBERGRENZEN 2025 ", id="case and blanks"),
    ],
)
def test_naming_another_guide_makes_both_editions_of_one_work(name: str) -> None:
    new = guide("neu", supersedes=(name,))

    works = editions.assign_works([OLD, new, guide("anders")])

    assert works == {"alt": "alt", "neu": "alt", "anders": "anders"}


def test_a_decomposed_umlaut_names_the_same_guide() -> None:
    old, new = guide("a", title="Überprüfung"), guide("b", supersedes=("U\u0308berpru\u0308fung",))

    assert editions.assign_works([old, new]) == {"a": "a", "b": "a"}


def test_a_chain_of_editions_is_one_work() -> None:
    chain = [guide("c", supersedes=("b",)), guide("b", supersedes=("a",)), guide("a"), guide("d", supersedes=("a",))]

    assert set(editions.assign_works(chain).values()) == {"a"}


def test_the_order_of_guides_does_not_matter() -> None:
    chain = [guide("c", supersedes=("b",)), guide("b", supersedes=("a",)), guide("a")]

    assert editions.assign_works(chain) == editions.assign_works(chain[::-1])


def test_guides_that_name_each_other_or_themselves_are_no_endless_loop() -> None:
    circle = [guide("a", supersedes=("b", "a")), guide("b", supersedes=("a",))]

    assert editions.assign_works(circle) == {"a": "a", "b": "a"}
    assert {edition.id for edition in editions.newest_first(circle)} == {"a", "b"}


def test_what_replaces_comes_before_what_it_replaces_whatever_the_dates() -> None:
    chain = [guide("a", edition="2026-07"), guide("b", edition="2017", supersedes=("a",)), guide("c", supersedes=("b",))]

    assert [edition.id for edition in editions.newest_first(chain)] == ["c", "b", "a"]


def test_without_a_successor_the_date_decides() -> None:
    same = [
        guide("a", edition="2025-12-31"),
        guide("b", edition="2026"),
        guide("c", edition="2026-07"),
        guide("d", valid_from=date(2026, 3, 1)),
    ]

    assert [edition.id for edition in editions.newest_first(same)] == ["c", "d", "b", "a"]


def test_the_current_edition_is_the_newest_that_has_begun() -> None:
    coming = guide("neu", supersedes=("alt",), valid_from=date(2027, 1, 1))

    assert editions.current([OLD, coming], DAY).id == "alt"
    assert editions.current([OLD, coming], date(2027, 1, 1)).id == "neu"


def test_an_expired_edition_stays_current_without_another() -> None:
    expired = guide("alt", valid_until=date(2025, 12, 31))

    assert editions.current([expired], DAY).id == "alt"


def test_of_editions_all_to_come_the_newest_is_current() -> None:
    coming = [guide("a", valid_from=date(2027, 1, 1)), guide("b", valid_from=date(2028, 1, 1), supersedes=("a",))]

    assert editions.current(coming, DAY).id == "b"


def test_predecessors_that_nobody_bears_are_named() -> None:
    known = [OLD, guide("neu", supersedes=("mog-2025.pdf", "mog-2024.pdf")), guide("selbst", supersedes=("selbst",))]

    assert editions.unknown_predecessors(known) == {"neu": ("mog-2024.pdf",), "selbst": ("selbst",)}


def test_titles_stand_as_in_a_german_list() -> None:
    titles = ["Zusicherung", "Überprüfung", "Umzug", "„Ärztlicher Dienst“", "Straße", "Strasse und mehr", "unterkunft"]

    assert sorted(titles, key=editions.sort_title) == [
        "„Ärztlicher Dienst“",
        "Straße",
        "Strasse und mehr",
        "Überprüfung",
        "Umzug",
        "unterkunft",
        "Zusicherung",
    ]
