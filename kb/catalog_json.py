"""Guides as JSON objects and back: the keys are the fields of `Guide`, dates are ISO strings. Pure."""

from dataclasses import fields
from datetime import date
from typing import Any

from kb.model import Guide

_DATES = ("valid_from", "valid_until", "review_by")
_TUPLES = ("places", "topics", "partners", "norms", "supersedes", "doubts")


def to_json(guide: Guide) -> dict[str, Any]:
    """Return the guide as an object of JSON types."""
    values = {field.name: getattr(guide, field.name) for field in fields(guide)}
    values |= {name: value.isoformat() for name in _DATES if (value := values[name])}
    return values | {name: list(values[name]) for name in _TUPLES}


def from_json(record: dict[str, Any]) -> Guide:
    """Return the guide that `to_json` made an object of; uses the object up.

    Raises:
        KeyError, TypeError, ValueError: the object is not of that shape.
    """
    for name in _DATES:
        if value := record[name]:
            record[name] = date.fromisoformat(value)
    for name in _TUPLES:
        record[name] = tuple(record[name])
    return Guide(**record)
