"""The nouns of the knowledge base: frozen values, and the protocols of its two seams. Start reading here.

A *guide* is one Handlungshilfe in one edition; its editions form a *work*. A guide has *pages*, is cut into *passages*, and a
passage that matches a *query* is a *hit*. What a face shows is an *answer*: works, best first, with their hits and facets.
Everything here is immutable; nothing here reads or writes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Axis(StrEnum):
    """What results can be narrowed by. The values are the names used in addresses, options and JSON."""

    TOPIC = "thema"
    KIND = "art"
    PARTNER = "partner"
    NORM = "norm"
    VALIDITY = "gueltigkeit"


class Validity(StrEnum):
    """Whether an edition is in force on a given day."""

    IN_FORCE = "gilt"
    UPCOMING = "gilt-noch-nicht"
    EXPIRED = "gilt-nicht-mehr"


Selection = Mapping[Axis, frozenset[str]]
"""Chosen values per axis. Values within an axis widen the result, axes narrow each other; an empty set selects everything."""


# ---- from file to passage ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading, as the outline or the styles of a guide give it."""

    level: int  # 1 is the outermost
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The text of one PDF page, or of one section of a guide without pages.

    Lines are separated by one line feed, paragraphs by an empty line where the format tells them apart.
    """

    number: int | None  # 1-based PDF page; None for DOCX and ODT, which have no pages
    text: str
    headings: tuple[Heading, ...] = ()  # those that begin on this page, in reading order


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What an extractor reads from one file. Texts are raw: `cleaning` has not seen them."""

    pages: tuple[Page, ...]
    title: str = ""  # the title in the document properties; often wrong or generic
    title_line: str = ""  # the line(s) in the largest type on the first page, or the first line styled as title
    running: tuple[str, ...] = ()  # lines of page headers and footers that lie apart from the text (DOCX, ODT)
    author: str = ""
    keywords: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()  # names in `messages.DOUBTS`: why the text may be incomplete


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One Handlungshilfe in one edition, as the catalog keeps it."""

    id: str
    work_id: str  # shared by all editions of one work
    places: tuple[str, ...]  # paths below the source folder, with "/"; more than one if copies lie about
    digest: str  # of the file's bytes
    metadata_digest: str  # of everything besides the file that shaped this record: sidecars, folder, file name
    extractor: str  # version of the extraction that made its passages
    title: str
    kind: str = ""  # id of a kind; "" if unknown
    topics: tuple[str, ...] = ()  # ids of topics, mostly of the second level
    partners: tuple[str, ...] = ()
    norms: tuple[str, ...] = ()  # index terms of the sections that its passages name, in the order of `norms.Norm`
    publisher: str = ""
    region: str = ""
    contact: str = ""
    edition: str = ""  # "2026-07-15", "2026-07" or "2026": as exact as the source says
    valid_from: date | None = None
    valid_until: date | None = None  # last day in force
    supersedes: tuple[str, ...] = ()  # file names, paths, ids or titles of earlier editions
    review_by: date | None = None
    is_binding: bool = False
    n_pages: int = 0  # 0 for guides without pages
    n_passages: int = 0
    doubts: tuple[str, ...] = ()

    def validity(self, as_of: date) -> Validity:
        """Return whether this edition is in force on the day `as_of`."""
        if self.valid_until is not None and as_of > self.valid_until:
            return Validity.EXPIRED
        if self.valid_from is not None and as_of < self.valid_from:
            return Validity.UPCOMING
        return Validity.IN_FORCE

    @property
    def suffix(self) -> str:
        """The file's ending, lower case, with the dot."""
        return Path(self.places[0]).suffix.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The unit that is indexed and found: a stretch of text within one page and one heading.

    Engines take texts with line breaks and give them back on one line; norms they take and do not give back.
    """

    guide_id: str
    number: int  # 1-based within its guide
    text: str
    page: int | None = None
    heading: tuple[str, ...] = ()  # heading trail, outermost first
    norms: tuple[str, ...] = ()  # index terms of what its text and headings name, sections and paragraphs, none twice

    @property
    def id(self) -> str:
        """The passage's name, unique in an index."""
        return f"{self.guide_id}#{self.number}"


# ---- from query to answer ----------------------------------------------------------------------------------------------

