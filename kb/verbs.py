"""Forms of one verb and its noun that the stemmer keeps apart: "ablehnen", "abgelehnt", "abzulehnen", "Ablehnung". Pure.

The stemmer takes endings off, so a participle keeps its "ge" and often its "t", an infinitive its "zu" within, and a strong
verb changes its vowel ("übernommen", "Übernahme"). From the stem of any of these, those of the others are made. Not every one
is a German word: who asks keeps what the index has.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

MIN_ROOT = 3  # letters of what is left of a stem
MIN_STEM = 4  # of a stem that may be one of a verb

# As stems are written: without umlauts, ss for ß
_SEPARABLE = (
    "ab|an|auf|aus|bei|bereit|dar|durch|ein|fest|fort|frei|her|herab|heran|heraus|hin|hinweg|hinzu|los|mit|nach|nieder|ruck|statt|teil"
    "|uber|um|unter|vor|voraus|weg|weiter|wieder|zu|zuruck|zusammen"
)
_INSEPARABLE = "be|ent|er|miss|uber|um|unter|ver|voll|wider|zer"
_PREFIX = re.compile("|".join(sorted(_SEPARABLE.split("|"), key=len, reverse=True)))
_BEFORE_ROOT = re.compile(f"(?:{_SEPARABLE})?(?:{_INSEPARABLE})?")
_PREFIXED = re.compile(r"(?:be|ent|er|ge|ver)\w{3}")
_WITHOUT_E = re.compile("[bcdfgkmnpst]l$")
_LONGEST_WITH_UNG = 6  # letters of a root behind which the stemmer leaves "ung": "Zahlung"
_NEEDS_E = re.compile(r"(?:[dt]|[^aeiourlh][mn])$")  # "arbeitet", "rechnet"

# Roots of strong verbs and of their nouns, by verb
_STRONG = """
beiss biss|biet bot|bind band bund|bitt bat bet|bleib blieb|brech brach broch bruch brich|bring brach
denk dach dacht|fahr fuhr|fall fiel|fang fing|find fand fund|flieg flog flug|fliess floss fluss|geb gab gib
geh gang ging|gelt galt golt gilt|greif griff|halt hielt|hang hing|heb hob|helf half holf hilf|kenn kann kannt
komm kam kunf kunft|lad lud|lass liess|lauf lief|leid litt|leih lieh|les las lies|lieg lag leg|meid mied
mess mass miss|nehm nahm nomm nimm|nenn nann nannt|rat riet|reiss riss|ruf rief|scheid schied|schein schien
schiess schoss schuss|schlag schlug|schliess schloss schluss|schneid schnitt|schreib schrieb|schweig schwieg
schwind schwand schwund|seh sah sich sicht|sitz sass|sprech sprach sproch spruch sprich|steh stand|steig stieg
sterb starb storb stirb|stoss stiess|streit stritt|trag trug|treff traf troff triff|treib trieb|tret trat tritt
verlier verlor verlust|wachs wuchs|weis wies|wend wand wandt|werb warb worb wirb|werf warf worf wurf wirf
wieg wog|zieh zog zug|zwing zwang zwung|antrag beantrag|auftrag beauftrag
"""
_ROOTS = [verb.split() for line in _STRONG.split("\n") for verb in line.split("|") if verb]
_OTHERS = {root: [other for other in roots if other != root] for roots in _ROOTS for root in roots}

# Nouns that look like participles; and what only looks like a form of a strong verb
_LOOK_ALIKES = """
gebiet gebot geburt gedicht geduld gefahr gegend gehalt gehor gelass gemeind gericht gesetz gesicht gestalt gewalt gewicht
gewinn gewiss statt zustand
"""
_NO_FORMS = frozenset(_LOOK_ALIKES.split())


@lru_cache(maxsize=1 << 14)
def related(stem: str) -> tuple[str, ...]:
    """Return the stems of other forms of the verb that a stem may come from, the plainest first."""
    if len(stem) < MIN_STEM or not stem.isalpha() or stem in _NO_FORMS:
        return ()
    bases = dict.fromkeys(root for base in _bases(stem) for other in _backwards(base) for root in _roots(other))
    forms = dict.fromkeys(form for base in bases for form in _forms(base))
    return tuple(form for form in forms if form != stem and form not in _NO_FORMS)


def _bases(stem: str) -> Iterator[str]:
    """Yield what a stem may be without the marks of a participle or an infinitive."""
    yield stem
    yield stem.removesuffix("ung")
    for base in (stem.removesuffix("t"), stem.removesuffix("et")):
        yield base
        if base.startswith("ge") and (base != stem or base[2:] in _OTHERS or _NEEDS_E.search(base)):
            yield base[2:]
    if prefix := _PREFIX.match(stem):
        root = stem[prefix.end() :]
        if root.startswith(("ge", "zu")):
            yield from (prefix[0] + one for one in (root[2:], root[2:].removesuffix("t"), root[2:].removesuffix("et")))


def _backwards(base: str) -> Iterator[str]:
    """Yield a base, and that of "zurücknehmen" for "Rücknahme"."""
    yield base
    if base.startswith("ruck"):
        yield f"zu{base}"
    elif base.startswith("zuruck"):
        yield base[2:]


def _roots(base: str) -> Iterator[str]:
    """Yield a base and the same with another vowel or suffix: "übernahm", "übernehm"; "vermittl", "vermittel"."""
    if len(base) < MIN_STEM and base not in _OTHERS:
        return
    yield base
    if _WITHOUT_E.search(base):
        yield f"{base[:-1]}el"  # "Vermittlung", "vermitteln"
    elif base.endswith("el"):
        yield f"{base[:-2]}l"
    elif base.endswith("er"):
        yield from [base[:-2]] if len(base) >= MIN_STEM + 2 else []  # "Förderung", "fördern"
    elif base[-1] not in "aeiou" and not _PREFIX.match(base):
        yield f"{base}er"
    if _PREFIXED.match(base):  # "bewilligt", "Bewilligung"
        yield base[:-2] if base.endswith("ig") else f"{base}ig"
    for prefix in {0, *(match.end() for match in (_BEFORE_ROOT.match(base), _PREFIX.match(base)) if match)}:
        yield from (base[:prefix] + other for other in _OTHERS.get(base[prefix:], ()))


def _forms(base: str) -> Iterator[str]:
    """Yield the stems of what is made of a base: "ablehn", "ablehnt", "abgelehnt", "abzulehn"."""
    ending = "et" if _NEEDS_E.search(base) else "t"
    yield base
    yield base + ending
    if len(base) <= _LONGEST_WITH_UNG:
        yield f"{base}ung"
    prefix = _PREFIX.match(base)
    if prefix and len(base) - prefix.end() >= MIN_ROOT:
        root = base[prefix.end() :]
        yield from (f"{prefix[0]}ge{root}{ending}", f"{prefix[0]}ge{root}", f"{prefix[0]}zu{root}")
    elif not _PREFIXED.match(base):
        yield f"ge{base}{ending}"
        if base in _OTHERS or ending == "et":  # the stemmer leaves "gearbeit" of "gearbeitet"
            yield f"ge{base}"
