"""German dates in text: 15.07.2026, 07/2026, Juli 2026, 2026-07, 2026. Pure.

A *partial* is an ISO string as exact as its source: "2026-07-15", "2026-07" or "2026".
"""

import calendar
import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("januar jänner jan", "februar feb", "märz maerz mrz", "april apr", "mai", "juni jun"),
            *("juli jul", "august aug", "september sept sep", "oktober okt", "november nov", "dezember dez"),
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

PATTERN = (
    r"(?:\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{4}-\d{2}-\d{2}"
    rf"|(?:\d{{1,2}}\.\s?)?(?:{_MONTH})\.?\s\d{{4}}"
    r"|\d{1,2}\s?[/.]\s?\d{4}|\d{4}-\d{2}(?!\d)|(?:19|20)\d{2}(?!\d))"
)
"""A regular expression, without groups, for any of the forms; to be used without regard to case."""

_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?",
        rf"(?:(?P<day>\d{{1,2}})\.\s?)?(?P<name>{_MONTH})\.?\s(?P<year>\d{{4}})",
        r"(?P<month>\d{1,2})\s?[/.]\s?(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
)


def partial(text: str) -> str:
    """Return the date that `text` is, as a partial; "" if it is none."""
    for form in _FORMS:
        if match := form.fullmatch(text.strip()):
            groups = match.groupdict()
            name = groups.get("name")
            year, month = int(groups["year"]), _MONTHS[name.lower()] if name else int(groups.get("month") or 0)
            return _checked(year, month, int(groups.get("day") or 0))
    return ""


def first_day(text: str) -> date | None:
    """Return the first day of what a partial names; None of ""."""
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1) if year else None


def last_day(text: str) -> date | None:
    """Return the last day of what a partial names; None of ""."""
    year, month, day = _parts(text)
    return date(year, month or 12, day or calendar.monthrange(year, month or 12)[1]) if year else None


def _parts(text: str) -> tuple[int, int, int]:
    year, month, day = ([int(part) for part in text.split("-") if part] + [0, 0, 0])[:3]
    return year, month, day


def _checked(year: int, month: int, day: int) -> str:
    if not 1900 <= year <= 2199:
        return ""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return ""
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
