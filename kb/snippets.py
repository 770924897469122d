"""What is shown of a passage: the stretch that has most of what was asked, with the matched words marked. Pure.

Whole sentences read best, so a snippet begins and ends with one where that costs little; else at a word. Texts are laid out
once, when they are indexed (`flowing`); cutting looks at marks and at where sentences begin, never at words.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kb import analysis
from kb.model import Snippet

MAX_CHARS = 240
_LEAD_CHARS = 60  # shown before the first mark where no sentence begins nearby

_ITEM = " · "  # stands for what only the layout kept apart
_ITEM_BREAK = re.compile(r"\n\s*[•▪◦·–-]\s+|(?<![.!?:;,])\n\s*\n\s*")
_LEADERS = re.compile(r"\.{4,}|(?: \.){4,}|…{2,}")  # in a table of contents: "Umzug ........ 12"
_HAS_LEADERS = ("....", " . . . .", "……")
_NO_START, _NO_END = " ,;.:!?)·–-", " ,;:(„·–-"


class Mark(NamedTuple):
    """Where a text has what a clause of the query asks for: `text[start:end]`, whole words."""

    start: int
    end: int
    clause: int  # its place in `Query.clauses`


def flowing(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text on one line, list items kept apart by " · ", and where sentences and items begin, without the first."""
    if "\n" in text:
        text = _ITEM_BREAK.sub(_ITEM, "\n" + text)
    if any(leaders in text for leaders in _HAS_LEADERS):
        text = _LEADERS.sub(" ", text)
    text = " ".join(text.split()).replace(":" + _ITEM, ": ").strip(_ITEM)
    starts = set(analysis.sentence_ends(text))
    at = text.find(_ITEM)
    while at >= 0:
        starts.add(at + 1)
        at = text.find(_ITEM, at + 1)
    return text, tuple(sorted(starts))


def disjoint(marks: Iterable[Mark]) -> Sequence[Mark]:
    """Return the marks ascending, without those that an earlier one covers; of several from one word on, the longest."""
    chosen: list[Mark] = []
    end = 0
    for mark in sorted(marks, key=_start_and_longest):
        if mark.start >= end:
            chosen.append(mark)
            end = mark.end
    return chosen


def cut(text: str, sentences: Sequence[int], marks: Sequence[Mark], *, max_chars: int = MAX_CHARS) -> Snippet:
    """Return at most `max_chars` of a text that show the marks of most clauses, then most marks.

    `text` and `sentences` as `flowing` gives them, `marks` ascending and disjoint. Spans are offsets into `Snippet.text`,
    ascending and disjoint. Without marks: the text's start, no spans.
    """
    first, last = _densest(marks, max_chars)
    start = _start(text, sentences, first, last, max_chars)
    end = _end(text, sentences, start, last, max_chars)
    spans = tuple((mark.start - start, min(mark.end, end) - start) for mark in marks if start <= mark.start < end)
    return Snippet(text=text[start:end], spans=spans, is_cut_before=start > 0, is_cut_after=end < len(text))


def _start_and_longest(mark: Mark) -> tuple[int, int]:
    return mark.start, -mark.end


def _densest(marks: Sequence[Mark], max_chars: int) -> tuple[int, int]:
    """Return (start, end) of the stretch with marks of most clauses, then with most marks; (0, 0) without marks."""
    best, most = (0, 0), (0, 0)
    shown = [0] * (1 + max((mark.clause for mark in marks), default=0))  # marks per clause from `at` to before `after`
    n_clauses = after = 0
    for at, (start, _, clause) in enumerate(marks):
        while after < len(marks) and (after == at or marks[after].end <= start + max_chars - _LEAD_CHARS):
            n_clauses += not shown[marks[after].clause]
            shown[marks[after].clause] += 1
            after += 1
        if (n_clauses, after - at) > most:
            best, most = (start, marks[after - 1].end), (n_clauses, after - at)
        shown[clause] -= 1
        n_clauses -= not shown[clause]
    return best


def _start(text: str, sentences: Sequence[int], first: int, last: int, max_chars: int) -> int:
    """Return the start of the sentence that `first` stands in, or of an earlier one if the text ends soon; else of a word."""
    if len(text) <= max_chars:
        return 0
    earliest = max(0, last - max_chars)
    if first <= _LEAD_CHARS and not earliest:
        return 0
    fitting = sentences[bisect_left(sentences, max(earliest, first - 2 * max_chars // 3)) : bisect_right(sentences, first)]
    if not earliest and first <= 2 * max_chars // 3:
        fitting = (0, *fitting)
    if fitting:
        filling = bisect_left(fitting, len(text) - max_chars)
        start = fitting[filling] if filling < len(fitting) else fitting[-1]
    else:
        blank = text.find(" ", max(earliest, first - _LEAD_CHARS), first)
        start = blank + 1 if blank >= 0 else first
    return start + len(text[start:first]) - len(text[start:first].lstrip(_NO_START))


def _end(text: str, sentences: Sequence[int], start: int, last: int, max_chars: int) -> int:
    """Return the end of the last sentence that fits, if that shows at least two thirds and `last`; else of a word."""
    limit = start + max_chars
    if limit >= len(text):
        return len(text)
    shown = max(last, start + 2 * max_chars // 3)
    fitting = sentences[bisect_left(sentences, shown) : bisect_right(sentences, limit + 1)]
    ends = [bound for bound in fitting if text[bound - 2 : bound] != ": "]
    if ends:
        return start + len(text[start : ends[-1]].rstrip(_ITEM))
    blank = text.rfind(" ", start, limit + 1)
    end = start + len(text[start:blank].rstrip(_NO_END)) if blank > start else limit
    return max(end, last) if last <= limit else end
