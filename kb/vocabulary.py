"""Names for one thing: abbreviations, other words, former names, and what they must not be mistaken for. Read at query time.

An *entry* is a thing with today's term and its other names, from `synonyms.toml`; a house adds, replaces and drops entries
by its own file (setting `synonyms`). Whole words or sequences of words of a query *match* a name, and the entry's other
names are *additions*: searched for besides what was typed. So is what everyday words stand for, see `everyday`; the house's
file changes these, too. The index knows nothing of all this, so a changed file needs no new one. Pure, save for loading the
packaged data.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kb import analysis, everyday
from kb.errors import ConfigError, EntryError, EntryProblem
from kb.everyday import Everyday, Spoken
from kb.model import Addition, Relation, Stems

MAX_ADDITIONS = 8  # per match: each costs a look-up, and a reader has to take in what was searched for
SAME_WEIGHT = 1.0
COLLOQUIAL_WEIGHT = 0.8  # a colloquial name is vague: "Miete" is more than "Bedarfe für Unterkunft und Heizung"
CURRENT_WEIGHT = 0.8  # what was typed counts more, but guides in force say it by today's term
FORMER_WEIGHT = 0.6  # what is found by a former name only ranks behind what is found by the term

# What the stemmer takes off besides inflection: it makes "Kürzung" the same as "kurz"
_DERIVED = re.compile(r"(end|ung|ig|ik|isch|lich|heit|keit)(?:e[mnrs]?|s|n)?$")
_NUMBER = re.compile(r"\d.*|ff?")  # what stands before a law's name within a citation: "§ 16e SGB II", "§§ 31 ff. SGB II"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thing and its names."""

    id: str
    term: str  # what it is called today
    short: tuple[str, ...] = ()  # abbreviations
    same: tuple[str, ...] = ()
    colloquial: tuple[str, ...] = ()  # lead to the term, but are never added
    former: tuple[str, ...] = ()
    related: tuple[str, ...] = ()  # "see also"; never added
    confused: tuple[str, ...] = ()  # names of something else, which must not be found through this entry
    norms: tuple[str, ...] = ()  # "§ 22 SGB II"
    cased: tuple[str, ...] = ()  # those of its names that count in exactly this case
    since: date | None = None
    until: date | None = None
    topic: str = ""
    is_unchecked: bool = False  # still to be confirmed by an expert
    note: str = ""  # for those who keep the file
    stands_for: tuple[str, ...] = ()  # of an everyday word, which has nothing else: what guides say instead


class Match(NamedTuple):
    """Words that are a name of one entry or more: `words[first:last]`."""

    first: int
    last: int
    additions: tuple[Addition, ...]  # best first, at most MAX_ADDITIONS
    entries: tuple[str, ...]  # ids
    norms: tuple[str, ...]


class _Kind(Enum):
    """In which of an entry's lists a name stands; the first counts where words match several."""

    TERM, SHORT, SAME, FORMER, COLLOQUIAL, CONFUSED = range(6)


class _Name(NamedTuple):
    text: str
    entry: str
    kind: _Kind
    is_cased: bool
    words: tuple[str, ...]  # as written
    folded: tuple[str, ...]
    stems: Stems  # as the index holds them

    def fits(self, typed: tuple[str, ...]) -> bool:
        """Say whether words with the same stems are this name."""
        if self.is_cased:
            return self.words == typed
        return all(
            own == word if self.kind is _Kind.SHORT or analysis.is_abbreviation(written) else _derived(own) == _derived(word)
            for written, own, word in zip(self.words, self.folded, map(analysis.small, typed), strict=True)
        )


