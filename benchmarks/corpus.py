"""Real text -> guides with passages: a folder of .md and .txt files, each file one guide.

A passage has 1,500 to 2,500 characters and carries the heading of the section in which it begins. Topic, kind and partners
are made up from the title and the path, so that there is something to filter and to count. Everything is decided by the text
and the seed: the same folder gives the same guides everywhere.
"""

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from kb import analysis, passages
from kb.model import Guide, Passage

MIN_CHARS, TARGET_CHARS, MAX_CHARS = 1_500, 1_950, 2_500

Item = tuple[Guide, Sequence[Passage]]
Piece = tuple[str, str]
"""A heading and the text below it, or a part of that."""

OTHER_TOPIC = "sonstiges"
TOPICS = {
    "steuern": ("steuer", "abgabe", "zoll"),
    "soziales": ("sozial", "rente", "krankenversicherung", "unfallversicherung", "pflege", "hilfe", "entschädigung"),
    "ausbildung": ("ausbildung", "prüfung", "meister", "fortbildung", "hochschul", "bildung"),
    "arbeit": ("arbeit", "beschäftig", "mindestlohn", "tarif", "beruf"),
    "verkehr": ("verkehr", "straße", "bahn", "luft", "schiff", "kraftfahr", "see"),
    "umwelt": ("umwelt", "immission", "wasser", "abfall", "natur", "boden", "klima"),
    "landwirtschaft": ("landwirt", "tier", "fisch", "wein", "saat", "pflanz", "forst", "agrar"),
    "gesundheit": ("arznei", "gesundheit", "medizin", "apothek", "lebensmittel", "ärzt", "arzt"),
    "energie": ("energie", "strom", "atom", "berg", "gas"),
    "finanzen": ("bank", "kredit", "wertpapier", "finanz", "währung", "münze", "versicherung", "haushalt"),
    "verwaltung": ("verwaltung", "beamt", "besoldung", "laufbahn", "bundesamt", "zuständig", "übertragung"),
    "justiz": ("gericht", "straf", "zivil", "prozess", "notar", "anwalt", "anwält", "justiz"),
    "wirtschaft": ("gewerbe", "handel", "gesellschaft", "wettbewerb", "patent", "marke", "wirtschaft"),
    "verteidigung": ("soldat", "wehr", "verteidigung", "streitkräfte"),
    "bau": ("bau", "wohn", "miet", "raum", "grund"),
}
"""Topics by words of which one stands in the title; the first that fits counts."""

KINDS = ("leitfaden", "arbeitshilfe", "weisung", "praxisbeispiel", "dokumentation", "vorlage")
PARTNERS = tuple(f"partner-{number:02}" for number in range(10))

_TITLE = re.compile(r"^(?:Title: *(?P<name>.+(?:\n  .+)*)|# +(?P<heading>.+))$", re.M)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.M)
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_MARKUP = re.compile(r"\\(?=\W)|\*\*|^[*>|]+ *", re.M)


def read(folder: Path, *, seed: int) -> Iterator[Item]:
    """Yield the guides of a folder and those below it in shuffled order; files too short for one passage are left out."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".txt") and path.is_file())
    random.Random(seed).shuffle(paths)
    for path in paths:
        text = path.read_text("utf-8", errors="replace")
        pieces = list(cut(text))
        if pieces:
            yield make(str(path.relative_to(folder).with_suffix("")), title(text) or path.stem, pieces)


def title(text: str) -> str:
    """Return the title that the front matter or the first heading gives; "" without."""
    found = _TITLE.search(text)
    return " ".join((found["name"] or found["heading"]).split()) if found else ""


def make(id_: str, name: str, pieces: Iterable[Piece]) -> Item:
    """Return the guide of that id and title and its passages; topic by title, kind and partners by the id's hash."""
    number = int.from_bytes(hashlib.sha256(id_.encode()).digest()[:6])
    partners = {PARTNERS[number // 7 % 10], PARTNERS[number // 70 % 7]} if number % 3 else set()
    held = [
        passages.of_text(id_, n, text, page=n, heading=(heading,) if heading else (), title=name)
        for n, (heading, text) in enumerate(pieces, start=1)
    ]
    guide = Guide(
        id=id_,
        work_id=id_,
        places=(f"{id_}.pdf",),
        digest=f"{number:x}",
        metadata_digest="",
        extractor="benchmark",
        title=name,
        kind=KINDS[number // 700 % len(KINDS)],
        topics=(topic(name),),
        partners=tuple(sorted(partners)),
        norms=passages.sections(held),
        n_pages=len(held),
        n_passages=len(held),
    )
    return guide, held


def topic(name: str) -> str:
    """Return the topic of a title."""
    folded = name.casefold()
    return next((id_ for id_, words in TOPICS.items() if any(word in folded for word in words)), OTHER_TOPIC)


def cut(text: str) -> Iterator[Piece]:
    """Yield the text in pieces of MIN_CHARS to MAX_CHARS that begin and end with sentences; a shorter rest is left out."""
    heading, n_chars = "", 0
    parts: list[str] = []
    for above, unit in _units(text):
        if not parts or (n_chars + len(unit) > MAX_CHARS and n_chars < MIN_CHARS):
            heading, parts, n_chars = above, [], 0
        parts.append(unit)
        n_chars += len(unit) + 1
        if n_chars - 1 >= TARGET_CHARS:
            yield heading, "\n".join(parts)
            parts, n_chars = [], 0
    if n_chars - 1 >= MIN_CHARS:
        yield heading, "\n".join(parts)


def _units(text: str) -> Iterator[Piece]:
    """Yield sentences, one line each, with the heading that they stand below, none longer than what a piece may lack."""
    longest = MAX_CHARS - TARGET_CHARS
    parts = _HEADING.split(_FRONT_MATTER.sub("", text))  # text, heading, text, heading, text …
    for heading, below in zip(["", *parts[1::2]], parts[::2], strict=True):
        for paragraph in _PARAGRAPH_END.split(_MARKUP.sub("", below)):
            line = " ".join(paragraph.split())
            for start, end in pairwise((0, *analysis.sentence_ends(line), len(line))):
                sentence = line[start:end].strip()
                while len(sentence) > longest:
                    blank = sentence.rfind(" ", 0, longest)
                    at = blank if blank > 0 else longest
                    yield heading.strip(), sentence[:at]
                    sentence = sentence[at:].strip()
                if sentence:
                    yield heading.strip(), sentence
