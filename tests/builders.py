"""Builders that several test files share."""

from kb.model import Guide, Passage
from kb.passages import of_text


def guide(id_: str = "umzug", **facts: object) -> Guide:
    """Return a guide with the given facts, and something plausible for those that the test does not care about."""
    given = {"work_id": id_, "title": id_, "places": (f"{id_}.pdf",), "digest": id_, "metadata_digest": "", "extractor": "1"}
    return Guide(id=id_, **(given | facts))  # type: ignore[arg-type]  # facts are named by the tests


def passages(guide_id: str, *texts: str, heading: tuple[str, ...] = ()) -> list[Passage]:
    """Return one passage per text, each on a page of its own."""
    return [of_text(guide_id, n, text, page=n, heading=heading) for n, text in enumerate(texts, start=1)]