class Vocabulary:
    """Entries, ready to be looked up by their names. Does not change; may be used from many threads."""

    def __init__(self, entries: Iterable[Entry], spoken: Everyday | None = None) -> None:
        self.everyday = spoken or Everyday()
        self.entries: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in entries})
        self._names = {entry.id: tuple(_names(entry)) for entry in self.entries.values()}
        self._addable = _addable(self._names)
        self._by_stems: dict[Stems, list[_Name]] = defaultdict(list)
        for name in (name for names in self._names.values() for name in names):
            self._by_stems[tuple(map(analysis.stem, name.folded))].append(name)
        self._lengths = sorted({len(stems) for stems in self._by_stems}, reverse=True)

    def names(self) -> Iterator[tuple[str, Entry]]:
        """Yield every name that leads to an entry, the term first; one that leads to several, for each."""
        for id_, names in self._names.items():
            yield from ((name.text, self.entries[id_]) for name in names if name.kind is not _Kind.CONFUSED)

    def matches(self, words: Sequence[str]) -> list[Match]:
        """Return where `words` are names, in their order; matches do not overlap.

        `words` are those of a query as they were typed, one after the other, as `analysis.apart` gives them; what stands in
        quotes is to be left out, it is never expanded. The longest name wins, and within it no shorter one counts: "Alg II" is
        not "Alg". Inflected forms match, abbreviations only as they are, and those of `Entry.cased` in their case only.
        """
        stems = [analysis.stem(analysis.small(word)) for word in words]
        is_taken = [False] * len(words)
        mistaken: set[tuple[str, int]] = set()  # an entry, and where stands what is only mistaken for it
        found: list[Match] = []
        for n in self._lengths:
            for first in range(len(words) - n + 1):
                names = self._by_stems.get(tuple(stems[first : first + n]))
                if not names or any(is_taken[first : first + n]) or _is_cited(words, first):
                    continue
                typed = tuple(words[first : first + n])
                fitting = _fitting(names, typed)
                confused = [name.entry for name in fitting if name.kind is _Kind.CONFUSED]
                mistaken.update((id_, at) for id_ in confused for at in range(first, first + n))
                # the confused names are among the mistaken themselves, so what is left leads to its entry
                if meant := [name for name in fitting if (name.entry, first) not in mistaken]:
                    is_taken[first : first + n] = [True] * n
                    found.append(self._match(first, typed, meant))
        return sorted(found)

    def understood(self, words: Sequence[str]) -> Iterator[Match | Spoken]:
        """Yield the matches, and then everyday words, but for those that are part of a name: what is meant is the whole."""
        names = self.matches(words)
        wholes = [(name.first, name.last) for name in names if name.last - name.first > 1]
        yield from names
        for spoken in self.everyday.matches(words):
            place = spoken.first, spoken.last
            if not any(first <= spoken.first and spoken.last <= last and place != (first, last) for first, last in wholes):
                yield spoken

    def _match(self, first: int, typed: tuple[str, ...], names: Sequence[_Name]) -> Match:
        meant = {name.entry: name for name in reversed(names)}  # the first of each entry
        entries = [self.entries[id_] for id_ in dict.fromkeys(name.entry for name in names)]
        added = [addition for entry in entries for addition in self._additions(meant[entry.id], " ".join(typed))]
        return Match(
            first=first,
            last=first + len(typed),
            additions=_best(added, _stems(" ".join(typed))),
            entries=tuple(entry.id for entry in entries),
            norms=tuple(dict.fromkeys(norm for entry in entries for norm in entry.norms)),
        )

    def _additions(self, meant: _Name, typed: str) -> Iterator[Addition]:
        leads_to = _LEADS_TO.get(meant.kind, (Relation.SAME, SAME_WEIGHT))
        for name in self._addable[meant.entry]:
            is_former = name.kind is _Kind.FORMER
            if is_former and meant.kind is _Kind.COLLOQUIAL:
                continue
            relation, weight = (Relation.FORMER, FORMER_WEIGHT) if is_former else leads_to
            yield Addition(
                id=f"{name.entry}:{analysis.fold(name.text)}",
                entry=name.entry,
                typed=typed,
                name=name.text,
                relation=relation,
                weight=weight,
                stems=name.stems,
            )


_LEADS_TO = {
    _Kind.FORMER: (Relation.CURRENT, CURRENT_WEIGHT),
    _Kind.COLLOQUIAL: (Relation.COLLOQUIAL, COLLOQUIAL_WEIGHT),
}


