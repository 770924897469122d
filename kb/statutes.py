"""German statutes: short names, and the spellings by which a text names them. Pure.

A statute goes by its *name* as it is shown ("SGB II", "BGB", "BayBITV"). The table holds what Jobcenters cite; what else looks
like a statute's name after a section is taken as written, because to take it for the guide's own statute would be wrong.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")
_ORDINALS = (
    *("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt"),
    *("acht", "neunt", "zehnt", "elft", "zwölft", "dreizehnt", "vierzehnt"),
)

_NAMES: dict[str, tuple[str, ...]] = {
    "AEUV": (),
    "AFBG": ("Aufstiegsfortbildungsförderungsgesetz",),
    "AGG": ("Allgemeines Gleichbehandlungsgesetz", "Allgemeinen Gleichbehandlungsgesetz"),
    "Alg II-V": ("Alg-II-V", "Alg II-VO", "Arbeitslosengeld II-Verordnung"),
    "AltTZG": ("Altersteilzeitgesetz",),
    "AO": ("Abgabenordnung",),
    "ArbGG": ("Arbeitsgerichtsgesetz",),
    "ArbSchG": ("Arbeitsschutzgesetz",),
    "ArbZG": ("Arbeitszeitgesetz",),
    "AsylbLG": ("Asylbewerberleistungsgesetz",),
    "AsylG": ("Asylgesetz",),
    "AufenthG": ("Aufenthaltsgesetz",),
    "AÜG": ("Arbeitnehmerüberlassungsgesetz",),
    "AZAV": (),
    "BAföG": ("Bundesausbildungsförderungsgesetz",),
    "BBiG": ("Berufsbildungsgesetz",),
    "BDSG": ("Bundesdatenschutzgesetz",),
    "BEEG": ("Bundeselterngeldgesetz", "Bundeselterngeld- und Elternzeitgesetz"),
    "BEG": ("Bundesentschädigungsgesetz",),
    "BeschV": ("Beschäftigungsverordnung",),
    "BetrAVG": ("Betriebsrentengesetz",),
    "BetrVG": ("Betriebsverfassungsgesetz",),
    "BFDG": ("Bundesfreiwilligendienstgesetz",),
    "BGB": ("Bürgerliches Gesetzbuch", "Bürgerlichen Gesetzbuch"),
    "BGG": ("Behindertengleichstellungsgesetz",),
    "BITV": (),
    "BKGG": ("Bundeskindergeldgesetz",),
    "BMG": ("Bundesmeldegesetz",),
    "BSHG": ("Bundessozialhilfegesetz",),
    "Bürgergeld-V": ("Bürgergeldverordnung", "Bürgergeld-VO"),
    "BUrlG": ("Bundesurlaubsgesetz",),
    "BVerfGG": ("Bundesverfassungsgerichtsgesetz",),
    "BVG": ("Bundesversorgungsgesetz",),
    "DSGVO": ("DS-GVO", "Datenschutz-Grundverordnung", "EU-DSGVO", "GDPR"),
    "EGBGB": (),
    "EMRK": (),
    "EStG": ("Einkommensteuergesetz",),
    "FamFG": (),
    "FreizügG/EU": ("FreizügG", "Freizügigkeitsgesetz"),
    "GewO": ("Gewerbeordnung",),
    "GG": ("Grundgesetz",),
    "GKG": ("Gerichtskostengesetz",),
    "GmbHG": (),
    "GrusiGV": (),
    "GVG": ("Gerichtsverfassungsgesetz",),
    "HeizkostenV": ("Heizkostenverordnung",),
    "HGB": ("Handelsgesetzbuch",),
    "HwO": ("Handwerksordnung",),
    "IFG": ("Informationsfreiheitsgesetz",),
    "IfSG": ("Infektionsschutzgesetz",),
    "InsO": ("Insolvenzordnung",),
    "JArbSchG": ("Jugendarbeitsschutzgesetz",),
    "JFDG": ("Jugendfreiwilligendienstegesetz",),
    "JGG": ("Jugendgerichtsgesetz",),
    "KonzVO": ("KonzVO-E", "Konzessionsverordnung"),
    "KSchG": ("Kündigungsschutzgesetz",),
    "LPartG": ("Lebenspartnerschaftsgesetz",),
    "MiLoG": ("Mindestlohngesetz",),
    "MuSchG": ("Mutterschutzgesetz",),
    "NachwG": ("Nachweisgesetz",),
    "OEG": ("Opferentschädigungsgesetz",),
    "OWiG": ("Ordnungswidrigkeitengesetz",),
    "OZG": ("Onlinezugangsgesetz",),
    "PflegeZG": ("Pflegezeitgesetz",),
    "PflSchG": ("Pflanzenschutzgesetz",),
    "PStG": ("Personenstandsgesetz",),
    "RBEG": ("Regelbedarfs-Ermittlungsgesetz",),
    "RDG": ("Rechtsdienstleistungsgesetz",),
    "RVG": ("Rechtsanwaltsvergütungsgesetz",),
    "SchwarzArbG": ("Schwarzarbeitsbekämpfungsgesetz",),
    "SGG": ("Sozialgerichtsgesetz",),
    "StGB": ("Strafgesetzbuch",),
    "StPO": ("Strafprozessordnung",),
    "TVG": ("Tarifvertragsgesetz",),
    "TVöD": ("TVöD-VKA", "TVöD-Bund"),
    "TV-L": (),
    "TzBfG": ("Teilzeit- und Befristungsgesetz",),
    "UhVorschG": (),
    "UN-BRK": ("BRK", "UN-Behindertenrechtskonvention", "Behindertenrechtskonvention"),
    "UStG": ("Umsatzsteuergesetz",),
    "UVG": ("Unterhaltsvorschussgesetz", "UhVG"),
    "UWG": (),
    "VVG": ("Versicherungsvertragsgesetz",),
    "VwGO": ("Verwaltungsgerichtsordnung",),
    "VwVfG": ("Verwaltungsverfahrensgesetz",),
    "VwVG": ("Verwaltungsvollstreckungsgesetz",),
    "VwZG": ("Verwaltungszustellungsgesetz",),
    "WBVG": ("Wohn- und Betreuungsvertragsgesetz",),
    "WEG": ("Wohnungseigentumsgesetz",),
    "WoGG": ("Wohngeldgesetz",),
    "WoGV": ("Wohngeldverordnung",),
    "ZPO": ("Zivilprozessordnung",),
    "ZVG": ("Zwangsversteigerungsgesetz",),
}
_BY_ARTICLE = frozenset(("AEUV", "DSGVO", "EGBGB", "EMRK", "GG", "UN-BRK"))

_NOT_KEY = re.compile(r"[\W_]+")


def _key(spelling: str) -> str:
    return _NOT_KEY.sub("", spelling).casefold()


_BY_KEY = {_key(one): name for name, others in _NAMES.items() for one in (name, *others)}
_SGB = {
    spelling: f"SGB {roman}"
    for number, (roman, ordinal) in enumerate(zip(_ROMAN, _ORDINALS, strict=True), start=1)
    for spelling in (str(number), roman.casefold(), ordinal)
}
_TERMS = {name: _key(name) for name in _NAMES} | {
    f"SGB {roman}": f"sgb{number}" for number, roman in enumerate(_ROMAN, start=1)
}
_BY_TERM = {term: name for name, term in _TERMS.items()}

_BOOKS = frozenset(_SGB.values())
_MORE_BOOKS = re.compile(r"(?:[\s_]?(?:/|,|und|u\.)[\s_]?(?:[IVX]{1,4}|\d{1,2})(?![^\W_])){0,12}")

_BOOK = rf"(?i:(?P<ordinal>{'|'.join(_ORDINALS)}|siebent)e[nrs]?[\s_]{{1,2}}Buch(?:e?s)?)"
_GENITIVE = r"(?i:Sozialgesetzbuch(?:e?s)?)"
_NAME = re.compile(
    rf"""(?P<lead>(?i:des|der|dem|dieser|dieses|unserer|vom|zum|zur|im|in[ ]der)[\s_]{{1,2}})?
    (?: (?:(?i:SGB)|{_GENITIVE})(?:[\s_]?\([^)]{{1,5}}\))? [\s_,–-]{{0,3}}
        (?:(?P<number>(?i:[IVX]{{1,4}})|\d{{1,2}})(?![^\W_])|{_BOOK})
      | {_BOOK.replace("ordinal>", "first>")}(?:[\s_]{{1,2}}(?:(?i:des)[\s_])?(?:{_GENITIVE}|(?i:SGB)(?![^\W_])))?
      | (?P<word>(?:(?:(?:Bürgerlich|Allgemein)e[nsm]?|(?i:Alg)|[A-ZÄÖÜ][a-zäöüß]{{1,40}}-\sund)[\s_])?
                 [^\W\d_](?:[^\W_]|-(?=[^\W_])){{1,80}})
    )""",
    re.VERBOSE,
)
# With a small letter inside, else every heading in capitals would be one. No statutes are, in spite of their looks:
_ABBREVIATION = re.compile(r"[A-ZÄÖÜ](?=[A-ZÄÖÜ]*[a-zäöüß])[A-Za-zÄÖÜäöüß]{1,14}(?:GB|[GOV])")
_NO_STATUTES = frozenset(("AlG", "ArbG", "BVerfG", "BVerwG", "EinV", "EuG", "InsG", "KuG", "LArbG", "VerfG"))
_LAW = re.compile(r"[A-ZÄÖÜ][\w -]{3,}gesetz(?:buch)?")
# Taken after an article only: without one it may be a title ("§ 9 Hausordnung")
_ORDINANCE = re.compile(r"[A-ZÄÖÜ][\w -]{3,}[vV]erordnung|(?:Bundes|Reichs)[\w-]{3,}ordnung")
_ENDING = re.compile(r"(gesetz|buch|vertrag)e?s$", re.IGNORECASE)
_LOCAL = re.compile(r"(?i:gesetz|vo|rl|übereinkommen|.*(?:ordnung|satzung|richtlinien?|vertrag|vereinbarung|konvention))")
_THIS = re.compile(r"dieses\sGesetz")  # the one that is quoted, so the guide's own


class Named(NamedTuple):
    """A statute as a text names it: `text[start:end]`."""

    name: str  # "" of one that has no short name: "der Satzung"
    start: int
    end: int


def term(name: str) -> str:
    """Return the name's form in index terms: "sgb2", "bgb"; a name that the table does not hold stays as it is."""
    return _TERMS.get(name, name)


