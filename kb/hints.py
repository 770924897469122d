"""What helps a reader to ask: made from what an index holds, once per generation, and shared by all threads."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from kb import analysis, norms, spelling
from kb.analysis import Token
from kb.model import Alternative, Clause, Engine, Guide, Occur, Query, Stems
from kb.spelling import Speller
from kb.suggestions import Source, Suggester
from kb.topics import Taxonomy, Topic
from kb.vocabulary import Entry, Vocabulary

N_LARGEST = 5  # topics offered where none resembles what was typed

T = TypeVar("T")


class PerGeneration(Generic[T]):
    """What `make` makes of an engine, kept until there is a newer generation. Who asks while it is being made waits."""

    def __init__(self, make: Callable[[Engine], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: WeakKeyDictionary[Engine, tuple[Mapping[str, Guide], T]] = WeakKeyDictionary()

    def of(self, engine: Engine) -> T:
        """Return what is made of the engine's last commit.

        Raises:
            IndexUnusableError: the index went away.
        """
        catalog = engine.catalog()  # another object means another generation
        with self._lock:
            known, made = self._made.get(engine, (None, None))
            if made is None or known is not catalog:
                made = self._make(engine)
                self._made[engine] = catalog, made
            return made


def suggester(engine: Engine, taxonomy: Taxonomy, vocabulary: Vocabulary) -> Suggester:
    """Return what can be suggested: titles and headings of guides, topics that have one, terms and names that lead to one."""
    return Suggester(_entries(engine, taxonomy, vocabulary))


def _entries(engine: Engine, taxonomy: Taxonomy, vocabulary: Vocabulary) -> Iterator[tuple[str, Source]]:
    guides, n_with = engine.catalog().values(), engine.counts()
    has_guides = works_by_topic(guides)
    for topic in _topics(taxonomy):
        if topic.id in has_guides:
            yield topic.title, Source.TOPIC
        for term in topic.signals:
            if all(map(n_with, analysis.stems(term))):
                yield term, Source.TERM
    has = cache(partial(_has, engine))  # the names of one entry lead to the same ones
    for name, _ in _names(vocabulary):
        added = (one.stems for match in vocabulary.matches(analysis.apart(name)[0]) for one in match.additions)
        if all(map(n_with, analysis.stems(name))) or any(map(has, added)):
            yield name, Source.TERM
    yield from ((guide.title, Source.TITLE) for guide in guides)
    yield from ((heading, Source.HEADING) for heading in engine.headings())


def _names(vocabulary: Vocabulary) -> Iterator[tuple[str, Entry]]:
    """Yield names that a reader could be offered, with their entries: everyday phrases and verbs are only understood."""
    for name, entry in vocabulary.names():
        if name not in entry.colloquial or (name[0].isupper() and " " not in name):
            yield name, entry


def _has(engine: Engine, phrase: Stems) -> bool:
    """Say whether the guides have the words of a phrase in a row."""
    if not all(map(engine.counts(), phrase)):
        return False
    asked = Query(clauses=(Clause(alternatives=(Alternative(phrase),), occur=Occur.MUST),), as_of=date.today())
    return len(phrase) == 1 or engine.search(asked, limit=1, n_hits=1).totals.n_works > 0


_spellers = PerGeneration(lambda engine: Speller(engine.words()))


def slips(engine: Engine, text: str, vocabulary: Vocabulary | None = None) -> Mapping[Token, str]:
    """Return the words of a query that occur nowhere and what was probably meant by them, as `Speller.slips` gives them.

    A name of the vocabulary is meant as it stands ("Stütze", "Hartz IV"), whether a guide has it or not.
    """
    unknown = spelling.unknown(text, engine.counts(), vocabulary)
    return _spellers.of(engine).slips(text, unknown) if unknown else {}


def _statutes(engine: Engine) -> Mapping[str, Sequence[str]]:
    """Return per section ("44") the statutes of which guides name one, the likeliest first."""
    guides = engine.catalog().values()
    counts = Counter(term for guide in guides for term in guide.norms)
    titles = (mention for guide in guides for mention in norms.find(guide.title, norms.DEFAULT))
    titled = {norm.term for mention in titles for norm in mention.norms}
    found: dict[str, list[str]] = defaultdict(list)
    for term, _ in sorted(counts.items(), key=lambda each: (each[0] not in titled, _unlikely(each[0]), -each[1])):
        norm = norms.Norm.from_term(term)
        found[norm.section].append(norm.statute)
    return found


def _unlikely(term: str) -> int:
    """Return 0 for a norm of the SGB II, 1 for others, 2 for what cannot be of the SGB II: its guide means another statute."""
    if norms.Norm.from_term(term).statute != norms.DEFAULT:
        return 1
    return 2 if norms.is_lost(term) else 0


_statutes_by_section = PerGeneration(_statutes)


def statutes_with(engine: Engine, section: str) -> Sequence[str]:
    """Return the statutes of which guides name a section with this number, the likeliest to be meant first.

    That is one that a guide is about by its title, then the SGB II, then one that many guides name.
    """
    return _statutes_by_section.of(engine).get(section, ())


@dataclass(frozen=True, slots=True)
class TopicsNearby:
    """Topics that have guides, by their ids: those whose names resemble what was typed, else the largest of the first level."""

    ids: tuple[str, ...]
    are_alike: bool


def topics_nearby(engine: Engine, taxonomy: Taxonomy, vocabulary: Vocabulary, words: Iterable[str]) -> TopicsNearby:
    """Return where to look for folded words with which nothing was found.

    A topic is known by its title, its signals, and the names of what the vocabulary files under it.
    """
    n_works = works_by_topic(engine.catalog().values())
    names = {one.id: [one.title, *one.signals] for one in _topics(taxonomy) if one.id in n_works}
    for name, entry in _names(vocabulary):
        if entry.topic in names:
            names[entry.topic].append(name)
    if alike := spelling.alike(words, names):
        return TopicsNearby(alike, are_alike=True)
    first_level = [topic.id for topic in taxonomy.topics if topic.id in n_works]
    largest = sorted(first_level, key=lambda topic: -n_works[topic])[:N_LARGEST]
    return TopicsNearby(tuple(largest), are_alike=False)


def works_by_topic(guides: Iterable[Guide]) -> Mapping[str, int]:
    """Return per topic, of the first level too, how many works are filed under it; topics without one are left out."""
    works: dict[str, set[str]] = defaultdict(set)
    for guide in guides:
        for topic in guide.topics:
            works[topic].add(guide.work_id)
            works[topic.partition(".")[0]].add(guide.work_id)
    return {topic: len(ids) for topic, ids in works.items()}


def _topics(taxonomy: Taxonomy) -> Iterator[Topic]:
    for topic in taxonomy.topics:
        yield topic
        yield from topic.children
