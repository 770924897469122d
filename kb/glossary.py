"""The vocabulary as something to read: looked up by words, in German order, as lines for a terminal or as JSON. Pure."""

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from kb import analysis, everyday, messages
from kb.vocabulary import Entry, Vocabulary

_LABEL_WIDTH = max(map(len, messages.ENTRY_FIELDS.values())) + 2


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries from A to Z by their terms: small letters as capitals, ä as a (DIN 5007, first variant).

    Those that begin with no letter come first.
    """
    return sorted(entries, key=lambda entry: (letter(entry) != messages.OTHER_LETTERS, _plain(entry.term), entry.term))


def letter(entry: Entry) -> str:
    """Return the letter under which an entry stands; `messages.OTHER_LETTERS` for a term that begins with none of A to Z."""
    first = _plain(entry.term)[:1].upper()
    return first if "A" <= first <= "Z" else messages.OTHER_LETTERS


def look_up(vocabulary: Vocabulary, words: Sequence[str]) -> list[Entry]:
    """Return the entries that the words mean, then those with a name that begins with them, then with one that holds them all.

    Within each of the three from A to Z. After the first of them come the everyday words that the words are. Without words, all
    entries, but for these.
    """
    text = " ".join(words)
    plain = _plain(text)
    typed = analysis.apart(text)[0]
    meant = {id_ for match in vocabulary.matches(typed) for id_ in match.entries}
    begin, hold = set(), set()
    for name, entry in vocabulary.names():
        if _plain(name).startswith(plain):
            begin.add(entry.id)
        elif all(word in _plain(name) for word in plain.split()):
            hold.add(entry.id)
    first, *others = (ordered(vocabulary.entries[id_] for id_ in ids) for ids in (meant, begin - meant, hold - begin - meant))
    spoken = (_as_entry(one.word, vocabulary.everyday.words[one.word]) for one in vocabulary.everyday.matches(typed))
    return [*first, *spoken, *chain.from_iterable(others)]


def _as_entry(word: str, says: Iterable[str]) -> Entry:
    return Entry(id=everyday.MARK + analysis.fold(word), term=word, stands_for=tuple(says))


def fields(entry: Entry) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (field, its title, values) of what there is to say about the term, in the order in which it is said."""
    named = [(field, title, getattr(entry, field)) for field, title in messages.ENTRY_FIELDS.items()]
    unbroken = tuple(map(messages.unbroken, entry.norms))
    return [(field, title, unbroken if field == "norms" else values) for field, title, values in named if values]


def remarks(entry: Entry) -> list[str]:
    """Return what stands behind the term: since and until when it has been in use, whether it is to be checked."""
    return [text for text in (messages.in_use(entry.since, entry.until), messages.UNCHECKED * entry.is_unchecked) if text]


def lines(entry: Entry, width: int) -> Iterator[str]:
    """Yield an entry as lines of at most `width` characters, if its words allow it."""
    behind = f" ({', '.join(remarks(entry))})" if remarks(entry) else ""
    yield entry.term + behind
    for _, title, values in fields(entry):
        yield from textwrap.wrap(
            ", ".join(values),
            max(width, 2 * _LABEL_WIDTH),
            initial_indent=f"  {title:<{_LABEL_WIDTH}}",
            subsequent_indent=" " * (_LABEL_WIDTH + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )


def to_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as an object of JSON types; days as "2026-07-01", or null."""
    return {
        "id": entry.id,
        "term": entry.term,
        **{field: list(getattr(entry, field)) for field in (*messages.ENTRY_FIELDS, "cased")},
        "since": entry.since.isoformat() if entry.since else None,
        "until": entry.until.isoformat() if entry.until else None,
        "topic": entry.topic,
        "unchecked": entry.is_unchecked,
        "note": entry.note,
    }


@lru_cache(maxsize=1 << 14)
def _plain(text: str) -> str:
    """Return folded text with umlauts as the letters that they are sorted as."""
    return "".join(c for c in unicodedata.normalize("NFKD", analysis.fold(text)) if not unicodedata.combining(c))
