import re
from datetime import date

import pytest

from kb import dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("15.07.2026", "2026-07-15", id="day"),
        pytest.param("1.7.2026", "2026-07-01", id="day without zeros"),
        pytest.param("15. 07. 2026", "2026-07-15", id="day with blanks"),
        pytest.param("15. Juli 2026", "2026-07-15", id="day with the month's name"),
        pytest.param("2026-07-15", "2026-07-15", id="ISO day"),
        pytest.param("Juli 2026", "2026-07", id="month's name"),
        pytest.param("MÄRZ 2026", "2026-03", id="capitals"),
        pytest.param("Dez. 2025", "2025-12", id="short name"),
        pytest.param("Jänner 2026", "2026-01", id="Austrian name"),
        pytest.param("07/2026", "2026-07", id="month by number"),
        pytest.param("7.2026", "2026-07", id="month with a dot"),
        pytest.param("2026-07", "2026-07", id="ISO month"),
        pytest.param("2026", "2026", id="year"),
        pytest.param(" 2026 ", "2026", id="blanks around"),
        pytest.param("31.02.2026", "", id="no such day"),
        pytest.param("13/2026", "", id="no such month"),
        pytest.param("0026", "", id="no such year"),
        pytest.param("1899", "", id="before our time"),
        pytest.param("29.02.2027", "", id="no leap year"),
        pytest.param("bald", "", id="word"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_date_becomes_as_exact_as_its_source(text: str, expected: str) -> None:
    assert dates.partial(text) == expected


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        pytest.param("2026-07-15", date(2026, 7, 15), date(2026, 7, 15), id="day"),
        pytest.param("2026-07", date(2026, 7, 1), date(2026, 7, 31), id="month"),
        pytest.param("2028-02", date(2028, 2, 1), date(2028, 2, 29), id="leap month"),
        pytest.param("2026", date(2026, 1, 1), date(2026, 12, 31), id="year"),
        pytest.param("", None, None, id="nothing"),
    ],
)
def test_a_partial_spans_days(partial: str, first: date | None, last: date | None) -> None:
    assert (dates.first_day(partial), dates.last_day(partial)) == (first, last)


@pytest.mark.parametrize(
    "form", ["15.07.2026", "1. 7. 2026", "2026-07-15", "15. Juli 2026", "Juli 2026", "07/2026", "2026-07", "2026"]
)
def test_the_pattern_finds_every_form_whole_in_text(form: str) -> None:
    (found,) = re.findall(f"Stand: ({dates.PATTERN}), gültig", f"Stand: {form}, gültig", re.IGNORECASE)

    assert found == form
    assert dates.partial(found)


def test_longer_numbers_are_no_years() -> None:
    assert re.findall(dates.PATTERN, "Vordruck 20261 und BK 20") == []
