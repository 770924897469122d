"""What lies in the source folder against what is indexed -> Plan. Reads files, changes nothing.

A guide keeps its id for as long as its file can be followed: by its content when it moves, by its place when it changes.
Files with the same content are one guide at several places.
"""

import hashlib
import os
import re
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath

from kb import metadata
from kb.errors import SourceError, SourceReason
from kb.model import Guide

MAX_SHARE_GONE = 0.2  # of the known guides; more look like a drive that is not mounted
_READERS = 4  # files that are read at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A guide as it lies in the source folder now, and the record under which it is indexed, if it is."""

    id: str
    places: tuple[str, ...]
    digest: str
    metadata_digest: str
    sidecar: str = ""  # path below the source folder
    known: Guide | None = None

    @property
    def is_moved(self) -> bool:
        """Whether it lies elsewhere than the index says."""
        return self.known is not None and self.known.places != self.places


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an ingest has to do."""

    read: tuple[Found, ...]  # new or changed, in order of their places
    unchanged: tuple[Found, ...]
    gone: tuple[Guide, ...]
    passed_over: tuple[str, ...]  # files that are no guides
    misnamed: tuple[str, ...] = ()  # guides whose path is not text in UTF-8, with replacement characters


def make(
    source: Path,
    known: Mapping[str, Guide],
    *,
    versions: Mapping[str, str],
    taxonomy_digest: str,
    paths: Collection[Path] = (),
    is_rebuild: bool = False,
    allow_removals: bool = False,
) -> Plan:
    """Compare the folder, or those `paths` in it, with the known guides.

    `versions` names, per suffix that is read, the version of its extractor.

    Raises:
        SourceError: the folder is missing or empty, or lost more than a fifth of its guides (not with `allow_removals`), or
            cannot be listed.
    """
    if not source.is_dir() and not allow_removals:
        raise SourceError(str(source), SourceReason.MISSING, n_known=len(known))
    files = [place for place, path in _files(source) if _is_under(path, paths)]
    candidates = [place for place in files if PurePosixPath(place).suffix.lower() in versions]
    guides = [place for place in candidates if _printable(place) == place]
    if not guides and not paths and not allow_removals:
        raise SourceError(str(source), SourceReason.EMPTY, n_gone=len(known), n_known=len(known))
    found = list(_identify(source, guides, known, taxonomy_digest))
    here = {one.id for one in found}
    gone = tuple(g for g in known.values() if g.id not in here and all(_is_under(source / place, paths) for place in g.places))
    if len(gone) > MAX_SHARE_GONE * len(known) and not allow_removals:
        raise SourceError(str(source), SourceReason.SHRUNK, n_gone=len(gone), n_known=len(known))
    used = {*candidates, *(one.sidecar for one in found)}
    return Plan(
        read=tuple(one for one in found if is_rebuild or not _is_unchanged(one, versions)),
        unchanged=tuple(one for one in found if not is_rebuild and _is_unchanged(one, versions)),
        gone=gone,
        passed_over=tuple(_printable(place) for place in files if place not in used),
        misnamed=tuple(_printable(place) for place in candidates if _printable(place) != place),
    )


def _files(source: Path) -> Iterator[tuple[str, Path]]:
    """Yield the regular files below the folder by place, in order, without what no author means to publish."""

    def fail(error: OSError) -> None:  # a folder that cannot be listed must not look like one whose guides are gone
        raise SourceError(str(error.filename or source), SourceReason.UNREADABLE) from error

    for folder, subfolders, names in os.walk(source, onerror=fail if source.is_dir() else None):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            is_noise = name.startswith((".", "~$")) or name.casefold() in ("thumbs.db", "desktop.ini")
            if not is_noise and _is_regular(path):
                yield path.relative_to(source).as_posix(), path


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:  # it has gone meanwhile
        return False


def _printable(place: str) -> str:
    """Return the path with a replacement character for each byte that is no UTF-8: Python hands those on as surrogates."""
    return place.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_under(path: Path, paths: Collection[Path]) -> bool:
    return not paths or any(path == given or given in path.parents for given in paths)


def _identify(source: Path, places: Sequence[str], known: Mapping[str, Guide], taxonomy_digest: str) -> Iterator[Found]:
    """Yield the guides that lie at `places`, each under the id that it has or gets."""
    looked_at = set(places)
    by_digest: dict[str, list[str]] = defaultdict(list)
    with ThreadPoolExecutor(_READERS) as pool:  # hashing and waiting for the disk hold no lock
        for place, digest in zip(places, pool.map(_digest, map(source.joinpath, places)), strict=True):
            by_digest[digest].append(place)
    known_by_digest = {guide.digest: guide for guide in known.values()}
    changed = {place: guide for guide in known.values() if guide.digest not in by_digest for place in guide.places}
    taken = set(known)
    for digest, group in by_digest.items():
        guide = known_by_digest.get(digest) or next((changed[place] for place in group if place in changed), None)
        elsewhere: list[str] = []
        if guide and guide.digest == digest:
            elsewhere = [place for place in guide.places if place not in looked_at and (source / place).is_file()]
        elif guide:
            changed = {place: other for place, other in changed.items() if other is not guide}
        id_ = guide.id if guide else _new_id(group[0], taken)
        taken.add(id_)
        here = tuple(sorted([*group, *elsewhere]))
        sidecar = _sidecar(source, here)
        shaped_by = [*here, sidecar, _digest(source / sidecar) if sidecar else "", taxonomy_digest]
        metadata_digest = hashlib.sha256("\0".join(shaped_by).encode("utf-8", "surrogateescape")).hexdigest()
        yield Found(id=id_, places=here, digest=digest, metadata_digest=metadata_digest, sidecar=sidecar, known=guide)


def _is_unchanged(one: Found, versions: Mapping[str, str]) -> bool:
    guide = one.known
    return guide is not None and (guide.digest, guide.metadata_digest, guide.extractor) == (
        one.digest,
        one.metadata_digest,
        versions[guide.suffix],
    )


def _sidecar(source: Path, places: Iterable[str]) -> str:
    paths = (path for place in places for path in metadata.sidecars(source / place))
    return next((path.relative_to(source).as_posix() for path in paths if path.is_file()), "")


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # reading it for its text will fail likewise, and say so
        return f"unreadable {path}"


def _new_id(place: str, taken: Collection[str]) -> str:
    """Return an id made of the path: lower case letters, digits and hyphens."""
    folded = unicodedata.normalize("NFKC", place).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        folded = folded.replace(umlaut, letters)
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    ids = chain([plain], (f"{plain}-{n}" for n in count(2)))
    return next(id_ for id_ in ids if id_ and id_ not in taken)
