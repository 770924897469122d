"""The embedded index: Whoosh in a folder, one process to start with.

Whoosh keeps the segments: stored passages, term dictionary, postings with positions. It is given lists of terms made by
`kb.analysis` and holds no analyzer. A generation of the index is Whoosh's files and `catalog.json` (format, analysis,
guides), and is switched as one. Scores are BM25 over the postings of three text fields.
"""

import json
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from whoosh import fields, formats, writing
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.index import IndexError as WhooshIndexError

from kb import analysis, catalog_json
from kb.engines import generations, scoring, works
from kb.errors import IndexDamagedError, IndexOutdatedError
from kb.model import Guide, Hit, Matches, Passage, Query, Result

log = logging.getLogger(__name__)

FORMAT = 1
CATALOG = "catalog.json"


def _schema() -> fields.Schema:
    terms = {name: fields.FieldType(formats.Positions(), None, scorable=True) for name in scoring.FIELDS}
    return fields.Schema(
        **terms,
        words=fields.FieldType(formats.Existence(), None),  # as written; for prefixes
        guide=fields.ID(),
        passage=fields.STORED(),
    )


class EmbeddedEngine:
    """An index in a folder. Thread-safe; follows commits of other processes by itself."""

    def __init__(self, folder: Path, *, lock_timeout_s: float = 60, is_fresh: bool = False) -> None:
        self._folder, self._lock_timeout_s = folder, lock_timeout_s
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._is_fresh = is_fresh
        if not is_fresh:
            self._current()

    def search(self, query: Query, *, offset: int = 0, limit: int = 10) -> Matches:
        """Return one page of works for the query, in the state of the last commit."""
        state = self._current()
        with state.reader() as reader:
            view = state.view(query.as_of)
            scored = scoring.score(reader, state.lengths, state.shelf.guide_of >= 0, query)
            ranking = works.rank(view, scored.matched, scored.has_all, scored.scores, query.selection)
            matched_works = np.zeros(len(view.current), np.bool_)
            matched_works[view.shelf.work_of[np.flatnonzero(scored.matched)]] = True
            facets = view.facets(matched_works, query.selection)
            if scored.is_everything:
                chosen = view.selected(query.selection) & matched_works
                listed = [work for work in view.by_title if chosen[work]][offset : offset + limit]
                results = tuple(_listed(view, work) for work in listed)
            else:
                results = tuple(
                    _result(view, int(work), ranking, scored, reader) for work in ranking.works[offset : offset + limit]
                )
        return Matches(totals=ranking.totals, results=results, facets=facets)

    def catalog(self) -> Mapping[str, Guide]:
        """Return all guides by id, in the state of the last commit."""
        return {} if self._is_fresh else self._current().guides

    @contextmanager
    def write(self) -> "Iterator[_Batch]":
        """Open a batch; leaving the block writes a new generation and switches to it. Without a change nothing is written."""
        with generations.lock(self._folder, self._lock_timeout_s):
            base = None if self._is_fresh else generations.current(self._folder)
            batch = _Batch(self._folder, base, self.catalog())
            try:
                yield batch
                n_passages = batch.commit()
            except BaseException:
                batch.cancel()
                raise
            if batch.generation:
                _verify(batch.generation, n_passages)
                generations.switch(self._folder, batch.generation)
                self._is_fresh = False

    def close(self) -> None:
        """Release the files."""
        with self._lock:
            if self._state:
                self._state.close()
                self._state = None

    def _current(self) -> "_State":
        """Return the state of the last commit, opening it if it is newer than the one at hand."""
        folder = generations.current(self._folder)
        with self._lock:
            if self._state is None or self._state.folder != folder:
                old, self._state = self._state, _State(folder)
                if old:
                    old.close()
            return self._state


