"""What was typed -> Query. Pure; any input is a valid query.

Any word may match and counts. Strict are: "words in quotes" (in a row), begin* of a word, and what is -excluded: words,
phrases, begins or norms. Words that carry no meaning of their own ("darf ich der …") are left out unless nothing else was
typed. A norm ("§ 16e SGB II") outside quotes is one thing, in whatever spelling.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

from kb import analysis, norms, statutes, verbs
from kb.analysis import Token
from kb.model import Addition, Alternative, Clause, How, Occur, Query, Relation, Selection
from kb.norms import Norm
from kb.vocabulary import Vocabulary

MAX_CLAUSES = 48  # words of a phrase count, too: each is looked up. A pasted e-mail has hundreds, the first carry its topic
MAX_WORDS = 128  # that are read of what may match but need not: enough for as many clauses
MAX_CHARS = 20_000  # once normalised: one character may become eighteen
MIN_PREFIX = 2
MAX_ADDITIONS = 24  # each costs a look-up, and a reader has to take in what was searched for
RARE = 0.1  # an everyday word in fewer passages than this part of those with the word it stands for is hardly one of guides
OTHER_NAME = 0.7  # weight of what the vocabulary adds, against 1 for what was typed
OTHER_CASE = 0.8  # weight of "ARGE" where "arge" was typed
MIN_ALIKE, MAX_ALIKE = 5, 50  # letters; shorter words are part of too many others, longer ones are no words
MEANT = 0.8  # weight of a word that was probably meant; what it brings is the same from .7 to 1
MAX_WITH_FORMS = 16  # content words; a longer text tells enough, and each takes up to .2 ms to look up
FORM = 0.7  # weight of another form of a verb or its noun, "abgelehnt" for "Ablehnung"
ALIKE = 0.3  # against 1 for the word itself; best of .1 to .5 on the development collections
OTHER_STATUTE = 0.5  # "§ 44 SGB III" where "§ 44" was typed, against 1 for the statute that is taken to be meant
MAX_OTHER_STATUTES = 5
WHOLE_SECTION = 0.6  # against 1 for the paragraph that was typed
NUMBER_ALONE = 0.5  # "16e" as a word, against 1 for the norm: a passage may say "16e-Förderung"

# "EGZ" has hardly any parts of four letters, which give a longer word most of its points. Of queries as caseworkers type them
# ("EGZ Antrag"), what is meant comes first more often; other short words ("Tag") would lose a little
SHORT, OF_SHORT = 3, 2.0  # letters of an abbreviation; factor of the weights

_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»", '"') | dict.fromkeys("−‐‑–—", "-"))
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_BETWEEN = re.compile(r'("[^"]*"|(?<!\S)-(?=\S))')  # what no norm stretches over: quotes, and the minus of what is excluded
_NO_WORD = "§"
_OTHER = "§"  # begins the id of a norm that is an addition


def parse(
    text: str,
    *,
    vocabulary: Vocabulary | None = None,
    without: frozenset[str] = frozenset(),
    slips: Mapping[Token, str] | None = None,
    selection: Selection | None = None,
    as_of: date,
    n_with: Callable[[str], int] = lambda _stem: 0,
    statutes_with: Callable[[str], Sequence[str]] = lambda _section: (),
) -> Query:
    """Return the query that `text` asks, narrowed by `selection`, with validity as of the given day.

    What is a name in the vocabulary is looked for by the other names, too, but for the additions whose ids are in `without`.
    `slips`: words that occur nowhere, and the word that was probably meant by each; these are additions, too.
    `n_with` tells how many passages have a stem: other forms of verbs are looked for if there are any, and what an everyday
    word stands for where guides hardly use it.
    `statutes_with` tells of which statutes guides name a section, the likeliest first: one that was typed without a statute
    is of that one, and those of the others are additions; where no guide names any, it is of the SGB II.
    """
    plain = unicodedata.normalize("NFKC", text)[:MAX_CHARS].translate(_QUOTES)
    typed, rest = _norms(plain)
    n_others = min(MAX_OTHER_STATUTES, MAX_ADDITIONS // max(len(typed), 1))
    cited = [one.read(statutes_with, n_others) for one in typed]
    strict, runs = _parts(rest)
    corrected = [_meant(token.word, word) for token, word in (slips or {}).items()]
    meant = {one.typed: analysis.fold(one.name) for one in corrected if one.id not in without}
    read = [[meant.get(analysis.fold(word), word) for word in run] for run in runs]
    names = _names(vocabulary, [*read, *(one.names for one in cited)], n_with)
    asked = [one.clause(names.get((number, 0), ()), without) for number, one in enumerate(cited, start=len(runs))]
    only_excludes = all(clause.occur is Occur.MUST_NOT for clause in (*asked, *strict))
    loose = _words(runs, meant, names, _joined(rest), n_with, without=without, or_any=only_excludes)
    added = {one.id: one for listed in (*(one.in_others for one in cited), corrected, *names.values()) for one in listed}
    named = [word for id_, one in added.items() if one.stems and id_ not in without for word in analysis.words(one.name)]
    words = _read(cited, rest, meant)
    assumed = [(one.as_typed, one.norm.statute) for one in cited if not one.has_statute and not norms.is_lost(one.norm.term)]
    return Query(
        text=text,
        clauses=_distinct(chain(asked, strict, loose)),
        words=words,
        names=tuple(word for word in dict.fromkeys(named) if word not in words),
        added=tuple(one for one in added.values() if not _is_the_same_statute(one)),
        without=without,
        assumed=tuple(dict.fromkeys(assumed)),
        selection=dict(selection or {}),
        as_of=as_of,
    )


def loose(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text`, as (start, end), stands what may match but need not: not quoted, excluded, a begin* or a norm."""
    for part in _PART.finditer(_norms(text.translate(_QUOTES))[1]):
        if not part["minus"] and part["word"] and part["word"].strip(_NO_WORD) and not part["word"].endswith("*"):
            yield part.span()