def _names(entry: Entry) -> Iterator[_Name]:
    lists = {
        _Kind.TERM: (entry.term,),
        _Kind.SHORT: entry.short,
        _Kind.SAME: entry.same,
        _Kind.FORMER: entry.former,
        _Kind.COLLOQUIAL: entry.colloquial,
        _Kind.CONFUSED: entry.confused,
    }
    for kind, texts in lists.items():
        for text in texts:
            words = tuple(analysis.apart(text)[0])
            yield _Name(text, entry.id, kind, text in entry.cased, words, tuple(map(analysis.small, words)), _stems(text))


def _addable(names: Mapping[str, Iterable[_Name]]) -> Mapping[str, tuple[_Name, ...]]:
    """Return the names of each entry that may be added: those by which nothing is found that it must not be mistaken for.

    That is what lies within a confused name ("Alg" within "Alg II"), or has the stems of another name of the entry that the
    confused name belongs to ("Ü 25" those of "U 25").
    """
    proper = {
        id_: tuple(name for name in own if name.kind not in (_Kind.COLLOQUIAL, _Kind.CONFUSED)) for id_, own in names.items()
    }
    entries_of: dict[Stems, set[str]] = defaultdict(set)
    for name in (name for own in proper.values() for name in own):
        entries_of[name.stems].add(name.entry)
    addable = {}
    for id_, own in names.items():
        confused = [name.stems for name in own if name.kind is _Kind.CONFUSED]
        others = {other for stems in confused for other in entries_of.get(stems, set()) - {id_}}
        barred = {name.stems for other in others for name in proper[other]}
        addable[id_] = tuple(
            name
            for name in proper[id_]
            if name.stems not in barred and not any(_is_within(name.stems, stems) for stems in confused)
        )
    return addable


def _fitting(names: Iterable[_Name], typed: tuple[str, ...]) -> list[_Name]:
    """Return the names that the typed words are; if they are one in exactly its case, others of that spelling only."""
    fitting = [name for name in names if name.fits(typed)]
    return [name for name in fitting if name.words == typed] if any(name.is_cased for name in fitting) else fitting


def _derived(word: str) -> str:
    """Return what tells apart folded words of one stem that are not forms of one word: "ung" of "kürzungen"."""
    suffix = _DERIVED.search(word)
    return suffix[1] if suffix else ""


def _is_cited(words: Sequence[str], first: int) -> bool:
    """Say whether a law's name belongs to a citation: looked for by itself, it would find almost everything."""
    return first > 0 and analysis.fold(words[first]) == "sgb" and _NUMBER.fullmatch(words[first - 1]) is not None


def _stems(text: str) -> Stems:
    return tuple(analysis.stems(text))


def _best(added: Iterable[Addition], typed: Stems) -> tuple[Addition, ...]:
    """Return the first by weight that find something besides: not what contains the typed words, or a better addition."""
    kept: list[Addition] = []
    for addition in sorted(added, key=lambda addition: -addition.weight):
        if not any(_is_within(stems, addition.stems) for stems in (typed, *(better.stems for better in kept))):
            kept.append(addition)
    return tuple(kept[:MAX_ADDITIONS])


def _is_within(part: Stems, whole: Stems) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


# ---- the files ---------------------------------------------------------------------------------------------------------

# Per field of the file: the attribute, and what is wrong with a value of another type
_FIELDS = {
    "id": ("id", EntryProblem.NO_TEXT),
    "begriff": ("term", EntryProblem.NO_TEXT),
    "kurz": ("short", EntryProblem.NO_LIST),
    "gleich": ("same", EntryProblem.NO_LIST),
    "umgang": ("colloquial", EntryProblem.NO_LIST),
    "frueher": ("former", EntryProblem.NO_LIST),
    "verwandt": ("related", EntryProblem.NO_LIST),
    "nicht": ("confused", EntryProblem.NO_LIST),
    "norm": ("norms", EntryProblem.NO_LIST),
    "gross": ("cased", EntryProblem.NO_LIST),
    "seit": ("since", EntryProblem.NO_DATE),
    "bis": ("until", EntryProblem.NO_DATE),
    "thema": ("topic", EntryProblem.NO_TEXT),
    "pruefen": ("is_unchecked", EntryProblem.NO_TRUTH),
    "hinweis": ("note", EntryProblem.NO_TEXT),
}
_SUITS: Mapping[EntryProblem, Callable[[object], bool]] = {
    EntryProblem.NO_TEXT: lambda value: isinstance(value, str) and bool(analysis.words(value)),
    EntryProblem.NO_LIST: lambda value: isinstance(value, list) and all(map(_SUITS[EntryProblem.NO_TEXT], value)),
    EntryProblem.NO_DATE: lambda value: type(value) is date,  # not a moment, which is a date, too
    EntryProblem.NO_TRUTH: lambda value: isinstance(value, bool),
}
_DROPS = "entfaellt"
_EVERYDAY = "alltag"