def from_term(text: str) -> str:
    """Return the name of which `text` is the term."""
    return _BY_TERM.get(text, text)


def has_articles(name: str) -> bool:
    """Say whether the statute is divided into articles instead of sections; those of Bavaria are."""
    return name in _BY_ARTICLE or (name.startswith("Bay") and name.endswith("G"))


def at(text: str, start: int, *, is_known: bool = False) -> Named | None:
    """Return the statute whose name begins at `start`, article ("des …") included; None if there is none.

    Beside those of the table it takes what looks like a statute's name, unless it has to be known.
    """
    match = _NAME.match(text, start)
    if not match:
        return None
    book = match["number"] or match["ordinal"] or match["first"]
    if book:
        name = _SGB.get(book.casefold().replace("siebent", "siebt"))
        return Named(name, start, match.end()) if name else None
    if match["word"] is None:
        return None
    return _from_word(" ".join(match["word"].split()), match, is_known=is_known)


def _from_word(word: str, match: re.Match[str], *, is_known: bool) -> Named | None:
    first = word.partition("-")[0]  # "BGB-Kommentar"
    for part in (word, first):
        if name := _known(part):
            return Named(name, match.start(), match.start("word") + len(part))
    if is_known:
        return None
    if _ABBREVIATION.fullmatch(first) and first not in _NO_STATUTES:
        return Named(first, match.start(), match.start("word") + len(first))
    noun = _ENDING.sub(r"\1", word)
    if _LAW.fullmatch(noun) or (match["lead"] and _ORDINANCE.fullmatch(noun)):
        return Named(noun, match.start(), match.end())
    is_local = match["lead"] and _LOCAL.fullmatch(noun) and not _THIS.match(match[0])
    return Named("", match.start(), match.end()) if is_local else None


