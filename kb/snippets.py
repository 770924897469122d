"""What is shown of a passage: the stretch that tells most about what was asked, with the matched words marked. Pure.

A stretch tells as much as the best mark of each clause weighs there. Whole sentences read best, so a snippet begins and ends
with one where that costs little; else at a word. Texts are laid out once, when they are indexed (`flowing`); cutting looks at
marks and at where sentences begin, never at words.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kb import analysis
from kb.model import Snippet

MAX_CHARS = 240
_LEAD_CHARS = 60  # shown before a mark where its sentence is too long
_NOTHING = 1e-9  # sums of the same numbers differ by less
_MIDWAY = 0.8  # of what a stretch tells that begins within a sentence

_ITEM = " · "  # stands for what only the layout kept apart
_ITEM_BREAK = re.compile(
    r"\n(?:\s*[•▪◦·–-]\s+|(?<![.!?:;,]\n)\s*\n\s*"
    # what follows a sentence and is none: a cell, a note in the margin, a heading that was not told from the text
    r"|(?<=[.!?]\n)\s*\n\s*(?=[^\n]{1,60}(?:\n[^\n]{1,60})?(?<![.!?:;,])(?:\n\s*\n|\Z)))"
)
_LEADERS = re.compile(r"\.{4,}|(?: \.){4,}|…{2,}")  # in a table of contents: "Umzug ........ 12"
_HAS_LEADERS = ("....", " . . . .", "……")
_PART_ENDS = (", ", "; ", " | ", " – ")
_NO_START, _NO_END = " ,;.:!?)·–-", " ,;:(„·–-"


class Mark(NamedTuple):
    """Where a text has what a clause of the query asks for: `text[start:end]`, whole words."""

    start: int
    end: int
    clause: int  # its place in `Query.clauses`
    weight: float = 1.0  # how much it tells; above 0


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


def cut(text: str, sentences: Sequence[int], marks: Iterable[Mark], *, max_chars: int = MAX_CHARS) -> Snippet:
    """Return at most `max_chars` of a text, those that tell most about what was asked; the first of several.

    `text` and `sentences` as `flowing` gives them, `marks` in any order. Spans are offsets into `Snippet.text`, ascending and
    disjoint. Without marks: the text's start, no spans.
    """
    ordered = sorted(marks)
    start, last = _best(text, sentences, ordered, max_chars)
    end = _end(text, sentences, start, last, max_chars)
    shown = disjoint(mark for mark in ordered if start <= mark.start < end)
    spans = tuple((mark.start - start, min(mark.end, end) - start) for mark in shown)
    is_cut_before = start > 0 or _is_rest(text)
    return Snippet(text=text[start:end], spans=spans, is_cut_before=is_cut_before, is_cut_after=end < len(text))


def _start_and_longest(mark: Mark) -> tuple[int, int]:
    return mark.start, -mark.end


def _is_rest(text: str) -> bool:
    """Say whether a text goes on with a sentence that began on the page before."""
    return text[:1].islower()


def _best(text: str, sentences: Sequence[int], marks: Sequence[Mark], max_chars: int) -> tuple[int, int]:
    """Return where the best stretch begins, and the end of the last mark that it is chosen for."""
    if len(text) <= max_chars:
        return 0, 0
    bounds = (0, *sentences)
    best, most, last = 0, -1.0, 0
    begins = [mark.start for mark in marks]
    everything = _told(marks, len(text))[0]
    for starts, factor in ((_sentences, 1.0), (_parts, _MIDWAY)):
        if everything * factor <= most + _NOTHING:
            break
        for start in starts(text, bounds, marks, max_chars):
            told, end = _told(marks[bisect_left(begins, start) : bisect_left(begins, start + max_chars)], start + max_chars)
            if told * factor > most:
                best, most, last = start, told * factor, end
            if most > everything * factor - _NOTHING:
                break
    if not _is_rest(text):
        best = 0 if best <= _LEAD_CHARS and last <= max_chars else best
    elif not marks and sentences and sentences[0] <= max_chars // 2:
        best = sentences[0]
    if len(text) - best < max_chars // 2:  # sentences before fill the snippet
        best = min(best, next((bound for bound in bounds if bound >= len(text) - max_chars), best))
    return best + len(text[best:]) - len(text[best:].lstrip(_NO_START)), last


def _sentences(text: str, bounds: Sequence[int], marks: Sequence[Mark], max_chars: int) -> Iterator[int]:
    """Yield where sentences begin that have a mark."""
    seen = -1
    for mark in marks:
        sentence = bounds[bisect_right(bounds, mark.start) - 1]
        if sentence != seen and mark.end <= sentence + max_chars and (sentence > 0 or not _is_rest(text)):
            seen = sentence
            yield sentence


def _parts(text: str, bounds: Sequence[int], marks: Sequence[Mark], max_chars: int) -> Iterator[int]:
    """Yield, for marks late in a sentence, where a part of it begins, or a word; and where the rest of a sentence begins."""
    seen = -1
    for mark in marks:
        sentence = bounds[bisect_right(bounds, mark.start) - 1]
        if mark.end <= sentence + max_chars // 2:
            start = 0 if sentence == 0 and _is_rest(text) else seen
        else:
            earliest = max(sentence, mark.start - _LEAD_CHARS)
            part = max([text.rfind(sign, earliest, mark.start) + len(sign) for sign in _PART_ENDS])
            blank = text.find(" ", earliest, mark.start)
            start = part if part > earliest else blank + 1 if blank >= 0 else mark.start
        if start != seen:
            seen = start
            yield start


def _told(marks: Sequence[Mark], end: int) -> tuple[float, int]:
    """Return the sum over clauses of the weights of their best marks that stop by `end`, and where the last of these stops."""
    best: dict[int, tuple[float, int]] = {}  # per clause: weight, end
    for _, mark_end, clause, weight in marks:
        if mark_end <= end and (clause not in best or weight > best[clause][0]):
            best[clause] = weight, mark_end
    if not best:
        return 0, 0
    weights, ends = zip(*best.values(), strict=True)
    return sum(weights), max(ends)


def _end(text: str, sentences: Sequence[int], start: int, last: int, max_chars: int) -> int:
    """Return the end of the last sentence that fits, if that shows at least half and `last`; else of a part, else of a word."""
    limit = start + max_chars
    if limit >= len(text):
        return len(text)
    fitting = sentences[bisect_left(sentences, max(last, start + max_chars // 2)) : bisect_right(sentences, limit + 1)]
    ends = [bound for bound in fitting if text[bound - 2 : bound] != ": "]
    if ends:
        return start + len(text[start : ends[-1]].rstrip(_ITEM))
    part = max(text.rfind(sign, max(last, start + 3 * max_chars // 4), limit) for sign in _PART_ENDS)
    if part >= 0:
        return start + len(text[start:part].rstrip(_NO_END))
    blank = text.rfind(" ", start, limit + 1)
    end = start + len(text[start:blank].rstrip(_NO_END)) if blank > start else limit
    return max(end, last) if last <= limit else end
