import pickle

import pytest

from kb import errors
from kb.errors import ExtractionError, ExtractionReason, KbError, MetadataError, MetadataProblem

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]


def test_every_error_stands_in_the_tree_of_the_docstring() -> None:
    drawn = [
        line.split("─ ")[-1].split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if "Error " in line or line.endswith("KbError")
    ]

    assert sorted(drawn) == sorted(one.__name__ for one in CLASSES)


@pytest.mark.parametrize("one", CLASSES)
def test_every_error_is_raised_on_purpose(one: type[Exception]) -> None:
    assert issubclass(one, KbError)


def test_an_extraction_error_survives_the_way_out_of_a_child_process() -> None:
    error = ExtractionError("umzug.pdf", ExtractionReason.TIMEOUT, "30 s")

    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes

    assert (back.source, back.reason, back.detail) == (error.source, error.reason, error.detail)
    assert str(back) == str(error) == "umzug.pdf: timeout 30 s"


def test_an_error_carries_its_facts_as_fields() -> None:
    error = MetadataError("umzug.toml", 3, MetadataProblem.UNKNOWN_KEY, key="thema", hint="themen")

    assert (error.sidecar, error.line, error.problem, error.key, error.hint) == (
        "umzug.toml",
        3,
        MetadataProblem.UNKNOWN_KEY,
        "thema",
        "themen",
    )
