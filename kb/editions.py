"""Which guides are editions of one work, in which order, and which of them is current. Pure.

Two guides are editions of one work if one names the other under `ersetzt`: by file name (with or without ending), by path, by
id or by title.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from unicodedata import normalize

from kb.model import Guide, Validity


def assign_works(guides: Iterable[Guide]) -> dict[str, str]:
    """Return the `work_id` of every guide id: the first id, in order of the alphabet, among a work's editions."""
    guides = list(guides)
    parent = {guide.id: guide.id for guide in guides}

    def root(id_: str) -> str:
        while parent[id_] != id_:
            id_ = parent[id_]
        return id_

    for guide_id, earlier_ids in _predecessors(guides).items():
        for earlier_id in earlier_ids:
            first, second = sorted((root(guide_id), root(earlier_id)))
            parent[second] = first
    return {id_: root(id_) for id_ in parent}


def newest_first(editions: Sequence[Guide]) -> list[Guide]:
    """Return the editions of one work, newest first: what replaces comes before what it replaces, then by date."""
    predecessors = _predecessors(editions)

    def depth(id_: str, above: frozenset[str] = frozenset()) -> int:
        return max((1 + depth(p, above | {id_}) for p in predecessors[id_] if p not in above | {id_}), default=0)

    def age(guide: Guide) -> tuple[int, str, str]:
        dated = guide.edition or (guide.valid_from.isoformat() if guide.valid_from else "")
        return depth(guide.id), dated, guide.id

    return sorted(editions, key=age, reverse=True)


def current(editions: Sequence[Guide], as_of: date) -> Guide:
    """Return the newest edition that is not still to come on the day `as_of`; of editions all to come, the newest."""
    begun = [guide for guide in editions if guide.validity(as_of) is not Validity.UPCOMING]
    return newest_first(begun or editions)[0]


def unknown_predecessors(guides: Sequence[Guide]) -> dict[str, tuple[str, ...]]:
    """Return, per guide id, the names under `ersetzt` that no guide bears."""
    names = _names(guides)
    missing = {g.id: tuple(name for name in g.supersedes if not names.get(_plain(name), set()) - {g.id}) for g in guides}
    return {id_: unknown for id_, unknown in missing.items() if unknown}


def _predecessors(guides: Iterable[Guide]) -> Mapping[str, set[str]]:
    guides = list(guides)
    names = _names(guides)
    return {g.id: {id_ for name in g.supersedes for id_ in names.get(_plain(name), ()) if id_ != g.id} for g in guides}


def _names(guides: Iterable[Guide]) -> Mapping[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for guide in guides:
        paths = [PurePosixPath(place) for place in guide.places]
        for name in (guide.id, guide.title, *guide.places, *(p.name for p in paths), *(p.stem for p in paths)):
            names[_plain(name)].add(guide.id)
    return names


def _plain(name: str) -> str:
    return normalize("NFC", name).casefold().strip().removeprefix("./")


def sort_title(title: str) -> str:
    """Return the key by which titles stand in a German list: umlauts as their base letters (DIN 5007-1)."""
    return "".join(c for c in normalize("NFKD", title).replace("ß", "ss").casefold() if c.isalnum() or c == " ")