class _State:
    """One generation, opened. Readers are handed out to one thread at a time: Whoosh's share file positions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        guides, n_passages = _read_catalog(folder)
        self.guides: Mapping[str, Guide] = MappingProxyType({guide.id: guide for guide in guides})
        self._view: works.View | None = None
        self._readers: list[Any] = []
        self._lock = threading.Lock()
        self._is_closed = False
        try:
            # Without mmap: with it each reader would copy its segments to the heap
            self._index = FileIndex(FileStorage(str(folder), supports_mmap=False), schema=_schema())
            with self.reader() as reader:
                if reader.doc_count() != n_passages:
                    raise IndexDamagedError(str(folder), f"{reader.doc_count()} of {n_passages} passages")
                self.shelf = works.Shelf(guides, _guide_of(reader, guides))
                self.lengths = _lengths(reader)
        except (OSError, WhooshIndexError, EOFError, ValueError, KeyError) as error:
            raise IndexDamagedError(str(folder), str(error)) from error
        finally:
            if not hasattr(self, "lengths"):
                self.close()

    def view(self, as_of: date) -> works.View:
        """Return the guides on that day; the last day asked for is kept."""
        view = self._view
        if view is None or view.as_of != as_of:
            view = self._view = works.View(self.shelf, as_of)
        return view

    @contextmanager
    def reader(self) -> Iterator[Any]:
        """Lend a Whoosh reader that nobody else uses meanwhile."""
        with self._lock:
            reader = self._readers.pop() if self._readers else None
        reader = reader or self._index.reader()
        try:
            yield reader
        finally:
            with self._lock:
                if not self._is_closed:
                    self._readers.append(reader)
                    reader = None
            if reader:
                reader.close()

    def close(self) -> None:
        """Close the readers that nobody uses; the others close when they are handed back."""
        with self._lock:
            self._is_closed = True
            for reader in self._readers:
                reader.close()
            self._readers.clear()


class _Batch:
    """Changes on their way into a new generation, which begins with the first of them."""

    def __init__(self, folder: Path, base: Path | None, guides: Mapping[str, Guide]) -> None:
        self.generation: Path | None = None
        self._folder, self._base, self._guides = folder, base, dict(guides)
        self._n_replaced = 0
        self._writer: Any = None

    def _begin(self) -> Any:
        """Return the Whoosh writer of the new generation; the first call begins it."""
        if self._writer is None:
            log.info("phase=begin")
            self.generation = generations.begin(self._folder, base=self._base)
            storage = FileStorage(str(self.generation))
            index = FileIndex(storage, schema=_schema()) if self._base else FileIndex.create(storage, _schema())
            self._writer = writing.SegmentWriter(index, limitmb=256)
        return self._writer

    def replace(self, guide: Guide, passages: Iterable[Passage]) -> None:
        """Store the guide with these passages, in place of what was stored under its id."""
        writer = self._begin()
        if guide.id in self._guides:
            writer.delete_by_term("guide", guide.id)
            self._n_replaced += 1
        title = analysis.words(guide.title)
        n_passages = 0
        for passage in passages:
            heading, text = analysis.words(" ".join(passage.heading)), analysis.words(passage.text)
            writer.add_document(
                title=[analysis.stem(word) for word in title],
                heading=[analysis.stem(word) for word in heading],
                text=[analysis.stem(word) for word in text],
                words=[*{*title, *heading, *text}],
                guide=guide.id,
                passage=(passage.guide_id, passage.number, passage.page, passage.heading, passage.text),
            )
            n_passages += 1
        self._guides[guide.id] = replace(guide, n_passages=n_passages)

    def update(self, guide: Guide) -> None:
        """Store a changed record of a guide whose passages stay."""
        self._begin()
        self._guides[guide.id] = replace(guide, n_passages=self._guides[guide.id].n_passages)

    def remove(self, guide_id: str) -> None:
        """Forget the guide and its passages."""
        self._begin().delete_by_term("guide", guide_id)
        del self._guides[guide_id]

    def commit(self) -> int:
        """Finish the generation's files, if there is one; returns how many passages it holds."""
        n_passages = sum(guide.n_passages for guide in self._guides.values())
        if self.generation is None:
            return n_passages
        log.info("phase=commit guides=%d passages=%d", len(self._guides), n_passages)
        is_mostly_new = 2 * self._n_replaced > len(self._guides)
        self._writer.commit(optimize=is_mostly_new)
        content = {
            "format": FORMAT,
            "analysis": analysis.FINGERPRINT,
            "n_passages": n_passages,
            "guides": [catalog_json.to_json(guide) for guide in self._guides.values()],
        }
        # A new file, not an edited one: the old one is shared with the generation before
        beside = self.generation / f"{CATALOG}.new"
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        beside.replace(self.generation / CATALOG)
        log.info("phase=written")
        return n_passages

    def cancel(self) -> None:
        """Give up; the unfinished folder goes when the next batch begins."""
        if self._writer and not self._writer.is_closed:
            self._writer.cancel()


