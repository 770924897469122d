"""Passage + query -> snippet: the stretch that shows most of what was asked, with the matched words marked. Pure."""

import re
from bisect import bisect_left

from kb import analysis
from kb.model import Occur, Query, Snippet

MAX_CHARS = 240
_LOOK_BACK = 90  # characters before the first marked word in which the start of its sentence is looked for
_SENTENCE_START = re.compile(r"(?:(?<=[.!?:;])|(?<=\n))\s*(?=[\w„(§•–-])")
_BREAK = re.compile(r"\s+")


def cut(text: str, query: Query, *, max_chars: int = MAX_CHARS) -> Snippet:
    """Return at most about `max_chars` of a passage's `text` that show most of the query's words, different ones first.

    Starts at a sentence where one begins nearby, else at a word; line breaks become blanks. Spans are offsets into
    `Snippet.text`, ascending, disjoint. Without a match: the passage's start, no spans.
    """
    text = _BREAK.sub(" ", _line_breaks_end_items(text)).strip()
    marks = _marks(text, query)
    start = _start(text, marks, max_chars)
    end = _end(text, start, max_chars)
    spans = tuple((s - start, e - start) for s, e, _ in marks if start <= s and e <= end)
    return Snippet(text=text[start:end], spans=spans, is_cut_before=start > 0, is_cut_after=end < len(text))


def _line_breaks_end_items(text: str) -> str:
    """Keep list items and table rows apart once their line breaks are gone."""
    return re.sub(r"\n(?=[•▪–-] )", " ", text)


def _marks(text: str, query: Query) -> list[tuple[int, int, str]]:
    """Return (start, end, term) of every word of `text` that the query asks for."""
    wanted = [clause for clause in query.clauses if clause.occur is not Occur.MUST_NOT]
    stems = {term for clause in wanted if not clause.is_prefix for term in clause.terms}
    stems -= {analysis.stem(word) for word in analysis.STOP_WORDS} if len(stems) > 1 else set()
    prefixes = tuple(clause.terms[0] for clause in wanted if clause.is_prefix)
    found = []
    for word, start, end in analysis.tokens(text):
        if (term := analysis.stem(word)) in stems:
            found.append((start, end, term))
        elif prefixes and word.startswith(prefixes):
            found.append((start, end, next(p for p in prefixes if word.startswith(p))))
    return found


def _start(text: str, marks: list[tuple[int, int, str]], max_chars: int) -> int:
    """Return where to begin so that the following `max_chars` show most different terms, then most marks."""
    if not marks or len(text) <= max_chars:
        return 0
    starts = [s for s, _, _ in marks]
    best, best_value = 0, (-1, -1)
    for i, (s, _, _) in enumerate(marks):
        shown = marks[i : bisect_left(starts, s + max_chars - _LOOK_BACK)]
        value = (len({term for _, _, term in shown}), len(shown))
        if value > best_value:
            best, best_value = s, value
    return _sentence_start(text, best)


def _sentence_start(text: str, position: int) -> int:
    low = max(0, position - _LOOK_BACK)
    if low == 0:
        return 0
    sentences = [m.end() for m in _SENTENCE_START.finditer(text, low, position + 1)]
    if sentences:
        return sentences[-1] if position - sentences[-1] > 20 or len(sentences) == 1 else sentences[-2]
    blank = text.find(" ", max(low, position - 50))
    return blank + 1 if 0 <= blank < position else position


def _end(text: str, start: int, max_chars: int) -> int:
    """Return the end of the last sentence that fits, if that shows at least two thirds, else of the last word."""
    limit = start + max_chars
    if limit >= len(text):
        return len(text)
    stop = max((m.start() for m in _SENTENCE_START.finditer(text, start, limit) if m.start() > start), default=0)
    if stop >= start + 2 * max_chars // 3:
        return stop
    blank = text.rfind(" ", start, limit + 1)
    return blank if blank > start else limit
