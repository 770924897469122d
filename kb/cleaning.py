"""Repair extracted text: odd characters, hyphenated line ends, running heads, sentence numbers.

Works on the pages of one guide together, because a running head is only known by its repetition. Lines stay lines: what is
joined at a line end is the hyphenated word alone. The rules and their effect were measured on 28 instructions and 14 made
files. Pure: no files.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from kb.model import Heading, Page

VERSION = "3"  # part of every extractor's version: another output makes guides be read again

EDGE_LINES = 3  # depth 4 also removes repeated footnotes: recall .993 -> .976
HEAD_SHARE = 0.4  # of the pages that must carry a line for it to be a running head
HEAD_PAGES = 3

_REPLACED = {
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
    **dict.fromkeys("\u2010\u2011", "-"),
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
    **dict.fromkeys("\uf0a7\uf0b7\uf0d8\uf0fc\uf06e\uf076", "•"),  # bullets of Symbol and Wingdings
    **dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
}  # no NFKC: it would make "m²" to "m2" and "½" to "1⁄2"
_UMLAUTS = dict(zip("aouAOU", "äöüÄÖÜ", strict=True))
_TEX_UMLAUT = re.compile("\u00a8([aouAOU])")  # OT1 fonts set the dots before the letter
_LINE_END_HYPHENS = frozenset("\ufffe\x02\u00ad")  # pdfium gives U+FFFE for a hyphen together with the line end
_SOFT_LINE_END = re.compile("\u00ad *\n")
_INVISIBLE = "\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
_ODD = re.compile(f"[{''.join(_REPLACED)}{_INVISIBLE}]")

_HYPHENATED = re.compile(r"-\n(?<=[^\W\d_]-\n)([^\W\d_]+)(\S*)( ?)")  # begins with what a search can jump to
_LAST_WORD = re.compile(r"(\S*?)([^\W\d_]+)$")
_REACH = 60  # characters before a hyphen or mark that are looked at: keeps the rules linear on hostile text
_ADDRESS = re.compile(r"://|www\.|@")
_HYPHEN_WITHIN = re.compile(r"-(?<=[^\W\d_]-)[a-zäöüß]+")
_SUSPENDED = frozenset({"und", "oder", "bzw", "beziehungsweise", "sowie", "bis"})  # not "zu": "Hier-zu" is one word

_DIGITS = re.compile(r"\d+")
_MARGIN_NUMBER = re.compile(
    r"\((?:R[zn]\.? )?[\w.]*\d\)|\d+(?:\.\d+)+(?: \(\d+\))?|R[NZnz]\.? \d+(?:\.\d+)*"
)  # (11.64), 44.05 (1)
_PAGE_NUMBER = re.compile(r"(?:Seite|S\.|Blatt) ?\d+(?: ?(?:von|/) ?\d+)?|[-–] ?\d+ ?[-–]|\d+ ?(?:/|von) ?\d+", re.IGNORECASE)
_BULLETS = frozenset("•▪◦·")
_LETTER_BULLET = re.compile(r"(?m)^o (?=[A-ZÄÖÜ])")  # Word's bullet of the second level is an "o" of Courier
_LONE_BULLETS = re.compile(r"(?m)^[ \t•▪◦·]+\n?$\n?")  # some producers draw all bullets of a page after its text
# Begins with a digit, which a search can jump to; at the start of a line or behind the end of a sentence
_SENTENCE_NUMBER = re.compile(
    r"([0-9](?:(?<![\s\S]\d)|(?<=\n\d)|(?<=[.:;?!)“\"] \d))(?:\d?|\d*(?:\.\d+)+))(?=[A-ZÄÖÜ][a-zäöüß])"
)
_UNITS = frozenset({"m", "cm", "km", "qm"})
_POWERS = {"2": "²", "3": "³"}


def clean(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Return the pages with repaired texts and heading titles; their number and order stay.

    Running heads and page numbers are removed from pages that have a number only. Headings without a title are dropped.
    """
    texts = [characters(page.text) for page in pages]
    numbered = [i for i, page in enumerate(pages) if page.number is not None]
    for i, text in zip(numbered, _without_running_heads([texts[i] for i in numbered]), strict=True):
        texts[i] = text
    compounds = frozenset(compound for text in texts for compound in _compounds(text))
    cleaned = []
    for page, raw in zip(pages, texts, strict=True):
        text = _LETTER_BULLET.sub("• ", raw)
        whole = dehyphenate(_LONE_BULLETS.sub("", text) if any(map(text.__contains__, _BULLETS)) else text, compounds)
        whole = _SENTENCE_NUMBER.sub(r"\1 ", whole).strip("\n")
        cleaned.append(replace(page, text=whole, headings=_headings(page.headings)))
    return tuple(cleaned)


def edges(pages: Sequence[Page]) -> tuple[str, ...]:
    """Return the lines at the edges of all numbered pages, in reading order and with repetition, before running heads go.

    Where "Stand" and "gültig ab" are found: the most frequent date is the guide's own.
    """
    lines = []
    for page in pages:
        if page.number is not None:
            own = characters(page.text).split("\n")
            lines += [own[i] for i in _edge(own, 2 * EDGE_LINES, EDGE_LINES)]
    return tuple(lines)


