"""Passage + query -> snippet: the stretch that shows most of what was asked, with the matched words marked. Pure.

Whole sentences read best, so a snippet begins and ends with one where that costs little; else at a word.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb import analysis
from kb.model import Occur, Query, Snippet

MAX_CHARS = 240
_LEAD_CHARS = 60  # shown before the first mark where no sentence begins nearby

_ITEM = " · "  # stands for what only the layout kept apart
_ITEM_BREAK = re.compile(r"\s*\n\s*[•▪◦·–-]\s+|(?<![.!?:;,])\s*\n\s*\n\s*")
_LEADERS = re.compile(r"\.{4,}|(?: \.){4,}|…{2,}")  # in a table of contents: "Umzug ........ 12"
_BLANKS = re.compile(r"\s+")
_BEFORE_ITEM = re.compile(r" (?=· )")
_NO_START, _NO_END = " ,;.:!?)·–-", " ,;:(„·–-"


class _Mark(NamedTuple):
    start: int
    end: int
    terms: tuple[str, ...]


def cut(text: str, query: Query, *, max_chars: int = MAX_CHARS) -> Snippet:
    """Return at most `max_chars` of a passage's `text` that show most of the query's words and phrases, different ones first.

    Line breaks become blanks, list items are kept apart by " · ". Spans are offsets into `Snippet.text`, ascending and
    disjoint; a phrase is one span. Without a match: the passage's start, no spans.
    """
    text = _flowing(text)
    marks = list(_marks(text, query))
    first, last = _densest(marks, max_chars)
    bounds = sorted({0, *analysis.sentence_ends(text), *(match.end() for match in _BEFORE_ITEM.finditer(text))})
    start = _start(text, bounds, first, last, max_chars)
    end = _end(text, bounds, start, last, max_chars)
    spans = tuple((mark.start - start, min(mark.end, end) - start) for mark in marks if start <= mark.start < end)
    return Snippet(text=text[start:end], spans=spans, is_cut_before=start > 0, is_cut_after=end < len(text))


def _flowing(text: str) -> str:
    """Return the text on one line."""
    flowing = _BLANKS.sub(" ", _LEADERS.sub(" ", _ITEM_BREAK.sub(_ITEM, "\n" + text)))
    return flowing.replace(":" + _ITEM, ": ").strip(_ITEM)


def _marks(text: str, query: Query) -> Iterator[_Mark]:
    """Yield where the text has what the query asks for, ascending and disjoint; of several from one word on, the longest."""
    starting: dict[str, list[tuple[str, ...]]] = defaultdict(list)  # terms by the first of them
    prefixes = []
    for clause in query.clauses:
        if clause.occur is Occur.MUST_NOT:
            continue
        if clause.is_prefix:
            prefixes.append(clause.terms)
        else:
            starting[clause.terms[0]].append(clause.terms)
    tokens = list(analysis.tokens(text))
    stems = [analysis.stem(token.word) for token in tokens]
    at = 0
    while at < len(tokens):
        found = [terms for terms in starting.get(stems[at], ()) if terms == tuple(stems[at : at + len(terms)])]
        found += [terms for terms in prefixes if tokens[at].word.startswith(terms[0])]
        if found:
            terms = max(found, key=len)
            yield _Mark(tokens[at].start, tokens[at + len(terms) - 1].end, terms)
            at += len(terms)
        else:
            at += 1


def _densest(marks: Sequence[_Mark], max_chars: int) -> tuple[int, int]:
    """Return (start, end) of the stretch that shows most different words and phrases, then most marks; (0, 0) without marks."""
    best, most = (0, 0), (0, 0)
    for i, mark in enumerate(marks):
        shown = [other for other in marks[i:] if other.end <= mark.start + max_chars - _LEAD_CHARS] or [mark]
        value = len({other.terms for other in shown}), len(shown)
        if value > most:
            best, most = (mark.start, shown[-1].end), value
    return best


def _start(text: str, bounds: Sequence[int], first: int, last: int, max_chars: int) -> int:
    """Return the start of the sentence that `first` stands in, or of an earlier one if the text ends soon; else of a word."""
    if len(text) <= max_chars:
        return 0
    earliest = max(0, last - max_chars)
    if first <= _LEAD_CHARS and not earliest:
        return 0
    fitting = [bound for bound in bounds if earliest <= bound <= first and first - bound <= 2 * max_chars // 3]
    filling = [bound for bound in fitting if bound >= len(text) - max_chars]
    if fitting:
        start = (filling or fitting[-1:])[0]
    else:
        blank = text.find(" ", max(earliest, first - _LEAD_CHARS), first)
        start = blank + 1 if blank >= 0 else first
    return start + len(text[start:first]) - len(text[start:first].lstrip(_NO_START))


def _end(text: str, bounds: Sequence[int], start: int, last: int, max_chars: int) -> int:
    """Return the end of the last sentence that fits, if that shows at least two thirds and `last`; else of a word."""
    limit = start + max_chars
    if limit >= len(text):
        return len(text)
    shown = max(last, start + 2 * max_chars // 3)
    fitting = [bound for bound in bounds if shown <= bound <= limit + 1 and not text[:bound].endswith(": ")]
    if fitting:
        return start + len(text[start : fitting[-1]].rstrip(_ITEM))
    blank = text.rfind(" ", start, limit + 1)
    end = start + len(text[start:blank].rstrip(_NO_END)) if blank > start else limit
    return max(end, last) if last <= limit else end
