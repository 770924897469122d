"""Passages that lie near a query in meaning: a vector per passage, kept beside the generations, and their part in a ranking.

    index/semantic/<model>/<segment>.flat
      vectors    float32, a row of length 1 per passage, in the segment's order
      digests    16 bytes per passage, of the text that the vector was made of

A segment's vectors are made once its generation counts; until they are there, a search goes by words alone. What has a known
digest is taken over. What has been made is written a piece at a time, so that a run that is stopped is taken up by the next.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from kb import query as queries
from kb.engines.arrays import ArrayFile, ArrayWriter
from kb.engines.bm25 import Floats
from kb.engines.found import Bools
from kb.engines.postings import Ints
from kb.engines.scoring import Scored, Scorer
from kb.engines.segments import Segment
from kb.errors import IndexDamagedError, ModelError
from kb.model import Occur, Query
from kb.semantic import Model

log = logging.getLogger(__name__)

FOLDER = "semantic"
FEWEST, NEAREST = 10, 100  # passages that meaning has a say in: a twentieth of all, within these bounds
RANK = 60  # that many places down a rank counts half: Cormack, Clarke & Büttcher 2009
AT_ONCE = 256  # passages between two pieces; half a minute of a small model on two cores
_DIGEST_BYTES = 16
_SUFFIX = ".flat"

Progress = Callable[[int, int], None]
"""Is told how many passages have been embedded, of how many."""


class Vectors:
    """The vectors of a segment's passages, mapped into memory. May be used by many threads at once."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ValueError, KeyError, OSError: it is not a whole file of vectors.
        """
        file = ArrayFile(path)
        self._digests = file["digests"].tobytes()
        self.rows: Floats = file["vectors"].reshape(len(self), -1)

    def __len__(self) -> int:
        return len(self._digests) // _DIGEST_BYTES

    def digests(self) -> Iterator[bytes]:
        """Yield the digest of each passage's text."""
        for start in range(0, len(self._digests), _DIGEST_BYTES):
            yield self._digests[start : start + _DIGEST_BYTES]

    def nearest(self, vector: Floats, is_open: Bools, n: int) -> Ints:
        """Return at most `n` of the passages that are open to it, those nearest to the vector first."""
        cosines = np.where(is_open, self.rows @ vector, np.float32(-np.inf))
        n = min(n, int(np.count_nonzero(is_open)))
        best = np.sort(np.argpartition(-cosines, n - 1)[:n]) if n else np.empty(0, np.int64)
        return best[np.argsort(-cosines[best], kind="stable")].astype(np.int32)


class Meaning:
    """A model, and the vectors that it has made of an index's passages. May be used by many threads at once."""

    def __init__(self, index: Path, model: Model) -> None:
        self._folder, self._model = index / FOLDER / model.fingerprint, model

    def vector(self, query: Query) -> Floats | None:
        """Return the vector of what is asked; None if nothing is, or if the model fails over it. Slow, as searches go."""
        text = queries.spoken(query.text)
        try:
            return self._model.embed_query(text) if text else None
        except ModelError as error:
            log.error("query not embedded, searched by words error=%s", error)
            return None

    def open(self, segment: Segment) -> Vectors | None:
        """Return the vectors of a segment; None as long as they have not been made.

        Raises:
            IndexDamagedError: they cannot be read, or are not those of this segment.
        """
        path = self._path(segment)
        try:
            return _checked(path, len(segment))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError) as error:
            raise IndexDamagedError(str(path), str(error)) from error

    def complete(self, segment: Segment, text_of: Callable[[int], str], progress: Progress) -> int:
        """Make the vectors of a segment, unless they are there, and return how many texts the model had to read for that.

        `text_of` a passage is what its vector is made of. Only under the index's lock: what other segments and models have
        left is removed.
        """
        path = self._path(segment)
        try:
            _checked(path, len(segment))
        except (OSError, ValueError, KeyError):  # most likely not there
            n_new = self._make(path, len(segment), text_of, progress) if len(segment) else 0
        else:
            n_new = 0
        self._clear(path)
        return n_new

    def _make(self, path: Path, n: int, text_of: Callable[[int], str], progress: Progress) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        known = self._known()
        digests = [_digest(text_of(number)) for number in range(n)]
        new = {digest: number for number, digest in reversed([*enumerate(digests)]) if digest not in known}
        numbers = sorted(new.values())
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            rows = self._model.embed_passages([text_of(number) for number in some])
            made = [digests[number] for number in some]
            _write(self._folder / f"{made[0].hex()}{_SUFFIX}", made, rows)
            known |= dict(zip(made, rows, strict=True))
            progress(start + len(some), len(numbers))
        _write(path, digests, (known[digest] for digest in digests))
        log.info("phase=embedded passages=%d new=%d", n, len(numbers))
        return len(numbers)

    def _known(self) -> dict[bytes, Floats]:
        """Return all vectors of this model, mapped, by the digests of their texts."""
        known: dict[bytes, Floats] = {}
        for path in self._folder.glob(f"*{_SUFFIX}"):
            try:
                vectors = Vectors(path)
            except (OSError, ValueError, KeyError):
                log.warning("vectors cannot be read, made anew path=%s", path)
            else:
                known |= zip(vectors.digests(), vectors.rows, strict=True)
        return known

    def _clear(self, kept: Path) -> None:
        """Remove what no search reads any more. Who has it mapped goes on reading."""
        for path in self._folder.parent.glob("*"):
            if path != self._folder:
                shutil.rmtree(path)
        for path in self._folder.glob("*"):
            if path != kept:
                path.unlink()

    def _path(self, segment: Segment) -> Path:
        return self._folder / f"{segment.name}{_SUFFIX}"