def load(path: Path | None = None) -> Vocabulary:
    """Return the packaged entries and everyday words, with those of the house's file in place of or besides them.

    An entry of the house replaces the packaged one of the same id as a whole; one with `entfaellt = true` drops it. An
    everyday word of the house replaces the packaged one; one that stands for nothing drops it.

    Raises:
        EntryError: an entry lacks its id or term, has a field that there is not, or a value that does not fit.
        ConfigError: the file cannot be read.
    """
    packaged = resources.files("kb").joinpath("data/synonyms.toml").read_text("utf-8")
    entries: dict[str, Entry | None] = {}
    _read(entries, "synonyms.toml", tomllib.loads(packaged))
    words = everyday.packaged()
    if path is not None:
        try:
            ours = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(str(path), "synonyms", str(error)) from error
        _read(entries, str(path), ours)
        own = _everyday(str(path), ours)
        replaced = {analysis.fold(word) for word in own}
        words = {word: says for word, says in words.items() if analysis.fold(word) not in replaced}
        words |= {word: says for word, says in own.items() if says}
    return Vocabulary((entry for entry in entries.values() if entry), Everyday(words))


def _everyday(origin: str, file: Mapping[str, object]) -> Mapping[str, Sequence[str]]:
    """Return the everyday words of a house with what each stands for."""
    table = file.get(_EVERYDAY, {})
    if not isinstance(table, dict):
        raise EntryError(origin, _EVERYDAY, EntryProblem.NO_EVERYDAY)
    for word, says in table.items():
        if not analysis.words(word) or not _SUITS[EntryProblem.NO_LIST](says):
            raise EntryError(origin, _EVERYDAY, EntryProblem.NO_LIST, word)
    return table


def _read(entries: dict[str, Entry | None], origin: str, file: Mapping[str, object]) -> None:
    """Put the entries of a file into `entries`; None for one that is dropped."""
    listed = file.get("eintrag", [])
    if not isinstance(listed, list) or not all(isinstance(fields, dict) for fields in listed):
        raise EntryError(origin, "eintrag", EntryProblem.NO_TABLE)
    seen: set[str] = set()
    for number, fields in enumerate(listed, start=1):
        id_ = str(fields.get("id") or number)
        if id_ in seen:
            raise EntryError(origin, id_, EntryProblem.TWICE, "id")
        seen.add(id_)
        if fields.get(_DROPS) is True and entries.get(id_) is None:
            raise EntryError(origin, id_, EntryProblem.UNKNOWN_ENTRY, _DROPS)
        entries[id_] = None if fields.get(_DROPS) is True else _entry(origin, id_, fields)


def _entry(origin: str, id_: str, fields: Mapping[str, object]) -> Entry:
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name not in _FIELDS:
            raise EntryError(origin, id_, EntryProblem.UNKNOWN_FIELD, name)
        attribute, problem = _FIELDS[name]
        if not _SUITS[problem](value):
            raise EntryError(origin, id_, problem, name)
        values[attribute] = tuple(value) if isinstance(value, list) else value
    for name in ("id", "begriff"):
        if name not in fields:
            raise EntryError(origin, id_, EntryProblem.MISSING, name)
    entry = Entry(**values)  # type: ignore[arg-type]  # _SUITS has seen each value
    if not set(entry.cased) <= {entry.term, *entry.short, *entry.same, *entry.former, *entry.colloquial}:
        raise EntryError(origin, id_, EntryProblem.NO_NAME, "gross")
    if entry.since and entry.until and entry.until < entry.since:
        raise EntryError(origin, id_, EntryProblem.ENDS_EARLY, "bis")
    return entry
