"""How well the search finds what it should: a test collection -> measures and times.

A collection is a folder:

    corpus.jsonl     one document a line: {"id", "title", "text"}; the title may be missing
    queries.jsonl    one query a line: {"id", "text"}
    qrels.tsv        judgements: query id, tab, document id, tab, grade; a grade is a whole number, above 0 for what is relevant

In place of "id", "_id" will do, and qrels.tsv may begin with a line of names (both as in BEIR). Each document becomes a
guide of its own with one passage, cleaned as the pages of guides are, and each query takes the way of the page:
`kb.search.answer`. Documents are read one at a time; only ids are kept.
"""

import json
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

import numpy as np

from kb import cleaning, passages, vocabulary
from kb.engines import EmbeddedEngine
from kb.errors import CollectionError, CollectionProblem, IndexTakenError, LibraryMissingError
from kb.model import Engine, Guide, Page, Passage
from kb.search import answer

CORPUS, QUERIES, JUDGEMENTS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"
DEPTH = 10  # results that are measured: those of the first page
MEASURES = {"nDCG@10": "nDCG@10", "MRR@10": "RR@10", "Recall@10": "R@10", "Success@1": "Success@1"}
"""Measures by name, and what ir-measures calls them."""

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # in an id: could not stand in qrels.tsv
_GRADE = re.compile(r"-?\d{1,4}")

Grades = Mapping[str, Mapping[str, int]]
"""Per query, the grades of its documents."""
Progress = Callable[[int, int], None]
"""Is told how many documents (with a model, each counts twice) and queries are done, of how many."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text of a collection, as it stands there."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection whose files have been read once and are sound."""

    folder: Path
    n_documents: int
    queries: Mapping[str, str]  # texts by id, in the order of the file
    grades: Grades  # above 0 only, of queries that have one

    def documents(self) -> Iterator[Document]:
        """Yield the documents in the order of the file."""
        for _, id_, record in _records(self.folder / CORPUS):
            yield Document(id_, record.get("title") or "", record["text"])


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for a query."""

    query_id: str
    documents: tuple[str, ...]  # ids, best first
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well and how fast a collection's queries were answered."""

    measures: Mapping[str, float]  # by the names in MEASURES, means over the judged queries
    n_queries: int  # that count
    n_left_out: int  # for which nothing is judged relevant; answered, but not measured
    n_documents: int
    seconds_index: float
    ms_per_query: Mapping[str, float]  # "mean", "p50", "p95"


