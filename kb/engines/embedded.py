"""The embedded index: a folder, one process to start with.

A generation of the index is one segment (flat arrays: postings, passages), Whoosh's table of contents that names it, and
`catalog.json` (format, analysis, guides); they are switched as one. A commit takes over what stays from the segment before,
array by array, so that there is always one segment and a search never has to look into two.
"""

import gc
import json
import logging
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
from whoosh.index import IndexError as WhooshIndexError

from kb import analysis, catalog_json, snippets
from kb.engines import codec, explaining, generations, nearest, works
from kb.engines.highlighting import Highlighter
from kb.engines.merging import Source, merge
from kb.engines.nearest import Meaning, Vectors
from kb.engines.scoring import Scored, Scorer
from kb.engines.segments import POSITIONAL, Builder, Segment
from kb.engines.turns import Turns
from kb.errors import IndexDamagedError, IndexOutdatedError
from kb.model import Explanation, Guide, Hit, Matches, Occur, Passage, Query, Result
from kb.semantic import Model, passage_text

log = logging.getLogger(__name__)

FORMAT = 6
CATALOG = "catalog.json"
_COUNTS_KEPT = 1 << 15  # stems whose number of passages is remembered
_TOKENS_AT_ONCE = 4_000_000  # gathered in memory before they are written; about 15,000 passages, 700 MB


class EmbeddedEngine:
    """An index in a folder. Thread-safe; follows commits of other processes by itself.

    With a model, passages near in meaning are found, too, as soon as `embed` has made their vectors.
    """

    def __init__(
        self, folder: Path, *, lock_timeout_s: float = 60, is_fresh: bool = False, semantic_model: Path | None = None
    ) -> None:
        self._folder, self._lock_timeout_s = folder, lock_timeout_s
        self._lock, self._turns = threading.Lock(), Turns()
        self._state: _State | None = None
        self._is_fresh = is_fresh
        if not is_fresh:
            self._current()
        self._meaning = Meaning(folder, Model(semantic_model)) if semantic_model else None  # last, because it takes long

    def search(self, query: Query, *, offset: int = 0, limit: int = 10, n_hits: int = 3) -> Matches:
        """Return one page of works for the query, each with its best passages, in the state of the last commit."""
        asked = self._meaning.vector(query) if self._meaning else None  # takes long, so out of turn
        with self._turns:
            state = self._current()
            view = state.view(query.as_of)
            scored = state.scorer.score(query)
            if self._meaning and asked is not None and (vectors := state.vectors(self._meaning)):
                scored = nearest.joined(scored, query, asked, vectors, state.scorer)
            ranking = works.rank(
                view, scored.passages, scored.scores, scored.has_all, query.selection, offset=offset, limit=limit, n_hits=n_hits
            )
            if scored.is_everything:
                chosen = view.selected(query.selection) & ranking.matched
                listed = [work for work in view.by_title if chosen[work]][offset : offset + limit]
                results = tuple(_listed(view, work) for work in listed)
            else:
                results = _Results(state, view, query, scored).of(ranking.entries)
            return Matches(totals=ranking.totals, results=results, facets=view.facets(ranking.matched, query.selection))

    def explain(self, query: Query, guide_id: str) -> Explanation | None:
        """Return why the guide stands where it does for the query; None if nothing of it matches, or nothing is asked for.

        By words alone: what a model would bring in or move is not explained.
        """
        with self._turns:
            state = self._current()
            view, scored = state.view(query.as_of), state.scorer.score(query)
            if scored.is_everything:
                return None
            entries = works.rank(view, scored.passages, scored.scores, scored.has_all, {}, limit=len(view.current)).entries
            for rank, entry in enumerate(entries, start=1):
                for place in (entry.best[0], *entry.others):
                    if view.shelf.guides[view.shelf.guide_of[scored.passages[place]]].id == guide_id:
                        found = _Results(state, view, query, scored)
                        return found.explained(entry, place, rank if place == entry.best[0] else None, len(entries))
            return None

    def catalog(self) -> Mapping[str, Guide]:
        """Return all guides by id, in the state of the last commit."""
        return {} if self._is_fresh else self._current().guides

    def counts(self) -> Callable[[str], int]:
        """Return what tells how many passages of the last commit have a word with a stem."""
        return (lambda _stem: 0) if self._is_fresh else self._current().n_with

    def words(self) -> Mapping[str, int]:
        """Return every word as written, folded, with the number of passages that have it."""
        if self._is_fresh:
            return {}
        field = self._current().segment.fields["words"]
        return dict(zip((term.decode() for term in field.lexicon), field.n_postings.tolist(), strict=True))

    def headings(self) -> Collection[str]:
        """Return every heading that a passage stands below, once."""
        return () if self._is_fresh else self._current().segment.passages.headings()

    @contextmanager
    def write(self) -> "Iterator[_Batch]":
        """Open a batch; leaving the block writes a new generation and switches to it. Without a change nothing is written."""
        with generations.lock(self._folder, self._lock_timeout_s):
            with tempfile.TemporaryDirectory(prefix="kb-") as spool:
                batch = _Batch(self._folder, None if self._is_fresh else self._current(), Path(spool))
                yield batch
                generation = batch.commit()
            if generation:
                _verify(generation)
                generations.switch(self._folder, generation)
                self._is_fresh = False

    def embed(self, progress: nearest.Progress = lambda _done, _total: None) -> int:
        """Make the vectors of the last commit's passages that are missing; returns how many texts the model had to read.

        Raises:
            IndexLockedError: another process is writing and did not finish in time.
            ModelError: the model fails over one of the texts.
        """
        if not self._meaning or self._is_fresh:
            return 0
        with generations.lock(self._folder, self._lock_timeout_s):
            state = self._current()
            return self._meaning.complete(state.segment, state.text_of, progress)

    def close(self) -> None:
        """Release the files."""
        with self._lock:
            self._state = None

    def _current(self) -> "_State":
        """Return the state of the last commit, opening it if it is newer than the one at hand."""
        folder = generations.current(self._folder)
        with self._lock:
            if self._state is None or self._state.folder != folder:
                self._state = _State(folder)
            return self._state