Stems = tuple[str, ...]
"""Terms of a phrase, as the index holds them."""


class Occur(StrEnum):
    """What a clause asks of a passage."""

    SHOULD = "should"  # counts towards "all words" and adds to the score
    MUST = "must"
    MUST_NOT = "must_not"


class Relation(StrEnum):
    """What an addition is to the typed words; `messages.RELATIONS` says it to readers."""

    SAME = "same"  # the term, an abbreviation or a word that means the same
    CURRENT = "current"  # a former name was typed, this is what the thing is called today
    FORMER = "former"  # a former name
    COLLOQUIAL = "colloquial"  # a colloquial name was typed, this is the proper one
    EVERYDAY = "everyday"  # an everyday word was typed that hardly a guide has, this is what guides use instead
    MEANT = "meant"  # what was typed occurs nowhere, this word is a slip of the finger away


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A name that is searched for besides what was typed."""

    id: str  # "kdu:kosten der unterkunft": entry and folded name; names that differ in case only ("eLb", "ELB") share it.
    # Of an everyday word "~chef:arbeitgeber", of a slip ":tisch", of a norm "§sgb3:44"
    entry: str  # id of the entry; "" for these three
    typed: str  # the words that led to it, as typed
    name: str
    relation: Relation
    weight: float
    stems: Stems = ()  # of the name, as the index holds it; none for a norm


class How(StrEnum):
    """How a passage may have what is asked for."""

    STEMS = "stems"  # these stems, in a row, in its text, heading trail or title
    PREFIX = "prefix"  # a word as written that begins so
    NORM = "norm"  # a norm that its text or headings name, in whatever spelling
    ALIKE = (
        "alike"  # a word that contains this one or is contained in it; for a word that occurs nowhere, the words most like it
    )


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way of having what a clause asks for. `terms` come from `kb.analysis`; a prefix or what is alike is one word.

    A norm is one index term of `kb.norms`.
    """

    terms: tuple[str, ...]
    how: How = How.STEMS
    weight: float = 1.0  # of its points


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Something that a passage should, must or must not have, in any of these ways; the best one counts."""

    alternatives: tuple[Alternative, ...]  # one or more
    occur: Occur = Occur.SHOULD
    typed: str = ""  # what it stands for in the query


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of an engine. Without a clause that should or must match, every passage matches."""

    text: str = ""  # as typed
    clauses: tuple[Clause, ...] = ()
    words: tuple[str, ...] = ()  # as typed (a slip as it was meant), folded, without what is excluded; they refine the order.
    # Of a norm only its section, so that all spellings are one
    names: tuple[str, ...] = ()  # words of what the vocabulary adds that were not typed, folded; they refine a little
    added: tuple[Addition, ...] = ()  # by vocabulary and corrected slips, those that a reader has taken out included
    without: frozenset[str] = frozenset()  # ids of additions that are taken out
    assumed: tuple[tuple[str, str], ...] = ()  # the norms that were typed without a statute, and of which each was taken to be
    selection: Selection = field(default_factory=dict)
    as_of: date = date.min  # the day for which validity is computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A stretch of a passage, with the matched words as ascending, disjoint (start, end) offsets into `text`."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    is_cut_before: bool = False
    is_cut_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that matched, with the guide it belongs to."""

    passage: Passage
    guide: Guide
    score: float  # higher is better; comparable within one answer only
    snippet: Snippet
    missing: tuple[str, ...] = ()  # what was typed and the passage has in no way, in the order of the clauses
    is_by_meaning: bool = False  # has none of the words; what it says lies near

    @property
    def has_all_words(self) -> bool:
        """Whether it has everything that was asked for."""
        return not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A work that matched."""

    guide: Guide  # the work's current edition
    score: float
    has_all_words: bool
    hits: tuple[
        Hit, ...
    ]  # the current edition's best, as many as were asked for; an earlier edition's where only that one matches
    n_hits: int  # all matching passages of the edition that `hits` is taken from
    earlier: tuple[Hit, ...] = ()  # the best hit of every other edition that matches, newest edition first
    editions: tuple[Guide, ...] = ()  # all other editions of the work, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A value of an axis, and how many works it would show beside the choices on the other axes."""

    axis: Axis
    value: str
    n_works: int


