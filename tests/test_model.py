import dataclasses
from datetime import date

import pytest
from builders import guide

from kb import model
from kb.model import Answer, Passage, Query, Totals, Validity


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        pytest.param(None, None, Validity.IN_FORCE, id="no dates"),
        pytest.param(date(2026, 7, 1), None, Validity.IN_FORCE, id="first day"),
        pytest.param(date(2026, 7, 2), None, Validity.UPCOMING, id="day before the first"),
        pytest.param(None, date(2026, 7, 1), Validity.IN_FORCE, id="last day"),
        pytest.param(None, date(2026, 6, 30), Validity.EXPIRED, id="day after the last"),
    ],
)
def test_both_days_named_are_in_force(since: date | None, until: date | None, expected: Validity) -> None:
    assert guide(valid_from=since, valid_until=until).validity(date(2026, 7, 1)) is expected


def test_the_suffix_is_in_lower_case() -> None:
    assert guide(places=("geld/UMZUG.PDF", "umzug.docx")).suffix == ".pdf"


def test_a_passage_is_named_by_guide_and_number() -> None:
    assert Passage(guide_id="umzug-pdf", number=3, text="").id == "umzug-pdf#3"


@pytest.mark.parametrize(("n_works", "n_pages"), [(0, 0), (1, 1), (10, 1), (11, 2)])
def test_a_started_page_of_results_counts(n_works: int, n_pages: int) -> None:
    answer = Answer(query=Query(), totals=Totals(n_works=n_works), results=(), facets=(), offset=0, limit=10)

    assert answer.n_pages == n_pages


def test_every_noun_is_immutable() -> None:
    nouns = [value for value in vars(model).values() if isinstance(value, type) and dataclasses.is_dataclass(value)]

    assert len(nouns) > 10
    assert all(noun.__dataclass_params__.frozen for noun in nouns)  # type: ignore[attr-defined]  # dataclasses keep it there