def joined(scored: Scored, query: Query, asked: Floats, vectors: Vectors, scorer: Scorer) -> Scored:
    """Return what words have found together with what lies near to the vector `asked`."""
    n = max(FEWEST, min(NEAREST, len(vectors) // 20))
    return fused(scored, vectors.nearest(asked, _open(query, scored, scorer, len(vectors)), n))


def _open(query: Query, scored: Scored, scorer: Scorer, n_passages: int) -> Bools:
    """Return, per passage of the segment, whether it may be found by meaning: it has all it must and nothing it must not."""
    is_strict = any(clause.occur is Occur.MUST for clause in query.clauses)
    is_open = np.full(n_passages, not is_strict)
    if is_strict:
        is_open[scored.passages] = True
    for clause in query.clauses:
        if clause.occur is Occur.MUST_NOT:
            is_open[scorer.find(clause).passages] = False
    return is_open


def fused(scored: Scored, nearest: Ints) -> Scored:
    """Return what words have found together with the passages nearest in meaning (best first), by reciprocal rank fusion.

    A first place by words or by meaning counts 1, later ones less.
    """
    ranked = np.argsort(-scored.scores, kind="stable")
    passages = np.union1d(scored.passages, nearest)
    by_words, by_meaning = np.searchsorted(passages, scored.passages), np.searchsorted(passages, nearest)
    scores = np.zeros(len(passages), np.float32)
    scores[by_words[ranked]] += _shares(len(ranked))
    scores[by_meaning] += _shares(len(nearest))
    has_all = np.zeros(len(passages), np.bool_)
    has_all[by_words] = scored.has_all
    is_by_meaning = np.ones(len(passages), np.bool_)
    is_by_meaning[by_words] = False
    return Scored(passages, scores, has_all, scored.is_everything, is_by_meaning)


def _shares(n: int) -> Floats:
    """Return what the places from the first on count."""
    return np.float32(RANK + 1) / np.arange(RANK + 1, RANK + 1 + n, dtype=np.float32)


def _checked(path: Path, n_passages: int) -> Vectors:
    vectors = Vectors(path)
    if len(vectors) != n_passages:
        raise ValueError(f"vectors of {len(vectors)} of {n_passages} passages")
    return vectors


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


def _write(path: Path, digests: Sequence[bytes], rows: Iterable[Floats]) -> None:
    """Write a file of vectors; it has its name only once it is whole and on the disk."""
    new = path.with_suffix(".new")
    with ArrayWriter(new) as writer:
        writer.add("digests", np.frombuffer(b"".join(digests), np.uint8))
        for row in rows:
            writer.append("vectors", row)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)