N_NORMS = 10
"""Facets of the axis NORM: the most frequent beside the chosen ones, since a collection names hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much matched, independent of the page of results that is shown."""

    n_works: int = 0
    n_works_all_words: int = 0
    n_passages: int = 0

    @property
    def n_works_some_words(self) -> int:
        """Works without a passage that has all words."""
        return self.n_works - self.n_works_all_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """An engine's half of an answer: totals, one page of results, facets in no particular order."""

    totals: Totals
    results: tuple[Result, ...]
    facets: tuple[Facet, ...]


class Reason(StrEnum):
    """Why a passage has points. `messages.REASONS` says it to readers."""

    WORD = "word"  # it has the stem of a typed word, the phrase or the prefix
    ADDED = "added"  # it has another name of the same thing
    ALIKE = "alike"  # it has a word that contains the typed one, is part of it or looks like it
    WRITTEN = "written"  # words exactly as typed
    PARTS = "parts"  # parts of words in common
    LEAD = "lead"  # parts of words in what it begins with
    NEAR = "near"  # typed words close to each other
    ALL_WORDS = "all_words"
    LACKING = "lacking"  # it has not all words; below 0
    SEVERAL = "several"  # the guide has more passages about as good
    BINDING = "binding"
    NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a score."""

    reason: Reason
    points: float
    typed: str = ""  # the words of the query that it is about
    found: tuple[str, ...] = ()  # what stands for them: another name, words that are alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a guide stands where it does: the shares of its best passage and its own make its score."""

    hit: Hit
    rank: int | None  # of its work, from 1; None: another edition speaks for the work
    n_works: int
    score: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a face shows for one query."""

    query: Query
    totals: Totals
    results: tuple[Result, ...]
    facets: tuple[Facet, ...]
    offset: int
    limit: int
    meant: str = ""  # what may have been meant, to be asked again: words that occur nowhere replaced by similar ones that do

    @property
    def n_pages(self) -> int:
        """Pages of results; 0 without results."""
        return -(-self.totals.n_works // self.limit)


# ---- the seams ---------------------------------------------------------------------------------------------------------


class Extractor(Protocol):
    """Reads the guides of one format."""

    suffixes: tuple[str, ...]

    def extract(self, path: Path) -> Extracted:
        """Return the text and properties of the file.

        Raises:
            ExtractionError: the file cannot be read; the reason says why.
        """
        ...


class Batch(Protocol):
    """Changes to an index that become visible together."""

    def replace(self, guide: Guide, passages: Iterable[Passage]) -> None:
        """Store the guide with these passages, in place of what was stored under its id."""
        ...

    def update(self, guide: Guide) -> None:
        """Store a changed record of a guide whose passages, title included, stay as they are."""
        ...

    def remove(self, guide_id: str) -> None:
        """Forget the guide and its passages."""
        ...


class Engine(Protocol):
    """An index that can be searched and written. May be called from many threads."""

    def search(self, query: Query, *, offset: int = 0, limit: int = 10, n_hits: int = 3) -> Matches:
        """Return the works number `offset` to `offset + limit` for the query, in the state of the last commit.

        Each shows at most `n_hits` passages of the edition that speaks for it.
        """
        ...

    def explain(self, query: Query, guide_id: str) -> Explanation | None:
        """Return why the guide stands where it does for the query; None if nothing of it matches, or nothing is asked for."""
        ...

    def catalog(self) -> Mapping[str, Guide]:
        """Return all guides by id, in the state of the last commit; the same object until there is a newer one."""
        ...

    def counts(self) -> Callable[[str], int]:
        """Return what tells how many passages of the last commit have a word with a stem.

        That is in the text; where none has it there, in headings, else in titles.
        """
        ...

    def words(self) -> Mapping[str, int]:
        """Return every word as written, folded, with the number of passages that have it in text, heading or title."""
        ...

    def headings(self) -> Collection[str]:
        """Return every heading that a passage stands below, once."""
        ...

    def write(self) -> AbstractContextManager[Batch]:
        """Open the one batch that may be under way; leaving the block commits it, an exception discards it whole.

        Raises:
            IndexLockedError: another process is writing and did not finish in time.
        """
        ...

    def close(self) -> None:
        """Release files. The engine must not be used afterwards."""
        ...