class _State:
    """One generation, opened. Nothing in it changes, so threads share it; its files stay readable while it is in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with _without_collection():
            guides, n_passages = _read_catalog(folder)
        self.guides: Mapping[str, Guide] = MappingProxyType({guide.id: guide for guide in guides})
        try:
            self.segment = codec.open_segment(folder)
            if len(self.segment) != n_passages:
                raise IndexDamagedError(str(folder), f"{len(self.segment)} of {n_passages} passages")
            place = {guide.id: i for i, guide in enumerate(guides)}
            places = np.array([place[guide.decode()] for guide in self.segment.guides], np.int32)
            self.shelf = works.Shelf(guides, places[self.segment.guide_of] if n_passages else places)
            self.scorer = Scorer(self.segment)
        except (OSError, WhooshIndexError, EOFError, ValueError, KeyError) as error:
            raise IndexDamagedError(str(folder), str(error)) from error
        self.n_with = lru_cache(_COUNTS_KEPT)(partial(_n_with, self.segment))
        self._view: works.View | None = None
        self._vectors: Vectors | None = None

    def view(self, as_of: date) -> works.View:
        """Return the guides on that day; the last day asked for is kept."""
        view = self._view
        if view is None or view.as_of != as_of:
            with _without_collection():
                view = self._view = works.View(self.shelf, as_of)
        return view

    def vectors(self, meaning: Meaning) -> Vectors | None:
        """Return the vectors of the passages; they may come later than the passages."""
        if self._vectors is None:
            self._vectors = meaning.open(self.segment)
        return self._vectors

    def text_of(self, number: int) -> str:
        """Return what a passage's vector is made of."""
        stored = self.segment.passages.get(number)
        return passage_text(self.shelf.guides[self.shelf.guide_of[number]].title, stored.heading, stored.text)


class _Batch:
    """Changes on their way into a new generation. The index's folder is not touched before `commit`."""

    def __init__(self, folder: Path, base: "_State | None", spool: Path) -> None:
        self._folder, self._base, self._spool = folder, base, spool
        self._guides = dict(base.guides) if base else {}
        self._has_changed = self._has_new_passages = False
        self._sources = [Source(base.segment)] if base and len(base.segment) else []
        self._builder = Builder()

    def replace(self, guide: Guide, passages: Iterable[Passage]) -> None:
        """Store the guide with these passages, in place of what was stored under its id."""
        self._forget(guide.id)
        self._guides[guide.id] = replace(guide, n_passages=self._builder.add(guide.id, guide.title, passages))
        if self._builder.n_tokens > _TOKENS_AT_ONCE:
            self._flush()

    def update(self, guide: Guide) -> None:
        """Store a changed record of a guide whose passages stay."""
        self._has_changed = True
        self._guides[guide.id] = replace(guide, n_passages=self._guides[guide.id].n_passages)

    def remove(self, guide_id: str) -> None:
        """Forget the guide and its passages."""
        self._forget(guide_id)
        del self._guides[guide_id]

    def commit(self) -> Path | None:
        """Write the new generation's files and return its folder; None if nothing has changed."""
        if not self._has_changed:
            return None
        log.info("phase=begin")
        n_passages = sum(guide.n_passages for guide in self._guides.values())
        log.info("phase=commit guides=%d passages=%d", len(self._guides), n_passages)
        folder = generations.begin(self._folder)
        if self._base and not self._has_new_passages:
            codec.link(self._base.folder, folder)
        else:
            segment, path = codec.new_segment(folder)
            if self._sources:
                self._flush()
                merge(self._sources, path)
            else:
                self._builder.write(path)
            codec.commit(folder, segment, n_passages)
        content = {
            "format": FORMAT,
            "analysis": analysis.FINGERPRINT,
            "n_passages": n_passages,
            "guides": [catalog_json.to_json(guide) for guide in self._guides.values()],
        }
        (folder / CATALOG).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        log.info("phase=written")
        return folder

    def _forget(self, guide_id: str) -> None:
        self._has_changed = self._has_new_passages = True
        if guide_id not in self._guides:  # new, as nearly all are where there are many
            return
        if guide_id in self._builder:
            self._flush()
        self._sources = [Source(each.segment, each.dropped | {guide_id}) for each in self._sources]

    def _flush(self) -> None:
        """Write what has been gathered to a segment of its own, to be merged at the end."""
        if self._builder.n_passages:
            path = self._spool / f"{len(self._sources)}.flat"
            self._builder.write(path, self._dictionary())
            self._sources.append(Source(Segment(path)))
            self._builder = Builder()

    def _dictionary(self) -> bytes | None:
        return next((each.segment.passages.dictionary for each in self._sources if each.segment.passages.dictionary), None)