def spoken(text: str) -> str:
    """Return what was typed as one would say it, without what is excluded, quotes and stars: for a model of language.

    Where a norm is excluded, none is said.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    cited, rest = _norms(plain)
    parts = [part for part in _PART.finditer(rest if any(one.is_excluded for one in cited) else plain) if not part["minus"]]
    return " ".join((part["phrase"] or part["word"] or "").rstrip("*") for part in parts).strip()


def sections(text: str) -> frozenset[str]:
    """Return the index terms of the sections that are typed, in any spelling: "§ 16e", "22 SGB XII", "31"; maybe none."""
    mentions = norms.find_typed(text) or norms.find_typed(f"§ {text}")
    return frozenset(norm.term for mention in mentions for norm in mention.norms)


class _Cited(NamedTuple):
    """A norm that was typed."""

    norm: Norm
    has_statute: bool
    is_excluded: bool
    others: tuple[Norm, ...] = ()  # the same sections of other statutes

    def read(self, statutes_with: Callable[[str], Sequence[str]], n_others: int) -> "_Cited":
        """Return it with the statute that is meant if none was typed, and at most `n_others` that have such a section, too."""
        statutes = () if self.has_statute else statutes_with(self.norm.section)
        if not statutes:
            return self
        norm, *rest = (replace(self.norm, statute=one) for one in statutes[: 1 + n_others])
        return self._replace(norm=norm, others=tuple(rest) if not self.is_excluded else ())

    @property
    def in_others(self) -> list[Addition]:
        """The others as additions."""
        shared = partial(Addition, entry="", typed=self.as_typed, relation=Relation.SAME, weight=OTHER_STATUTE)
        return [shared(id=_OTHER + one.terms[-1], name=str(one)) for one in self.others]

    @property
    def as_typed(self) -> str:
        """The norm without the statute that was not typed."""
        statute = "" if self.has_statute else self.norm.statute.replace(" ", norms.NBSP)
        return str(self.norm).removesuffix(statute).rstrip()

    @property
    def names(self) -> list[str]:
        """The words by which the vocabulary may know it: "16e"."""
        is_name = self.norm.statute == norms.DEFAULT and self.norm.section[-1].isalpha()
        return [self.norm.section] if is_name and not self.is_excluded else []

    def clause(self, additions: Sequence[Addition], without: frozenset[str]) -> Clause:
        """Return what it asks; what is added stands for the whole section."""
        *section, most_exact = self.norm.terms
        exact = Alternative((most_exact,), How.NORM)
        if self.is_excluded:
            return Clause(alternatives=(exact,), occur=Occur.MUST_NOT, typed=self.as_typed)
        whole = WHOLE_SECTION if section else 1.0
        alternatives = [exact, *(Alternative((term,), How.NORM, whole) for term in section)]
        for other in (one for one in self.others if _OTHER + one.terms[-1] not in without):
            *section, most_exact = other.terms
            alternatives.append(Alternative((most_exact,), How.NORM, OTHER_STATUTE))
            alternatives += (Alternative((term,), How.NORM, OTHER_STATUTE * whole) for term in section)
        if self.norm.section[-1].isalpha():
            alternatives.append(Alternative((analysis.stem(self.norm.section),), weight=whole * NUMBER_ALONE))
        alternatives += [_added(one, whole) for one in additions if one.id not in without]
        return Clause(alternatives=tuple(dict.fromkeys(alternatives)), typed=self.as_typed)


def _norms(text: str) -> tuple[list[_Cited], str]:
    """Return the norms that were typed outside quotes, and the text with signs that are no word in their place."""
    found: list[_Cited] = []
    rest, has_minus = "", False
    for number, piece in enumerate(_BETWEEN.split(text)):
        is_between, at = number % 2 == 1, 0
        for mention in () if is_between else norms.find_typed(piece):
            if piece.startswith("*", mention.end):  # "16e*" is the begin of a word
                continue
            is_excluded = has_minus and mention.start == 0
            found += [_Cited(norm, mention.has_statute, is_excluded) for norm in mention.norms]
            rest += piece[at : mention.start] + _NO_WORD * (mention.end - mention.start)
            at = mention.end
        rest += piece[at:]
        has_minus = piece == "-"
    return found, rest


def _parts(text: str) -> tuple[list[Clause], list[list[str]]]:
    """Return the clauses of what is strict, and the words between, as written: those in a row make a run."""
    strict: list[Clause] = []
    runs: list[list[str]] = [[]]
    n_left = MAX_WORDS
    for part in _PART.finditer(text):
        written = part["word"] or ""
        words = analysis.apart(part["phrase"] or written)[0]
        if not words:
            continue
        begin = analysis.fold(words[-1])
        is_prefix = written.endswith("*") and len(begin) >= MIN_PREFIX
        if not (part["minus"] or part["phrase"] or is_prefix):
            runs[-1] += words[:n_left]
            n_left = max(0, n_left - len(words))
            continue
        stems = Alternative(tuple(analysis.stem(analysis.fold(word)) for word in words[:MAX_CLAUSES]))
        prefix = Alternative((begin,), How.PREFIX)
        if part["minus"]:
            asked = prefix if is_prefix and len(words) == 1 else stems
            strict.append(Clause(alternatives=(asked,), occur=Occur.MUST_NOT, typed=" ".join(words)))
        elif part["phrase"]:
            strict.append(Clause(alternatives=(stems,), occur=Occur.MUST, typed=" ".join(words)))
        else:
            strict.append(Clause(alternatives=(prefix,), occur=Occur.MUST, typed=words[-1]))
            runs[-1] += words[:-1]
        runs.append([])
    return strict, runs


def _distinct(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return the clauses, of those that ask for the same the first, as long as there are not too many words in them."""
    kept: dict[tuple[Alternative, Occur], Clause] = {}
    for clause in clauses:
        kept.setdefault((clause.alternatives[0], clause.occur), clause)
        if sum(len(first.terms) for first, _ in kept) >= MAX_CLAUSES:
            break
    return tuple(kept.values())