@lru_cache(maxsize=1 << 14)  # the same words follow numbers again and again
def _known(word: str) -> str | None:
    key = _key(word)
    for ending in ("", "es", "s"):
        if key.endswith(ending) and (name := _BY_KEY.get(key.removesuffix(ending))):
            return name
    return None


def before(text: str, end: int, start: int = 0) -> Named | None:
    """Return the statute of the table whose name ends at `end`, looking back as far as `start`; on the same line."""
    stretch = text[max(start, end - 60) : end].rpartition("\n")[2]
    words = list(re.finditer(r"[^\W_]+(?:-[^\W_]+)*", stretch))[-4:]
    if not words or words[-1].end() != len(stretch):
        return None
    for word in words:
        begin = end - len(stretch) + word.start()
        found = at(text, begin, is_known=True)
        if found and found.end == end:
            return found
    return None


def _is_noun(written: str, name: str) -> bool:
    """Say whether an abbreviation, after an article or not, is written as the noun that has its letters: "der Weg"."""
    word = written.rsplit(maxsplit=1)[-1]
    return _key(word) == _key(name) and sum(letter.isupper() for letter in word) < 2


def named_in(text: str) -> frozenset[str]:
    """Return the statutes of the table that `text` names by a capitalised name; those of the SGB in any spelling."""
    names = set()
    for word in re.finditer(r"(?<![^\W_])[^\W\d_]", text):
        found = at(text, word.start(), is_known=True)
        if found and found.name in _BOOKS:
            more = _MORE_BOOKS.match(text, found.end)
            names |= {found.name, *(_SGB[one] for one in re.findall(r"\w+", more[0].casefold() if more else "") if one in _SGB)}
        elif found and word[0].isupper() and not _is_noun(text[found.start : found.end], found.name):
            names.add(found.name)
    return frozenset(names)
