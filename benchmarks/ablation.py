"""The knowledge base without one of its parts at a time: what does each bring, and where does it hurt?

A part is switched off by other values of constants and functions of `kb`, in this process and as long as the block of
`without` lasts; `kb` itself has no switches. Each time the index is opened anew, so that nothing is kept of the parts.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import rankers
from benchmarks.rankers import Ask
from kb import query
from kb.engines import proximity, refining, scoring, word_lists
from kb.engines.kin import Kin
from kb.evaluation import Collection
from kb.everyday import Everyday
from kb.spelling import Speller
from kb.vocabulary import Vocabulary

FULL = "everything"
_NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the ranking, and what switches it off: values of names of modules or classes."""

    values: Sequence[tuple[Any, str, Any]] = ()
    has_vocabulary: bool = True
    is_in_index: bool = False  # the index has to be built anew


def _no_words(_kin: Kin, _word: str) -> Any:
    return np.empty(0, np.int64)


PARTS: Mapping[str, Part] = {
    "words alike": Part([(query, "MIN_ALIKE", _NEVER)]),
    "words alike: compounds": Part([(Kin, "parts", _no_words)]),
    "words alike: mistyped": Part([(Kin, "nearest", _no_words)]),
    "forms of verbs": Part([(query, "MAX_WITH_FORMS", -1)]),
    "everyday words": Part([(Everyday, "matches", lambda *_: [])]),
    "slips corrected": Part([(Speller, "corrections", lambda *_: ())]),
    "short words": Part([(query, "OF_SHORT", 1.0)]),
    "words as typed": Part([(refining, "WORDS", 0.0)]),
    "4-grams, with them the lead": Part([(refining, "GRAMS", 0.0), (refining, "LEAD", 0.0)]),
    "lead": Part([(refining, "LEAD", 0.0)]),
    "counted frequencies": Part([(word_lists, "SAMPLE", 1)], is_in_index=True),
    "proximity": Part([(proximity, "NEAR", 0.0)]),
    "all-words factor": Part([(scoring, "ALL_WORDS", 1.0)]),
    "completeness": Part([(scoring, "COMPLETE", 0.0)]),
    "headings and title": Part([(scoring, "FIELDS", {"text": scoring.FIELDS["text"]})]),
    "vocabulary": Part(has_vocabulary=False),
}
"""By name."""


@contextmanager
def without(part: Part) -> Iterator[None]:
    """Switch the part off as long as the block lasts; for indexes that are built or opened within."""
    with ExitStack() as stack:
        for owner, name, value in part.values:
            stack.enter_context(patch.object(owner, name, value))
        yield


def each(collection: Collection, names: Vocabulary) -> Iterator[tuple[str, Ask]]:
    """Yield the knowledge base with all its parts, then without each of them; to be asked before the next is taken."""
    with tempfile.TemporaryDirectory(prefix="kb-ablation-") as folder:
        rankers.build_knowledge_base(Path(folder) / FULL, collection.documents())
        for number, (name, part) in enumerate([(FULL, Part()), *PARTS.items()]):
            index = Path(folder) / (str(number) if part.is_in_index else FULL)
            with without(part):
                if part.is_in_index:
                    rankers.build_knowledge_base(index, collection.documents())
                yield name, rankers.open_knowledge_base(index, names if part.has_vocabulary else None)