class _Results:
    """Makes results of what was ranked."""

    def __init__(self, state: _State, view: works.View, query: Query, scored: Scored) -> None:
        self._state, self._view, self._query, self._scored = state, view, query, scored

    def of(self, entries: Sequence[works.Entry]) -> tuple[Result, ...]:
        """Return the works with their passages."""
        shown = [int(self._scored.passages[place]) for entry in entries for place in (*entry.best, *entry.others)]
        self._highlighter = Highlighter(self._state.scorer, self._query, shown)
        self._missing: dict[int, list[str]] = defaultdict(list)
        for clause in self._query.clauses:
            if clause.occur is Occur.SHOULD:
                has_it = self._state.scorer.has(clause, np.array(shown, np.int32))
                for number in {number for number, has in zip(shown, has_it.tolist(), strict=True) if not has}:
                    self._missing[number].append(clause.typed)
        return tuple(map(self._result, entries))

    def explained(self, entry: works.Entry, place: int, rank: int | None, n_works: int) -> Explanation:
        """Return why a passage of a work has its score and, if the work stands by it at this rank, the work has its own."""
        self.of([entry])
        hit, scorer = self._hit(place), self._state.scorer
        number = int(self._scored.passages[place])
        shares = explaining.of_passage(scorer, self._query, number)
        if rank:
            shares += explaining.of_guide(hit.guide, self._query, hit.score, entry.score)
        return Explanation(hit=hit, rank=rank, n_works=n_works, score=entry.score if rank else hit.score, shares=tuple(shares))

    def _result(self, entry: works.Entry) -> Result:
        guide = self._view.shelf.guides[self._view.current[entry.work]]
        hits = tuple(map(self._hit, entry.best))
        others = {hit.guide.id: hit for hit in map(self._hit, entry.others)}
        earlier = _editions(self._view, entry.work, guide)
        return Result(
            guide=guide,
            score=entry.score,
            has_all_words=entry.has_all,
            hits=hits,
            n_hits=entry.n_passages,
            earlier=tuple(others[edition.id] for edition in earlier if edition.id in others),
            editions=earlier,
        )

    def _hit(self, place: int) -> Hit:
        number = int(self._scored.passages[place])
        stored = self._state.segment.passages.get(number)
        guide = self._view.shelf.guides[self._view.shelf.guide_of[number]]
        return Hit(
            passage=Passage(
                guide_id=guide.id, number=stored.number, page=stored.page, heading=stored.heading, text=stored.text
            ),
            guide=guide,
            score=float(self._scored.scores[place]),
            is_by_meaning=self._scored.is_by_meaning is not None and bool(self._scored.is_by_meaning[place]),
            snippet=snippets.cut(stored.text, stored.sentences, self._highlighter.marks(number, stored, guide.title)),
            missing=tuple(self._missing[number]),
        )


def _n_with(segment: Segment, stem: str) -> int:
    """Return how many passages have a word with this stem, in the first of the fields that has it."""
    for name in POSITIONAL:
        field = segment.fields[name]
        if (number := field.lexicon.find(stem)) >= 0:
            return field.n_passages(number)
    return 0


def _read_catalog(folder: Path) -> tuple[tuple[Guide, ...], int]:
    try:
        content = json.loads((folder / CATALOG).read_text("utf-8"))
        found = f"format {content['format']}, analysis {content['analysis']}"
        if (content["format"], content["analysis"]) != (FORMAT, analysis.FINGERPRINT):
            raise IndexOutdatedError(str(folder), found)
        return tuple(catalog_json.from_json(record) for record in content["guides"]), content["n_passages"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(str(folder), str(error)) from error


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for garbage while many objects are made that stay: a quarter of the time to open an index."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _verify(folder: Path) -> None:
    """Open what was written as a reader would; raises IndexDamagedError if that fails."""
    log.info("phase=verified passages=%d", len(_State(folder).segment))


def _listed(view: works.View, work: int) -> Result:
    """Return a work of which nothing in particular was asked."""
    guide = view.shelf.guides[view.current[work]]
    return Result(guide=guide, score=0.0, has_all_words=True, hits=(), n_hits=0, editions=_editions(view, work, guide))


def _editions(view: works.View, work: int, current: Guide) -> tuple[Guide, ...]:
    guides = (view.shelf.guides[place] for place in view.shelf.works[work])
    return tuple(guide for guide in guides if guide.id != current.id)