def run(
    folder: Path,
    *,
    index: Path | None = None,
    run_file: Path | None = None,
    limit: int = DEPTH,
    semantic_model: Path | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Evaluation:
    """Index a collection, ask all its queries and measure the answers.

    The index is built in `index` and stays there; by default it is thrown away. `run_file` gets the first `limit` results
    of each query in the TREC format. With a model, documents are found by meaning, too.

    Raises:
        CollectionError: a file of the collection is missing or wrong.
        LibraryMissingError: ir-measures is not installed, or what the model needs.
        ModelError: the model cannot be used.
        IndexTakenError: the folder `index` is not empty.
    """
    _library()
    collection = read(folder)
    total = collection.n_documents * (2 if semantic_model else 1) + len(collection.queries)
    with ExitStack() as stack:
        out = stack.enter_context(run_file.open("w", encoding="utf-8")) if run_file else None
        engine = EmbeddedEngine(_empty(index, stack), is_fresh=True, semantic_model=semantic_model)
        stack.callback(engine.close)
        started = time.perf_counter()
        build(engine, collection.documents(), lambda n: progress(n, total))
        engine.embed(lambda n, _: progress(collection.n_documents + n, total))
        seconds_index = time.perf_counter() - started
        found: dict[str, Sequence[str]] = {}
        times: list[float] = []
        for ranking in rank(engine, collection.queries, limit=max(limit, DEPTH)):
            found[ranking.query_id] = ranking.documents[:DEPTH]
            times.append(1000 * ranking.seconds)
            if out:
                write_run(out, ranking.query_id, ranking.documents[:limit])
            progress(total - len(collection.queries) + len(times), total)
    values = measure(collection.grades, found)
    p50, p95 = np.percentile(times, (50, 95)).tolist()
    return Evaluation(
        measures={name: float(np.mean([value[name] for value in values.values()])) for name in MEASURES},
        n_queries=len(collection.grades),
        n_left_out=len(collection.queries) - len(collection.grades),
        n_documents=collection.n_documents,
        seconds_index=seconds_index,
        ms_per_query={"mean": float(np.mean(times)), "p50": p50, "p95": p95},
    )


def read(folder: Path) -> Collection:
    """Read a collection through; of the documents only ids and number are kept.

    Raises:
        CollectionError: a file is missing or empty, a line is wrong, or nothing is judged relevant.
    """
    documents = {id_ for id_, _ in _unique(folder / CORPUS)}
    queries = {id_: record["text"] for id_, record in _unique(folder / QUERIES)}
    return Collection(
        folder=folder,
        n_documents=len(documents),
        queries=queries,
        grades=_grades(folder / JUDGEMENTS, queries.keys(), documents),
    )


def build(engine: Engine, documents: Iterable[Document], progress: Callable[[int], None] = lambda _done: None) -> None:
    """Write the documents into the engine's index in one batch; `progress` is told how many have been taken."""
    with engine.write() as batch:
        for n_done, document in enumerate(documents, start=1):
            guide, passage = as_guide(document)
            batch.replace(guide, [passage])
            progress(n_done)


def as_guide(document: Document) -> tuple[Guide, Passage]:
    """Return the document as a guide with one passage, cleaned as the pages and titles of guides are.

    As in a guide, whose first page bears its title, the title stands above the text, too.
    """
    (page,) = cleaning.clean([Page(number=None, text=f"{document.title}\n\n{document.text}".strip())])
    title = " ".join(cleaning.characters(document.title).split())
    passage = passages.of_text(document.id, 1, page.text, title=title)
    guide = Guide(
        id=document.id,
        work_id=document.id,
        places=(document.id,),
        digest="",
        metadata_digest="",
        extractor="collection",
        title=title,
        norms=passages.sections([passage]),
        n_passages=1,
    )
    return guide, passage


def rank(engine: Engine, queries: Mapping[str, str], *, limit: int = DEPTH) -> Iterator[Ranking]:
    """Ask the queries one by one, as the page does, and yield what was found; at most `limit` documents each."""
    names = vocabulary.load()
    for query_id, text in queries.items():
        started = time.perf_counter()
        found = answer(engine, text, vocabulary=names, limit=limit)
        seconds = time.perf_counter() - started
        yield Ranking(query_id, tuple(result.guide.id for result in found.results), seconds)


def measure(grades: Grades, found: Mapping[str, Sequence[str]]) -> Mapping[str, Mapping[str, float]]:
    """Return the measures of each judged query by their names in MEASURES; `found` has documents per query, best first.

    A judged query without results counts as 0. What was found beyond the first DEPTH must have been cut off.

    Raises:
        LibraryMissingError: ir-measures is not installed.
    """
    library = _library()
    names = {library.parse_measure(theirs): name for name, theirs in MEASURES.items()}
    scored = {query: {id_: len(ids) - i for i, id_ in enumerate(ids)} for query, ids in found.items() if query in grades}
    values: dict[str, dict[str, float]] = {query: dict.fromkeys(MEASURES, 0.0) for query in grades}
    for metric in library.iter_calc(names, grades, scored):
        values[metric.query_id][names[metric.measure]] = float(metric.value)
    return values


def write_run(file: TextIO, query_id: str, documents: Sequence[str]) -> None:
    """Write a query's results in the TREC format, with tabs, since ids may hold blanks.

    Scores only repeat the ranks: ours do not fall throughout, since what has all words comes first.
    """
    for rank_, id_ in enumerate(documents, start=1):
        file.write(f"{query_id}\tQ0\t{id_}\t{rank_}\t{len(documents) - rank_ + 1}\tkb\n")


def _library() -> ModuleType:
    try:
        import ir_measures  # noqa: PLC0415  # an optional package, which takes a second
    except ImportError as error:
        raise LibraryMissingError("ir-measures", "eval") from error
    return ir_measures


def _empty(index: Path | None, stack: ExitStack) -> Path:
    """Return the folder for the index: the given one, if there is nothing in it, or one that goes with the stack."""
    if index is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kb-eval-")))
    if index.exists() and any(index.iterdir()):
        raise IndexTakenError(str(index))
    return index


# ---- files -------------------------------------------------------------------------------------------------------------


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers from 1."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError as error:
        raise CollectionError(str(path), number, CollectionProblem.NOT_UTF8) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CollectionError(str(path), 0, CollectionProblem.MISSING) from error
    except OSError as error:
        raise CollectionError(str(path), 0, CollectionProblem.UNREADABLE) from error


def _records(path: Path) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Yield (line, id, object) of a file of objects, each with a text."""
    for number, line in _lines(path):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise CollectionError(str(path), number, CollectionProblem.NOT_JSON)
        id_ = record.get("id", record.get("_id"))
        id_ = str(id_) if type(id_) is int else id_
        if not isinstance(id_, str) or not id_.strip() or _UNFIT.search(id_):
            raise CollectionError(str(path), number, CollectionProblem.NO_ID)
        if not isinstance(record.get("text"), str) or not isinstance(record.get("title") or "", str):
            raise CollectionError(str(path), number, CollectionProblem.NO_TEXT, id_)
        yield number, id_, record


def _unique(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (id, object) of a file that has at least one, and no id twice."""
    seen: set[str] = set()
    for number, id_, record in _records(path):
        if id_ in seen:
            raise CollectionError(str(path), number, CollectionProblem.TWICE, id_)
        seen.add(id_)
        yield id_, record
    if not seen:
        raise CollectionError(str(path), 0, CollectionProblem.EMPTY)


def _grades(path: Path, queries: Container[str], documents: Container[str]) -> Grades:
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for number, query, document, grade in _judgements(path, queries):
        if query not in queries:
            raise CollectionError(str(path), number, CollectionProblem.UNKNOWN_QUERY, query)
        if document not in documents:
            raise CollectionError(str(path), number, CollectionProblem.UNKNOWN_DOCUMENT, document)
        if grades[query].setdefault(document, grade) != grade:
            raise CollectionError(str(path), number, CollectionProblem.TWICE, document)
    relevant = {query: {id_: grade for id_, grade in judged.items() if grade > 0} for query, judged in grades.items()}
    if not any(relevant.values()):
        raise CollectionError(str(path), 0, CollectionProblem.NOTHING_RELEVANT if grades else CollectionProblem.EMPTY)
    return {query: judged for query, judged in relevant.items() if judged}


def _judgements(path: Path, queries: Container[str]) -> Iterator[tuple[int, str, str, int]]:
    """Yield (line, query id, document id, grade); a first line without a grade or a known query names the columns."""
    for i, (number, line) in enumerate(_lines(path)):
        columns = line.split("\t")
        if len(columns) != 3:
            raise CollectionError(str(path), number, CollectionProblem.COLUMNS)
        query, document, grade = columns
        if _GRADE.fullmatch(grade.strip()):
            yield number, query, document, int(grade)
        elif i or query in queries:
            raise CollectionError(str(path), number, CollectionProblem.NO_GRADE, grade)
