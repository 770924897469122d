"""What helps a reader to ask: made from what an index holds, once per generation, and shared by all threads."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from kb import analysis
from kb.model import Engine, Guide
from kb.suggestions import Source, Suggester
from kb.topics import Taxonomy

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


def suggester(engine: Engine, taxonomy: Taxonomy) -> Suggester:
    """Return what can be suggested: titles and headings of guides, topics that have a guide, and terms that a guide has."""
    guides = engine.catalog().values()
    return Suggester(_entries(engine, guides, taxonomy))


def _entries(engine: Engine, guides: Iterable[Guide], taxonomy: Taxonomy) -> Iterator[tuple[str, Source]]:
    has_guides = works_by_topic(guides)
    for topic in (one for first in taxonomy.topics for one in (first, *first.children)):
        if topic.id in has_guides:
            yield topic.title, Source.TOPIC
        for term in topic.signals:
            if all(map(engine.knows, analysis.stems(term))):
                yield term, Source.TERM
    yield from ((guide.title, Source.TITLE) for guide in guides)
    yield from ((heading, Source.HEADING) for heading in engine.headings())


def works_by_topic(guides: Iterable[Guide]) -> Mapping[str, int]:
    """Return per topic, of the first level too, how many works are filed under it; topics without one are left out."""
    works: dict[str, set[str]] = defaultdict(set)
    for guide in guides:
        for topic in guide.topics:
            works[topic].add(guide.work_id)
            works[topic.partition(".")[0]].add(guide.work_id)
    return {topic: len(ids) for topic, ids in works.items()}