def _read_catalog(folder: Path) -> tuple[tuple[Guide, ...], int]:
    try:
        content = json.loads((folder / CATALOG).read_text("utf-8"))
        found = f"format {content['format']}, analysis {content['analysis']}"
        if (content["format"], content["analysis"]) != (FORMAT, analysis.FINGERPRINT):
            raise IndexOutdatedError(str(folder), found)
        return tuple(catalog_json.from_json(record) for record in content["guides"]), content["n_passages"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(str(folder), str(error)) from error


def _guide_of(reader: Any, guides: Iterable[Guide]) -> works.Ints:
    guide_of = np.full(reader.doc_count_all(), -1, np.int32)
    for place, guide in enumerate(guides):
        if ("guide", guide.id) in reader:
            guide_of[list(reader.postings("guide", guide.id).all_ids())] = place
    return guide_of


def _lengths(reader: Any) -> scoring.Lengths:
    numbers = range(reader.doc_count_all())
    # Whoosh answers None for a passage that lacks a field which others have
    counted = {f: np.array([reader.doc_field_length(i, f) or 0 for i in numbers], np.float32) for f in scoring.FIELDS}
    return {field: counts / max(float(counts.mean()), 1.0) if len(counts) else counts for field, counts in counted.items()}


def _verify(folder: Path, n_passages: int) -> None:
    """Open what was written as a reader would; raises IndexDamagedError if that fails."""
    state = _State(folder)
    state.close()
    log.info("phase=verified passages=%d", n_passages)


def _listed(view: works.View, work: int) -> Result:
    """Return a work of which nothing in particular was asked."""
    guide = view.shelf.guides[view.current[work]]
    return Result(guide=guide, score=0.0, has_all_words=True, hits=(), n_hits=0, editions=_editions(view, work, guide))


def _result(view: works.View, work: int, ranking: works.Ranking, scored: scoring.Scored, reader: Any) -> Result:
    guides, guide_of, work_of = view.shelf.guides, view.shelf.guide_of, view.shelf.work_of

    def hit(number: int) -> Hit:
        guide_id, n, page, heading, text = reader.stored_fields(number)["passage"]
        return Hit(
            passage=Passage(guide_id=guide_id, number=n, page=page, heading=tuple(heading), text=text),
            guide=guides[guide_of[number]],
            score=float(scored.scores[number]),
            has_all_words=bool(scored.has_all[number]),
        )

    own = ranking.passages[work_of[ranking.passages] == work]
    own = own[guide_of[own] == guide_of[own[0]]]  # of several earlier editions that match: the one with the best passage
    others = ranking.others[(work_of[ranking.others] == work) & (guide_of[ranking.others] != guide_of[own[0]])]
    _, first = np.unique(guide_of[others], return_index=True)
    best = hit(int(own[0]))
    guide = guides[view.current[work]]
    by_edition = {guides[guide_of[number]].id: int(number) for number in others[first]}
    earlier = _editions(view, work, guide)
    return Result(
        guide=guide,
        score=best.score,
        has_all_words=best.has_all_words,
        hits=(best, *(hit(int(number)) for number in own[1 : works.MAX_HITS])),
        n_hits=len(own),
        earlier=tuple(hit(by_edition[edition.id]) for edition in earlier if edition.id in by_edition),
        editions=earlier,
    )


def _editions(view: works.View, work: int, current: Guide) -> tuple[Guide, ...]:
    guides = (view.shelf.guides[place] for place in view.shelf.works[work])
    return tuple(guide for guide in guides if guide.id != current.id)