def _read(cited: Sequence[_Cited], rest: str, meant: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of the query that refine the order: of norms the sections, of slips what was meant."""
    sections_ = (one.norm.section for one in cited if not one.is_excluded)
    written = (word for part in _PART.finditer(rest) if not part["minus"] for word in analysis.words(part[0]))
    return (*sections_, *(meant.get(word, word) for word in islice(written, MAX_WORDS)))[:MAX_WORDS]


def _is_the_same_statute(one: Addition) -> bool:
    """Say whether an addition only spells the statute that was typed otherwise: "SGB II" and "Zweites Buch" for "SGB 2"."""
    typed, name = (statutes.at(text, 0, is_known=True) for text in (one.typed, one.name))
    return typed is not None and name is not None and typed.name == name.name and name.end == len(one.name)


_Places = Mapping[tuple[int, int], Sequence[Addition]]
"""What the vocabulary adds to words, by run and place there."""


def _names(vocabulary: Vocabulary | None, runs: Sequence[Sequence[str]], n_with: Callable[[str], int]) -> _Places:
    """Return what is added; each word of a name of several words bears all that is added to the name."""
    found: dict[tuple[int, int], list[Addition]] = defaultdict(list)
    if vocabulary is None:
        return found
    n_added = 0
    for number, run in enumerate(runs):
        for match in vocabulary.understood(run):
            known = {one.stems for at in range(match.first, match.last) for one in found[number, at]}
            new = [one for one in match.additions if one.stems not in known and _is_needed(one, n_with)]
            new = new[: MAX_ADDITIONS - n_added]
            n_added += len(new)
            for at in range(match.first, match.last):
                found[number, at] += new
    return found


def _is_needed(one: Addition, n_with: Callable[[str], int]) -> bool:
    """Say whether to look for an addition: guides hardly have the everyday words that led to it, if that is what they are."""
    if one.relation is not Relation.EVERYDAY:
        return True
    n_typed = min(map(n_with, analysis.stems(one.typed)))
    return not n_typed or n_typed < RARE * min(map(n_with, one.stems))


def _joined(text: str) -> Mapping[str, str]:
    """Return, for the pieces of words with hyphens, the word that they make without: "MiniJob" for "Mini" and for "Job"."""
    return {piece: part[0].replace("-", "") for part in _HYPHENATED.finditer(text) for piece in part[0].split("-")}


def _words(
    runs: Sequence[Sequence[str]],
    meant: Mapping[str, str],
    names: _Places,
    joined: Mapping[str, str],
    n_with: Callable[[str], int],
    *,
    without: frozenset[str],
    or_any: bool,
) -> Iterator[Clause]:
    """Yield a clause for every word with a meaning of its own; `or_any`: where none has, for every word."""
    units = ((number, *unit) for number, run in enumerate(runs) for unit in _units(run))
    listed = [(word, book, names.get((number, at), ())) for number, at, word, book in units]
    content = [one for one in listed if analysis.fold(one[0]) not in analysis.STOP_WORDS]
    has_forms = len(content) <= MAX_WITH_FORMS
    for written, book, additions in content or (listed if or_any else ()):
        typed = analysis.fold(written)
        word = meant.get(typed, typed)
        own, stem = MEANT if typed in meant else 1.0, analysis.stem(word)
        if book:
            alternatives = [Alternative(tuple(analysis.stems(name))) for name in (written, book)]
        else:
            alternatives = [Alternative((stem,), weight=own)]
        alternatives += [Alternative((form,), weight=FORM * own) for form in verbs.related(stem) if has_forms and n_with(form)]
        alternatives += [Alternative((other,), weight=OTHER_CASE) for other in analysis.in_other_case(word)]
        alternatives += [Alternative((analysis.stem(analysis.fold(joined[written])),))] if written in joined else []
        alternatives += [_added(one) for one in additions if one.id not in without]
        alternatives += [Alternative((one,), How.ALIKE, ALIKE) for one in dict.fromkeys((word, typed)) if _has_kin(one)]
        if len(typed) <= SHORT and (written.isupper() or additions or analysis.in_other_case(word)):
            alternatives = [replace(one, weight=one.weight * OF_SHORT) for one in alternatives]
        yield Clause(alternatives=tuple(dict.fromkeys(alternatives)), typed=written)


def _units(run: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield where words stand, the words, and "" or the book of the Sozialgesetzbuch that two of them name.

    Such two are one word: "SGB" and "8" apart say something else.
    """
    at = 0
    while at < len(run):
        pair = " ".join(run[at : at + 2])
        named = statutes.at(pair, 0, is_known=True) if analysis.fold(run[at]) not in analysis.STOP_WORDS else None
        if named is not None and named.name.startswith("SGB ") and named.end == len(pair) and " " in pair:
            yield at, pair, named.name
            at += 2
        else:
            yield at, run[at], ""
            at += 1


def _has_kin(word: str) -> bool:
    """Say whether words that contain a folded word, or are contained in it, have to do with it."""
    return MIN_ALIKE <= len(word) <= MAX_ALIKE and word.isalpha() and word not in analysis.STOP_WORDS


def _meant(typed: str, word: str) -> Addition:
    """Return the word that was probably meant as an addition."""
    folded = analysis.fold(word)
    stems = (analysis.stem(folded),)
    return Addition(id=f":{folded}", entry="", typed=typed, name=word, relation=Relation.MEANT, weight=MEANT, stems=stems)


def _added(one: Addition, whole: float = 1.0) -> Alternative:
    """Return what stands for a name: a phrase has the points of all its words, which should not outweigh the typed word."""
    return Alternative(one.stems, weight=whole * OTHER_NAME * one.weight / len(one.stems) ** 0.5)