@lru_cache(maxsize=1024)  # a guide's pages are cleaned, and then asked for their edges
def characters(text: str) -> str:
    """Return `text` in NFC with plain blanks, hyphens and line feeds, without ligatures and invisible characters."""
    text = text.replace("\r\n", "\n")
    if any(map(text.__contains__, _LINE_END_HYPHENS)):
        for hyphen in "\ufffe\x02":
            text = text.replace(f"{hyphen}\n", hyphen).replace(hyphen, "-\n")
        text = _SOFT_LINE_END.sub("-\n", text)
    if "\u00a8" in text:
        text = _TEX_UMLAUT.sub(lambda match: _UMLAUTS[match[1]], text)
    text = _ODD.sub(lambda match: _REPLACED.get(match[0], ""), text)
    text = unicodedata.normalize("NFC", text)
    text = _shortened(text, "  ", " ").replace(" \n", "\n").replace("\n ", "\n")
    return _shortened(text, "\n\n\n", "\n\n").strip(" ")


def _shortened(text: str, run: str, shorter: str) -> str:
    """Return `text` with longer and longer runs replaced until there is none."""
    while run in text:
        text = text.replace(run, shorter)
    return text


def dehyphenate(text: str, compounds: Container[str] = frozenset()) -> str:
    """Return `text` with words joined that a hyphen at a line end divides; the line ends after the joined word.

    `compounds` are words that the guide writes with a hyphen within a line ("öffentlich-rechtlich"): they keep it.
    """

    def join(match: re.Match[str]) -> str:
        after, rest, blank = match.groups()
        near = match.string[max(0, match.start() - _REACH) : match.start()].rsplit(None, 1)
        last = _LAST_WORD.match(near[-1])
        if last is None or after in _SUSPENDED:
            return match[0]
        lead, before = last.groups()
        keeps = (
            after[0].isupper() or before[-1].isupper() or _ADDRESS.search(lead) is not None or f"{before}-{after}" in compounds
        )
        end = "\n" if blank else ""
        return f"{'-' if keeps else ''}{after}{rest}{end}"

    for _ in range(3 if "-\n" in text else 0):  # a word over three lines
        text, n_joined = _HYPHENATED.subn(join, text)
        if not n_joined:
            break
    return text


def _compounds(text: str) -> Iterator[str]:
    """Yield the words that are written with a hyphen within a line."""
    for match in _HYPHEN_WITHIN.finditer(text):
        start = match.start()
        while start > max(0, match.start() - _REACH) and text[start - 1].isalpha():
            start -= 1
        yield text[start : match.end()]


def raised(before: str, mark: str) -> str:
    """Return how a raised number is written behind `before`: "m²", nothing for a footnote's; at a start of its own, as it is.

    Extractors call this where the type says so: in plain text a footnote's mark looks like a number of the sentence.
    """
    word = _LAST_WORD.search(before[-_REACH:])
    if word and word[2] in _UNITS and mark in _POWERS:
        return _POWERS[mark]
    return mark if not before or before[-1].isspace() else ""


def _headings(headings: Iterable[Heading]) -> tuple[Heading, ...]:
    cleaned = (replace(heading, title=" ".join(dehyphenate(characters(heading.title)).split())) for heading in headings)
    return tuple(heading for heading in cleaned if heading.title)


@lru_cache(maxsize=1024)  # each line at an edge is asked for several times
def _key(line: str) -> str:
    return _DIGITS.sub("#", line)


def _without_running_heads(texts: Sequence[str]) -> list[str]:
    """Return the texts of numbered pages without the lines that stand at the edge of many of them, and without page numbers.

    pdfium often gives head and foot together before the text, so that further heads come to the top once the first are gone.
    """
    pages = [text.split("\n") for text in texts]
    for depth_below in (EDGE_LINES, 0, 0):
        edges_of = [_edge(lines, EDGE_LINES, depth_below) for lines in pages]
        counts = Counter(key for lines, at in zip(pages, edges_of, strict=True) for key in {_key(lines[i]) for i in at})
        heads = {key for key, n in counts.items() if n >= max(HEAD_PAGES, HEAD_SHARE * len(pages))}
        gone = [{i for i in at if _is_running(lines[i], heads)} for lines, at in zip(pages, edges_of, strict=True)]
        if not any(gone):
            break
        pages = [[line for i, line in enumerate(lines) if i not in at] for lines, at in zip(pages, gone, strict=True)]
    return ["\n".join(_without_number(lines, len(pages))) for lines in pages]


def _edge(lines: Sequence[str], above: int, below: int) -> list[int]:
    """Return the indexes of the first `above` and the last `below` lines that are not empty."""
    first = islice((i for i, line in enumerate(lines) if line), above)
    last = islice((i for i in range(len(lines) - 1, -1, -1) if lines[i]), below)
    return sorted({*first, *last})


def _is_running(line: str, heads: Container[str]) -> bool:
    if _MARGIN_NUMBER.fullmatch(line):
        return False
    return _key(line) in heads or _PAGE_NUMBER.fullmatch(line) is not None


def _without_number(lines: list[str], n_pages: int) -> list[str]:
    """Return the lines without a first or last one that can only be a page number; counts that begin anew are usual."""
    numbers = {i for i in _edge(lines, 1, 1) if lines[i].isdecimal() and len(lines[i]) < 5 and int(lines[i]) <= n_pages}
    return [line for i, line in enumerate(lines) if i not in numbers]
