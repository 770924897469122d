import json
from datetime import date

import pytest
from builders import guide

from kb import catalog_json
from kb.model import Guide

FULL = guide(
    "umzug",
    title="Umzug – „begleiten“",
    places=("geld/umzug.pdf", "umzug.pdf"),
    kind="weisung",
    topics=("leistungsrecht.unterkunft",),
    partners=("krankenkasse",),
    norms=("sgb2:22", "bgb:535"),
    publisher="Jobcenter Musterstadt",
    edition="2026-07",
    valid_from=date(2026, 7, 1),
    valid_until=date(2027, 12, 31),
    supersedes=("umzug-2025.pdf",),
    review_by=date(2027, 6, 30),
    is_binding=True,
    n_pages=12,
    n_passages=40,
    doubts=("scan_pages",),
)


@pytest.mark.parametrize("one", [pytest.param(FULL, id="everything known"), pytest.param(guide(), id="little known")])
def test_a_guide_survives_the_way_through_json(one: Guide) -> None:
    assert catalog_json.from_json(json.loads(json.dumps(catalog_json.to_json(one)))) == one


def test_dates_are_iso_strings() -> None:
    assert catalog_json.to_json(FULL)["valid_from"] == "2026-07-01"
    assert catalog_json.to_json(guide())["valid_from"] is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"valid_from": "bald"}, id="no date"),
        pytest.param({"valid_from": 20260701}, id="number for a date"),
        pytest.param({"colour": "red"}, id="unknown field"),
        pytest.param({"topics": None}, id="no list"),
    ],
)
def test_an_object_of_another_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        catalog_json.from_json(catalog_json.to_json(FULL) | change)
