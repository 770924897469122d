"""Runs a plan: extract, clean, split, then write in one batch with one commit. Returns a report, file by file.

The lock is held for the whole run: two runs at once would each plan on a state that the other is about to change. Whoever
searches meanwhile is not affected. A guide that cannot be taken over becomes a line of the report and keeps
its previous version.
"""

import hashlib
import logging
import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path, PurePath

from kb import catalog, cleaning, editions, engines, metadata, norms, passages
from kb.catalog import Found, Plan
from kb.config import Settings
from kb.errors import ExtractionError, ExtractionReason, GuideError, IndexDamagedError, IndexMissingError, IndexOutdatedError
from kb.extract import SUFFIXES, sandbox, version_for
from kb.model import Batch, Guide, Passage
from kb.topics import Taxonomy

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Is told how many guides have been read, of how many."""


class Verdict(StrEnum):
    """What became of a file."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    FAILED = "failed"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one file. `error` is set exactly if the verdict is FAILED."""

    source: str  # path below the source folder
    verdict: Verdict
    guide: Guide | None = None
    error: GuideError | None = None
    unknown_editions: tuple[str, ...] = ()  # names under `ersetzt` that no guide bears


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the search by meaning knows after an ingest."""

    n_passages: int
    n_new: int  # texts that the model had to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an ingest did, or with `is_dry_run` would do."""

    lines: tuple[Line, ...]
    is_dry_run: bool = False
    rebuilt: str = ""  # why the index was built from scratch: "missing", "outdated", "damaged" or ""
    n_pages: int = 0  # of the guides that were read
    embedded: Embedded | None = None  # None without a model, or in a dry run

    def count(self, verdict: Verdict) -> int:
        """Return how many files got the verdict."""
        return sum(line.verdict is verdict for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A guide that has been read, ready to be written."""

    guide: Guide
    passages: tuple[Passage, ...] = field(repr=False)


def run(
    settings: Settings,
    taxonomy: Taxonomy,
    *,
    paths: Collection[Path] = (),
    is_rebuild: bool = False,
    is_dry_run: bool = False,
    allow_removals: bool = False,
    progress: Progress = lambda _done, _total: None,
    embedding: Progress = lambda _done, _total: None,
) -> Report:
    """Bring the index into line with the source folder, or with those `paths` in it.

    With a model, the passages are embedded once their guides can be found; `embedding` is told how many of the new ones are.

    Raises:
        ModelError, LibraryMissingError: a model is set that cannot be used; nothing was changed.
        SourceError: following the folder would remove guides that nobody meant to remove; nothing was changed.
        IndexLockedError: another ingest is running and did not finish in time.
    """
    engine, rebuilt = _open(settings)
    try:
        with engine.write() as batch:
            known = engine.catalog()
            plan = catalog.make(
                settings.source,
                known,
                versions=_versions(),
                taxonomy_digest=hashlib.sha256(repr((taxonomy.topics, taxonomy.kinds, taxonomy.partners)).encode()).hexdigest(),
                paths=paths,
                is_rebuild=is_rebuild,
                allow_removals=allow_removals,
            )
            log.info("phase=read guides=%d gone=%d", len(plan.read), len(plan.gone))
            outcomes: dict[str, Guide | GuideError] = {}
            for id_, outcome in _read_all(plan, settings, taxonomy, progress):
                outcomes[id_] = outcome.guide if isinstance(outcome, _Taken) else outcome
                if isinstance(outcome, _Taken) and not is_dry_run:  # while others are being read
                    _write(batch, outcome)
            after = _after(plan, outcomes, known)
            lines = tuple(_lines(plan, outcomes, after))
            if not is_dry_run:
                _settle(batch, plan, outcomes, known, after)
            n_pages = sum(guide.n_pages for guide in outcomes.values() if isinstance(guide, Guide))
            report = Report(lines=lines, is_dry_run=is_dry_run, rebuilt=rebuilt, n_pages=n_pages)
        return report if is_dry_run or not settings.semantic_model else replace(report, embedded=_embed(engine, embedding))
    finally:
        engine.close()


def _embed(engine: engines.EmbeddedEngine, progress: Progress) -> Embedded:
    n_new = engine.embed(progress)
    return Embedded(sum(guide.n_passages for guide in engine.catalog().values()), n_new)


def _open(settings: Settings) -> tuple[engines.EmbeddedEngine, str]:
    """Open the index, or a fresh one in its place where it cannot be used; say why."""
    try:
        return engines.open_engine(settings), ""
    except IndexMissingError:
        reason = "missing"
    except IndexOutdatedError:
        reason = "outdated"
    except IndexDamagedError:
        reason = "damaged"
    return engines.open_engine(settings, is_fresh=True), reason


def _versions() -> dict[str, str]:
    """Return, per suffix, the version of everything that makes a guide's record and passages from its file."""
    shared = f"passages {passages.VERSION}, norms {norms.VERSION}, metadata {metadata.VERSION}"
    return {suffix: f"{version_for(Path('x' + suffix))}, {shared}" for suffix in SUFFIXES}


def _read_all(
    plan: Plan, settings: Settings, taxonomy: Taxonomy, progress: Progress
) -> Iterator[tuple[str, _Taken | GuideError]]:
    """Yield (id, outcome) of every guide of the plan, in its order; several are read at the same time."""
    sandbox.prepare({PurePath(one.places[0]).suffix.lower() for one in plan.read})
    with ThreadPoolExecutor(settings.workers or os.cpu_count() or 1) as pool:
        futures: deque[tuple[str, Future[_Taken]]] = deque(
            (one.id, pool.submit(_read, one, settings, taxonomy)) for one in plan.read
        )
        try:
            for n_done in range(1, len(plan.read) + 1):
                id_, future = futures.popleft()  # a guide that has been written is not kept
                try:
                    yield id_, future.result()
                except GuideError as error:
                    yield id_, error
                except Exception as error:  # one guide must not stop the others; the traceback is in the log
                    log.exception("guide failed id=%s", id_)
                    yield id_, ExtractionError(id_, ExtractionReason.INTERNAL, type(error).__name__)
                progress(n_done, len(plan.read))
        finally:
            pool.shutdown(cancel_futures=True)


def _read(one: Found, settings: Settings, taxonomy: Taxonomy) -> _Taken:
    path = settings.source / one.places[0]
    sidecar: metadata.Fields = {}
    if one.sidecar:
        sidecar = metadata.read_sidecar(settings.source / one.sidecar, one.sidecar, taxonomy)
    extracted = sandbox.extract(path, limits=sandbox.Limits())
    pages = cleaning.clean(extracted.pages)
    facts = metadata.of_guide(one.places[0], sidecar, extracted, taxonomy)
    cut = tuple(passages.split(one.id, pages, title=facts["title"]))
    if not cut:
        raise ExtractionError(one.places[0], ExtractionReason.NO_TEXT)
    guide = Guide(
        id=one.id,
        work_id=one.known.work_id if one.known else one.id,
        places=one.places,
        digest=one.digest,
        metadata_digest=one.metadata_digest,
        extractor=_versions()[path.suffix.lower()],
        n_pages=sum(page.number is not None for page in pages),
        n_passages=len(cut),
        norms=passages.sections(cut),
        doubts=extracted.doubts,
        **facts,
    )
    return _Taken(guide, cut)


def _lines(plan: Plan, outcomes: Mapping[str, Guide | GuideError], after: Mapping[str, Guide]) -> Iterator[Line]:
    unknown_editions = editions.unknown_predecessors(list(after.values()))
    for one in plan.read:
        outcome = outcomes[one.id]
        for place in one.places:
            if isinstance(outcome, GuideError):
                yield Line(source=place, verdict=Verdict.FAILED, guide=one.known, error=outcome)
            else:
                yield Line(
                    source=place,
                    verdict=_verdict(one),
                    guide=outcome,
                    unknown_editions=unknown_editions.get(one.id, ()),
                )
    for place in plan.misnamed:
        yield Line(source=place, verdict=Verdict.FAILED, error=ExtractionError(place, ExtractionReason.BAD_NAME))
    yield from (Line(source=p, verdict=Verdict.UNCHANGED, guide=one.known) for one in plan.unchanged for p in one.places)
    yield from (Line(source=place, verdict=Verdict.REMOVED, guide=guide) for guide in plan.gone for place in guide.places)
    yield from (Line(source=place, verdict=Verdict.PASSED_OVER) for place in plan.passed_over)


def _verdict(one: Found) -> Verdict:
    if one.known is None:
        return Verdict.NEW
    return Verdict.MOVED if one.is_moved and one.known.digest == one.digest else Verdict.CHANGED


def _after(plan: Plan, outcomes: Mapping[str, Guide | GuideError], known: Mapping[str, Guide]) -> dict[str, Guide]:
    """Return the catalog as it will be, every guide with the work that it belongs to."""
    after = {id_: guide for id_, guide in known.items() if guide not in plan.gone}
    for one in plan.read:
        outcome = outcomes[one.id]
        if isinstance(outcome, Guide):
            after[one.id] = outcome
        elif one.known and one.known.digest == one.digest:
            after[one.id] = replace(one.known, places=one.places)  # the old version, where its file lies now
    works = editions.assign_works(after.values())
    return {id_: replace(guide, work_id=works[id_]) for id_, guide in after.items()}


def _write(batch: Batch, taken: _Taken) -> None:
    batch.replace(taken.guide, taken.passages)


def _settle(
    batch: Batch,
    plan: Plan,
    outcomes: Mapping[str, Guide | GuideError],
    known: Mapping[str, Guide],
    after: Mapping[str, Guide],
) -> None:
    """Bring the records into the state `after`: which work a guide belongs to shows only when all have been read."""
    for guide in plan.gone:
        batch.remove(guide.id)
    for id_, guide in after.items():
        outcome = outcomes.get(id_)
        if guide != (outcome if isinstance(outcome, Guide) else known[id_]):
            batch.update(guide)
