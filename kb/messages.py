"""Every German sentence a user sees; plural, date and number forms."""

import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kb.errors import (
    CollectionError,
    CollectionProblem,
    ConfigError,
    EntryError,
    EntryProblem,
    ExtractionError,
    ExtractionReason,
    IndexDamagedError,
    IndexLockedError,
    IndexMissingError,
    IndexOutdatedError,
    IndexTakenError,
    IndexUnusableError,
    KbError,
    LibraryMissingError,
    MetadataError,
    MetadataProblem,
    ModelError,
    ModelProblem,
    QuestionsError,
    QuestionsProblem,
    SourceError,
    SourceReason,
)

# ---- page --------------------------------------------------------------------------------------------------------------

SEARCH_PAGE = "Suche"
INVENTORY_PAGE = "Bestand"
HELP_PAGE = "Hilfe"
NAVIGATION = "Bereiche"

SEARCH_LABEL = "Wonach suchen Sie?"
SEARCH_PLACEHOLDER = "zum Beispiel Umzug Zusicherung"
SEARCH_BUTTON = "Suchen"
FILTERS = "Filter"
CHOSEN_FILTERS = "Gewählte Filter"
REMOVE_ALL = "Alle entfernen"
REMOVE_FILTER = "Filter entfernen"
AXES = {"thema": "Thema", "art": "Art", "partner": "Netzwerkpartner", "norm": "Rechtsgrundlage", "gueltigkeit": "Gültigkeit"}

BINDING = "verbindlich"
NEW_TAB = "öffnet in neuem Tab"
ONLY_EARLIER = "Nur in einer früheren Ausgabe gefunden."
CURRENT_EDITION = "Aktuelle Ausgabe"
WITHOUT_TOPIC = "ohne Thema"
WITHOUT_KIND = "ohne Angabe"
VALIDITIES = {"gilt": "gilt heute", "gilt-noch-nicht": "gilt noch nicht", "gilt-nicht-mehr": "gilt nicht mehr"}
FILE_KINDS = {".pdf": "PDF", ".docx": "Word-Datei", ".odt": "ODT-Datei"}

PAGES = "Seiten mit Ergebnissen"
PREVIOUS_PAGE = "Zurück"
NEXT_PAGE = "Weiter"

TOPICS = "Themen"
KINDS = "Arten"
PARTNERS = "Netzwerkpartner"
NEWEST = "Neu und geändert"
EXPIRING = "Läuft ab oder ist zu prüfen"
MORE_PARTNERS = "Weitere Partner"

ASK = "Wen Sie fragen können"
HOW_TO_SEARCH = "So suchen Sie"
HOW_TO_SEARCH_LEAD = (
    "Geben Sie ein, worum es geht, und drücken Sie die Eingabetaste. Beim Tippen erscheinen Vorschläge aus dem Bestand; mit "
    "den Pfeiltasten wählen Sie einen. Mit der Taste / springen Sie jederzeit in das Suchfeld."
)
EXAMPLES_HEAD = ("Eingabe", "Findet")
EXAMPLES = (
    (
        "Umzug Zusicherung",
        "Textstellen mit einem der Wörter, die besten zuerst; was einer fehlt, steht dabei. Beugungen zählen mit.",
    ),
    ("„Kosten der Unterkunft“", "Nur Textstellen, in denen die Wörter genau so aufeinanderfolgen."),
    ("Umzug -Darlehen", "Keine Textstellen, in denen „Darlehen“ vorkommt."),
    (
        "§ 16e SGB II",
        "Die Vorschrift in jeder Schreibweise; ohne Gesetz die des SGB II oder die, von der eine Handlungshilfe handelt. Mit "
        "Minus davor wird sie ausgeschlossen.",
    ),
    ("Wohnungs*", "Alle Wörter mit diesem Anfang, zum Beispiel Wohnungslosigkeit."),
)
HELP = (
    (
        "Was Sie in den Ergebnissen sehen",
        (
            "Jede Handlungshilfe erscheint einmal, mit ihrer besten Fundstelle. Der Titel öffnet das Original: PDF in einem "
            "neuen Tab auf der genannten Seite, Word- und ODT-Dateien zum Herunterladen.",
            "Gefundene Wörter sind unterlegt und unterstrichen. Auslassungspunkte stehen nur dort, wo Text gekürzt ist.",
            "Ein Schloss und das Wort „verbindlich“ kennzeichnen Weisungen und Rechtsgrundlagen. Alles andere ist Empfehlung.",
            "„Weitere Fundstellen“ zeigt, wo dieselbe Handlungshilfe noch von Ihren Wörtern handelt.",
        ),
    ),
    (
        "Filter",
        (
            "Mehrere Werte in einer Gruppe erweitern das Ergebnis, Werte aus verschiedenen Gruppen engen es ein. Die Zahl "
            "hinter einem Wert sagt, wie viele Handlungshilfen er zeigen würde.",
            "Ihre Suche steht mit allen Filtern in der Adresse. Sie können sie als Lesezeichen speichern oder weitergeben; "
            "verwenden Sie deshalb keine Namen oder Daten von leistungsberechtigten Personen.",
        ),
    ),
    (
        "Gültigkeit und Ausgaben",
        (
            "„Stand“ nennt die Ausgabe. Ob sie gilt, steht nur dabei, wenn es darauf ankommt: „gilt ab“, „gilt bis“ und „galt "
            "bis“ mit dem Tag, „ersetzt durch“ mit der neueren Ausgabe.",
            "Gezeigt wird die aktuelle Ausgabe; frühere sind darunter eingeklappt. Stehen Ihre Wörter nur in einer früheren "
            "Ausgabe, sagt das Ergebnis es ausdrücklich.",
        ),
    ),
)

OTHER_WORDS = "Schreibweise prüfen, weniger Wörter oder ein anderes Wort für dieselbe Sache versuchen."
RUN_COMMAND = "Wer den Server betreut, ruft im Ordner des Projekts auf:"
INDEX_TROUBLE = "Die Suche steht gerade nicht zur Verfügung"
INDEX_MISSING = "Es gibt noch keinen Suchindex."
INDEX_OUTDATED = "Der Suchindex stammt aus einer anderen Programmversion und muss neu aufgebaut werden."
INDEX_DAMAGED = "Der Suchindex ist beschädigt und muss neu aufgebaut werden."
INDEX_COMMAND = "python ingest.py"
INDEX_WAITS = "Sobald das fertig ist, erscheint hier die Suche; Sie brauchen nichts neu zu starten oder zu laden."
INDEX_STILL_WORKS = "Die Hilfe ist weiter erreichbar, und die Originale liegen unverändert in ihrem Ordner."
FAILURE = "Das hat nicht geklappt"
FAILURE_EXPLAINED = "Beim Anzeigen ist ein Fehler aufgetreten. Ihre Suche steht noch in der Adresse dieser Seite."
FAILURE_WAYS_OUT = "Laden Sie die Seite neu. Bestand und Hilfe sind weiter erreichbar."

NOT_FOUND = "Nicht gefunden"
NOT_FOUND_PAGE = "Unter dieser Adresse gibt es keine Seite."
NOT_FOUND_ORIGINAL = "Dieses Original ist nicht mehr da. Vielleicht wurde die Handlungshilfe ersetzt oder verschoben."
TO_SEARCH = "Zur Suche"
NO_SCRIPT = "Diese Seite braucht JavaScript. Bitte schalten Sie es im Browser ein."


def number(n: int) -> str:
    """Return 1.234 for 1234."""
    return f"{n:,}".replace(",", ".")


def day(value: date) -> str:
    """Return 01.07.2026."""
    return f"{value:%d.%m.%Y}"


def edition(value: str) -> str:
    """Return "Stand 07/2026" for "2026-07-15" and "2026-07", "Stand 2026" for "2026", nothing for nothing."""
    year, _, rest = value.partition("-")
    month = rest[:2]
    return f"Stand {month}/{year}" if month else f"Stand {year}" if year else ""


def n_guides(n: int) -> str:
    """Return the number with its noun."""
    return "1 Handlungshilfe" if n == 1 else f"{number(n)} Handlungshilfen"


def all_guides(n: int) -> str:
    """Return the heading of the whole inventory."""
    return f"{n_guides(n)} von A bis Z"


def found(n_all_words: int, n_some_words: int, *, has_many_words: bool, is_near: bool = False) -> str:
    """Return the heading above results; `is_near`: there are such without any of the words."""
    if not has_many_words:
        return n_guides(n_all_words + n_some_words)
    if not n_all_words:
        near = OR_NEAR if is_near else ""
        return f"Keine Handlungshilfe mit allen Wörtern, {number(n_some_words)} mit einem Teil davon{near}"
    more = f", {number(n_some_words)} weitere" if n_some_words else ""
    return f"{n_guides(n_all_words)} mit allen Wörtern{more}"


def addition(relation: str, name: str, before: str = "same") -> str:
    """Return a name that was searched for besides the typed words, with what it is to them if the one `before` was not that."""
    return name if relation in ("same", before) else f"{RELATIONS[relation]}: {name}"


def search_without(name: str) -> str:
    """Return what the link beside such a name does."""
    return f"Ohne „{name}“ suchen"


def search_again(name: str) -> str:
    """Return what the link beside a name does that was taken out."""
    return f"Wieder auch nach „{name}“ suchen"


def without(words: Iterable[str]) -> str:
    """Return the line that names what a passage lacks."""
    return f"Hier ohne: {', '.join(words)}"


def nothing_found(text: str) -> str:
    """Return the heading of an empty result."""
    if not text:
        return "Keine Handlungshilfe mit diesen Filtern"
    return f"Keine Treffer für: {text}" if set(text) & set('„“"') else f"Keine Treffer für „{text}“"


def searched_in(filters: Sequence[str]) -> str:
    """Return what an empty result was searched in."""
    return f"Gesucht wurde nur in: {', '.join(filters)}." if filters else "Gesucht wurde in allen Handlungshilfen."


def without_filters(n: int) -> str:
    """Return the way out that removes filters, with what it leads to."""
    return f"Ohne Filter suchen ({n_guides(n)})"


def without_signs(text: str, n: int) -> str:
    """Return the way out that drops quotes, exclusions and stars."""
    return f"Ohne Anführungszeichen, Minus und Stern suchen: {text} ({n_guides(n)})"


def page(n: int) -> str:
    """Return "Seite 12", with a space that does not break."""
    return f"Seite\u00a0{number(n)}"


def section(heading: str) -> str:
    """Return where in a guide without pages a passage stands."""
    return f"Abschnitt {heading}"


def download(suffix: str) -> str:
    """Return what a link to a file that no browser shows leads to."""
    return f"{FILE_KINDS.get(suffix, 'Datei')} zum Herunterladen"


def more_hits(n_shown: int, n_all: int) -> str:
    """Return the label of the passages besides the best one: all `n_all` of them, or the first `n_shown`."""
    if n_shown < n_all:
        return f"{number(n_shown)} von {number(n_all)} weiteren Fundstellen"
    return "1 weitere Fundstelle" if n_all == 1 else f"{number(n_all)} weitere Fundstellen"


def earlier_editions(n: int) -> str:
    """Return the label of several earlier editions."""
    return f"{number(n)} andere Ausgaben"


def earlier_edition(title: str, stand: str) -> str:
    """Return the label of one earlier edition."""
    return f"Frühere Ausgabe: {title}{f', {stand}' if stand else ''}"


def upcoming_edition(title: str, stand: str) -> str:
    """Return the label of an edition still to come."""
    return f"Künftige Ausgabe: {title}{f', {stand}' if stand else ''}"


def open_edition(suffix: str) -> str:
    """Return the link to the one other edition, which is named above it."""
    return "Öffnen" if suffix == ".pdf" else download(suffix)


def valid_from(value: date) -> str:
    """Return since when an edition will be in force."""
    return f"gilt ab {day(value)}"


def expired(value: date) -> str:
    """Return until when an edition was in force."""
    return f"galt bis {day(value)}"


def expires(value: date) -> str:
    """Return until when an edition is in force."""
    return f"gilt bis {day(value)}"


def review_by(value: date, *, is_over: bool) -> str:
    """Return by when a guide is to be reviewed."""
    return f"{'war zu prüfen' if is_over else 'zu prüfen'} bis {day(value)}"


def superseded(title: str, stand: str) -> str:
    """Return by what an edition was replaced."""
    return f"ersetzt durch „{title}“{f', {stand}' if stand else ''}"


def tab(parts: Sequence[str], name: str) -> str:
    """Return the title of the browser's tab: "Umzug · Seite 2 – Handlungshilfen"."""
    lead = " · ".join(part for part in parts if part)
    return f"{lead} – {name}" if lead else name


def filter_button(n: int) -> str:
    """Return the label of the button that opens the filters on a phone."""
    return f"{FILTERS} ({number(n)} gewählt)" if n else FILTERS


def page_of(n: int, n_pages: int) -> str:
    """Return where in the results a page stands."""
    return f"Seite {number(n)} von {number(n_pages)}"


def printed(text: str, filters: Sequence[str], as_of: date) -> str:
    """Return the line above a printed result."""
    parts = [f"Suche: {text}" if text else "", f"Filter: {', '.join(filters)}" if filters else "", f"gedruckt am {day(as_of)}"]
    return " · ".join(part for part in parts if part)


def contact(whom: str) -> str:
    """Return whom to ask; without a setting, the obvious."""
    return f"Fragen beantwortet: {whom}" if whom else "Fragen beantwortet, wer diese Sammlung in Ihrem Haus betreut."


def serving(name: str, address: str) -> str:
    """Return the line that the server prints once it answers."""
    return f"{name}: {address}"


def port_taken(host: str, port: int) -> str:
    """Return why the server cannot start."""
    return f"Port {port} auf {host} ist schon belegt. Mit einem anderen versuchen, zum Beispiel: PORT={port + 1} python app.py"


def address_unusable(host: str, port: int, reason: str) -> str:
    """Return why the server cannot start on this address."""
    return f"Unter {host}:{port} lässt sich kein Server starten: {reason}"


def bad_port(value: str) -> str:
    """Return what is wrong with the PORT of the environment."""
    return f"PORT muss eine Zahl von 1 bis 65535 sein, nicht „{value}“."


# ---- command line and errors -----------------------------------------------------------------------------------------------

VERDICTS = {
    "new": "neu",
    "changed": "geändert",
    "moved": "verschoben",
    "unchanged": "unverändert",
    "removed": "entfernt",
    "failed": "Fehler",
    "passed_over": "übergangen",
}
READING = "Handlungshilfen werden gelesen"
REBUILT = {
    "missing": "Der Suchindex wurde zum ersten Mal aufgebaut.",
    "outdated": "Der Suchindex stammte aus einer anderen Programmversion und wurde neu aufgebaut.",
    "damaged": "Der Suchindex war beschädigt und wurde neu aufgebaut.",
}
DRY_RUN = "Probelauf: Es wurde nichts geändert."
NOTHING_FOUND = "Keine Treffer."
STOPPED = "Abgebrochen; der Suchindex ist unbeschädigt, den Rest holt der nächste Lauf nach."

DOUBTS = {
    "scan_pages": "ein Teil der Seiten ist vermutlich eingescannt und ohne Texterkennung nicht auffindbar",
    "odd_text": "der Text ist kaum als Deutsch zu erkennen (Scan, Formular oder defekte Schrift); bitte prüfen",
}

_EXTRACTION = {
    ExtractionReason.EMPTY_FILE: "die Datei ist leer; bitte neu speichern",
    ExtractionReason.TOO_LARGE: "die Datei ist zu groß; bitte Bilder verkleinern oder die Datei aufteilen",
    ExtractionReason.WRONG_TYPE: "der Inhalt passt nicht zur Dateiendung; bitte im richtigen Format neu speichern",
    ExtractionReason.ENCRYPTED: "mit Kennwort geschützt; bitte ohne Kennwort speichern",
    ExtractionReason.OLD_WORD: "kennwortgeschützt oder altes Word-Format (.doc); bitte ohne Kennwort als .docx speichern",
    ExtractionReason.DAMAGED: "die Datei ist beschädigt; bitte aus dem Ursprungsprogramm neu speichern",
    ExtractionReason.NO_TEXT: "kein Text gefunden: vermutlich eingescannt; bitte mit Texterkennung speichern",
    ExtractionReason.LIMIT: "die Datei ist ungewöhnlich aufgebaut und entpackt sich übermäßig; bitte neu speichern",
    ExtractionReason.TIMEOUT: "das Lesen hat zu lange gedauert; bitte neu speichern oder aufteilen",
    ExtractionReason.CRASHED: "die Datei bringt das Lesen zum Absturz; bitte aus dem Ursprungsprogramm neu speichern",
    ExtractionReason.UNREADABLE: "die Datei lässt sich nicht öffnen; bitte Zugriffsrechte prüfen",
    ExtractionReason.BAD_NAME: "der Dateiname oder der eines Ordners enthält ungültige Zeichen; bitte umbenennen",
    ExtractionReason.INTERNAL: "beim Lesen ist ein Programmfehler aufgetreten; bitte der Betreuung melden",
}

_PASSED_OVER = {
    ".doc": "altes Word-Format; bitte als .docx speichern",
    ".rtf": "wird nicht gelesen; bitte als .docx speichern",
    ".toml": "Begleitdatei ohne Handlungshilfe gleichen Namens",
}


COMMAND_LINE = "Wissensdatenbank für Handlungshilfen"
COMMANDS = {
    "ingest": "Handlungshilfen in den Suchindex übernehmen",
    "search": "in den Handlungshilfen suchen",
    "glossary": "Fachwörter, Abkürzungen und frühere Bezeichnungen nachschlagen",
    "eval": "Güte der Suche an einer Sammlung mit bewerteten Anfragen messen",
    "check-queries": "Prüffragen stellen: steht das Erwartete noch vorn?",
    "explain": "begründen, warum eine Handlungshilfe bei einer Suche dort steht, wo sie steht",
}
COMMAND_LINE_HELP = {
    "index": "Ordner des Suchindex",
    "json": "Ergebnis als JSON-Objekt auf der Standardausgabe",
    "verbose": "Ablauf auf der Fehlerausgabe mitschreiben",
    "paths": "nur diese Dateien oder Ordner",
    "source": "Ordner mit den Handlungshilfen",
    "rebuild": "alles neu lesen, auch Unverändertes",
    "dry_run": "nur zeigen, was geschähe",
    "allow_removals": "auch übernehmen, wenn viele Handlungshilfen fehlen",
    "text": "Wörter, „feste Wendungen“, -ohne, Anfang*",
    "without": "diesen Begriff nicht zusätzlich suchen; mehrfach möglich",
    "limit": "höchstens so viele Ergebnisse",
    "offset": "so viele Ergebnisse überspringen",
    "topic": "nur dieses Thema (mehrfach möglich)",
    "kind": "nur diese Dokumentart (mehrfach möglich)",
    "partner": "nur mit diesem Netzwerkpartner (mehrfach möglich)",
    "norm": 'nur mit dieser Vorschrift, zum Beispiel "§ 16e" (mehrfach möglich)',
    "validity": "nur diese Gültigkeit (mehrfach möglich)",
    "folder": "Ordner mit corpus.jsonl, queries.jsonl und qrels.tsv",
    "run": "gefundene Texte in diese Datei schreiben (TREC-Format)",
    "run_limit": "höchstens so viele je Anfrage in der Datei; gemessen werden immer die ersten 10",
}

_ARGPARSE = {
    "usage: ": "Aufruf: ",
    "positional arguments": "Angaben",
    "options": "Schalter",
    "show this help message and exit": "diese Hilfe zeigen",
    "%(prog)s: error: %(message)s\n": "%(prog)s: falsch aufgerufen: %(message)s\n",
    "unrecognized arguments: %s": "unbekannte Angabe: %s",
    "the following arguments are required: %s": "es fehlt: %s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "expected one argument": "hier fehlt ein Wert",
    "ignored explicit argument %r": "%r passt hier nicht",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s ist nicht eindeutig: %(matches)s",
    "invalid %(type)s value: %(value)r": "%(value)r ist hier keine gültige Zahl",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r gibt es nicht; möglich sind: %(choices)s",
}


def of_argparse(text: str) -> str:
    """Return the German for a sentence of argparse's."""
    return _ARGPARSE.get(text, text)


def passed_over(suffix: str) -> str:
    """Return why a file of that ending is no guide."""
    return _PASSED_OVER.get(suffix.lower(), "keine Handlungshilfe (gelesen werden PDF, DOCX und ODT)")


def without_topic(n: int) -> str:
    """Return what helps guides without a topic."""
    return f"{n_guides(n)} ohne Thema: in einen Themenordner legen oder „themen“ in der Begleitdatei angeben"


def n_passages(n: int) -> str:
    """Return the number with its noun."""
    return "1 Textstelle" if n == 1 else f"{number(n)} Textstellen"


def unknown_editions(names: Sequence[str]) -> str:
    """Return that predecessors named in a sidecar are not there."""
    return f"ersetzt {', '.join(f'„{name}“' for name in names)}: nicht im Bestand"


def summary(n_taken: int, n_failed: int, n_removed: int, n_unchanged: int, seconds: float) -> str:
    """Return the last line of an ingest."""
    parts = [f"{n_guides(n_taken)} übernommen", f"{number(n_failed)} Fehler" if n_failed else ""]
    parts += [f"{number(n_removed)} entfernt" if n_removed else "", f"{number(n_unchanged)} unverändert"]
    return f"{', '.join(part for part in parts if part)} ({f'{seconds:.1f}'.replace('.', ',')} s)"


def outside(path: str, source: str) -> str:
    """Return that a path given to the ingest is not in the source folder, or not there."""
    return f"{path} liegt nicht in {source} oder ist nicht da. Bitte Dateien oder Ordner darin angeben."


def unknown_value(value: str, hints: Sequence[str]) -> str:
    """Return that an option's value is none of the known ones."""
    return f"„{value}“ gibt es nicht. Möglich sind: {', '.join(hints)}"


def file_trouble(path: object, number_: int | None) -> str:
    """Return why a file or folder of the index cannot be used, by the operating system's error number."""
    why = {
        errno.ENOSPC: "auf dem Datenträger ist kein Platz mehr",
        errno.EDQUOT: "das Kontingent auf dem Datenträger ist erschöpft",
        errno.EACCES: "keine Rechte, hier zu schreiben",
        errno.EPERM: "keine Rechte, hier zu schreiben",
        errno.EROFS: "der Datenträger ist schreibgeschützt",
        errno.ENOENT: "der Ordner dafür ist nicht da",
        errno.EEXIST: "hier wird ein Ordner gebraucht, keine Datei",
        errno.ENOTDIR: "hier wird ein Ordner gebraucht, keine Datei",
    }.get(number_ or 0, f"Fehler {number_} des Betriebssystems")
    return f"{f'{path}: ' if path else ''}{why}. Der Suchindex ist unverändert."


def explain(error: KbError) -> str:
    """Return in one German sentence what is wrong and what helps."""
    facts = {**vars(error), "meant": f"; gemeint „{error.hint}“?" if isinstance(error, MetadataError) and error.hint else ""}
    match error:
        case ExtractionError():
            text = _EXTRACTION[error.reason]
        case MetadataError():
            text = "{sidecar}, Zeile {line}: " + _METADATA[error.problem]
        case SourceError():
            facts["gone"] = f"{number(error.n_gone)} von {n_guides(error.n_known)}"
            text = _SOURCE[error.reason]
        case EntryError():
            text = "{origin}: Eintrag „{key}“: " + _ENTRY[error.problem]
        case ConfigError():
            text = "{origin}: Einstellung „{key}“: " + _CONFIG.get(error.reason, _NO_SETTINGS)
            line = re.search(r"line (\d+)", error.reason)  # of a parser's reason, which is English, only the line is told
            facts["line"] = f" (Zeile {line[1]})" if line else ""
        case CollectionError():
            text = f"{{file}}{', Zeile {line}' if error.line else ''}: {_COLLECTION[error.problem]}"
        case LibraryMissingError() | ModelError():
            text = _of_extra(error)
        case QuestionsError():
            text = "{file}: " + ("Frage {entry}: " if error.key else "") + _QUESTIONS[error.problem]
            line = re.search(r"line (\d+)", error.entry)
            facts["line"] = f" (Zeile {line[1]})" if line else ""
        case IndexUnusableError():
            text = "{folder}: " + _INDEX[type(error)]
        case _:
            text = FAILURE
    return text.format(**facts)


_METADATA = {
    MetadataProblem.NOT_TOML: "kein gültiges TOML; stehen alle Texte in Anführungszeichen, ist die Datei in UTF-8 gespeichert?",
    MetadataProblem.UNKNOWN_KEY: "„{key}“ ist kein bekanntes Feld{meant}",
    MetadataProblem.UNKNOWN_VALUE: "„{value}“ ist bei „{key}“ nicht vorgesehen{meant}",
    MetadataProblem.NO_TEXT: "bei „{key}“ gehört ein Text in Anführungszeichen hin",
    MetadataProblem.NO_LIST: 'bei „{key}“ gehört eine Liste hin, zum Beispiel {key} = ["…", "…"]',
    MetadataProblem.NO_DATE: "„{value}“ ist bei „{key}“ kein Datum; zum Beispiel {key} = 2026-07-01",
    MetadataProblem.NO_TRUTH: "bei „{key}“ gehört true oder false hin (ohne Anführungszeichen)",
    MetadataProblem.ENDS_EARLY: "„gilt_bis“ ({value}) liegt vor „gilt_ab“",
}

_ALLOW = "Es wurde nichts geändert. Ist das gewollt, dann mit --allow-removals wiederholen."
_SOURCE = {
    SourceReason.MISSING: "Der Ordner {folder} ist nicht da. Es wurde nichts geändert. Bitte Pfad oder Laufwerk prüfen.",
    SourceReason.UNREADABLE: "Der Ordner {folder} ist nicht lesbar. Es wurde nichts geändert. Bitte Zugriffsrechte prüfen.",
    SourceReason.EMPTY: f"Im Ordner {{folder}} liegt keine Handlungshilfe. {_ALLOW}",
    SourceReason.SHRUNK: f"Im Ordner {{folder}} fehlen {{gone}}. {_ALLOW}",
}

_CONFIG = {
    "unknown": "diese Einstellung gibt es nicht",
    "missing": "fehlt in einem Eintrag",
    "path": "hier gehört ein Pfad in Anführungszeichen hin",
    "text": "hier gehört ein Text in Anführungszeichen hin",
    "number": "hier gehört eine ganze Zahl ab 0 hin",
}
_NO_SETTINGS = "die Datei fehlt oder ist kein gültiges TOML{line}"

_INDEX: dict[type[IndexUnusableError], str] = {
    IndexMissingError: f"{INDEX_MISSING} Bitte zuerst „python ingest.py“ ausführen.",
    IndexOutdatedError: f"{INDEX_OUTDATED} Bitte „python ingest.py“ ausführen.",
    IndexDamagedError: f"{INDEX_DAMAGED} Bitte „python ingest.py“ ausführen.",
    IndexLockedError: "Ein anderer Lauf ist noch nicht fertig. Bitte später noch einmal versuchen.",
    IndexTakenError: "Der Ordner ist nicht leer. Bitte einen neuen angeben; es wurde nichts geändert.",
}

# ---- evaluation --------------------------------------------------------------------------------------------------------

EVALUATING = "Suche wird gemessen"
LIBRARY_MISSING = "Dafür wird das Paket „{package}“ gebraucht. Bitte einmal ausführen: .venv/bin/pip install -e '.[{extra}]'"

_COLLECTION = {
    CollectionProblem.MISSING: "die Datei ist nicht da",
    CollectionProblem.UNREADABLE: "die Datei ist nicht lesbar; bitte Zugriffsrechte prüfen",
    CollectionProblem.EMPTY: "die Datei enthält nichts",
    CollectionProblem.NOT_UTF8: "die Zeile ist nicht in UTF-8 gespeichert",
    CollectionProblem.NOT_JSON: 'hier gehört ein JSON-Objekt hin, zum Beispiel {{"id": "1", "text": "…"}}',
    CollectionProblem.NO_ID: "bei „id“ gehört eine Kennung hin: ein Text ohne Tabulator und Zeilenumbruch",
    CollectionProblem.NO_TEXT: "bei „{value}“ gehört zu „text“ und „title“ ein Text in Anführungszeichen",
    CollectionProblem.TWICE: "„{value}“ steht hier zum zweiten Mal",
    CollectionProblem.COLUMNS: "hier gehören drei Angaben hin, durch Tabulator getrennt: Anfrage, Text, Note",
    CollectionProblem.NO_GRADE: "„{value}“ ist keine Note; hier gehört eine ganze Zahl hin",
    CollectionProblem.UNKNOWN_QUERY: "die Anfrage „{value}“ steht nicht in queries.jsonl",
    CollectionProblem.UNKNOWN_DOCUMENT: "der Text „{value}“ steht nicht in corpus.jsonl",
    CollectionProblem.NOTHING_RELEVANT: "keine Note ist größer als 0: So lässt sich nichts messen",
}


def decimal(value: float, digits: int) -> str:
    """Return the number with so many digits after the comma and without thousands' dots."""
    return f"{value:.{digits}f}".replace(".", ",")


def measured(n_documents: int, n_queries: int, n_left_out: int) -> str:
    """Return what was measured."""
    texts = "1 Text" if n_documents == 1 else f"{number(n_documents)} Texte"
    queries = "1 Anfrage" if n_queries == 1 else f"{number(n_queries)} Anfragen"
    return f"{texts}, {queries}" + (f"; {number(n_left_out)} weitere ohne Bewertung nicht mitgezählt" if n_left_out else "")


def took(seconds_index: float, n_documents: int, ms_per_query: Mapping[str, float]) -> str:
    """Return how long an evaluation's index and queries took; milliseconds as "mean", "p50" and "p95"."""
    per_second = number(round(n_documents / seconds_index)) if seconds_index else "–"
    mean, p50, p95 = (decimal(ms_per_query[name], 1) for name in ("mean", "p50", "p95"))
    return (
        f"Aufbau des Suchindex {decimal(seconds_index, 1)} s ({per_second} Texte/s)\n"
        f"je Anfrage im Mittel {mean} ms, Median {p50} ms, 95 % unter {p95} ms"
    )


# ---- suggestions, "Meinten Sie" ----------------------------------------------------------------------------------------

MEANT = "Meinten Sie:"
SUGGESTION_SOURCES = {"titel": "Handlungshilfe", "ueberschrift": "Abschnitt", "thema": "Thema", "fachwort": "Fachwort"}


def n_suggestions(n: int) -> str:
    """Return the number of suggestions, as it is announced to those who do not see the list."""
    return "Keine Vorschläge" if not n else "1 Vorschlag" if n == 1 else f"{number(n)} Vorschläge"


def meant(text: str) -> str:
    """Return the question whether something else was meant."""
    return f"{MEANT} {text}?"


def topics_nearby(*, are_alike: bool) -> str:
    """Return what is said above topics where nothing was found: that they resemble what was typed, or are the largest."""
    return "Diese Themen könnten passen:" if are_alike else "Die meisten Handlungshilfen gibt es zu diesen Themen:"


# ---- vocabulary --------------------------------------------------------------------------------------------------------

GLOSSARY_PAGE = "Fachwörter"
GLOSSARY_LEAD = (
    "Wer eines dieser Wörter sucht, findet auch Handlungshilfen, in denen ein anderes dafür steht. Umgangssprachliche Wörter "
    "führen zum Fachwort, aber nicht zurück."
)
LOOK_UP_LABEL = "Nachschlagen"
LOOK_UP_PLACEHOLDER = "Fachwort, Abkürzung oder Alltagswort"
LETTERS = "Anfangsbuchstaben"
OTHER_LETTERS = "0–9"
NO_ENTRIES = "Es sind keine Fachwörter hinterlegt."
UNCHECKED = "bitte prüfen"
ALSO_SEARCHED = "Auch gesucht"
NOT_SEARCHED = "Nicht gesucht"
REASONS = {
    "word": "kommt vor",
    "added": "kommt unter anderem Namen vor",
    "alike": "kommt als Teil eines Wortes oder ähnlich vor",
    "written": "Wörter genau wie eingegeben",
    "parts": "gemeinsame Wortteile",
    "lead": "Wörter und Wortteile am Anfang der Stelle",
    "near": "eingegebene Wörter nahe beieinander",
    "all_words": "alle Wörter kommen vor",
    "lacking": "nicht alle Wörter kommen vor",
    "several": "weitere gute Stellen in dieser Handlungshilfe",
    "binding": "verbindliche Weisung",
    "not_in_force": "gilt heute nicht",
}
RELATIONS = {
    "same": "auch",
    "current": "heute",
    "former": "früher",
    "colloquial": "Fachwort",
    "everyday": "anders gesagt",
    "meant": "vermutlich gemeint",
}
ENTRY_FIELDS = {
    "stands_for": "anders gesagt",
    "short": "Abkürzung",
    "same": "gleichbedeutend",
    "former": "früher",
    "colloquial": "umgangssprachlich",
    "related": "siehe auch",
    "confused": "nicht verwechseln mit",
    "norms": "Vorschriften",
}
GLOSSARY_HELP = {"words": "nur Einträge mit diesem Wort oder Wortteil"}


def in_use(since: date | None, until: date | None) -> str:
    """Return since and until when a thing has had its name; nothing without either."""
    if since and until:
        return f"von {day(since)} bis {day(until)}"
    return f"seit {day(since)}" if since else f"bis {day(until)}" if until else ""


def search_for(term: str) -> str:
    """Return what a link to a search leads to."""
    return f"{SEARCH_BUTTON}: {term}"


def unbroken(norm: str) -> str:
    """Return "§ 22 SGB II" with spaces that do not break."""
    return norm.replace(" ", "\u00a0")


def not_listed(text: str) -> str:
    """Return that the page has nothing for the words."""
    return f"Zu „{text}“ gibt es keinen Eintrag. Bitte weniger Buchstaben versuchen; ohne Eingabe stehen hier alle Fachwörter."


def n_entries(n: int) -> str:
    """Return "1 Eintrag", "2 Einträge"."""
    return f"{number(n)} {'Eintrag' if n == 1 else 'Einträge'}"


def no_entry(text: str) -> str:
    """Return that the glossary has nothing for the words."""
    return f"Kein Fachwort zu „{text}“. Weniger Buchstaben versuchen oder ohne Angabe alle zeigen: kb glossary"


_ENTRY = {
    EntryProblem.NO_TABLE: "jeder Eintrag beginnt mit einer Zeile [[eintrag]] in doppelten Klammern",
    EntryProblem.NO_EVERYDAY: 'unter [alltag] steht je Zeile ein Wort mit einer Liste, zum Beispiel Chef = ["Arbeitgeber"]',
    EntryProblem.MISSING: "„{field}“ fehlt",
    EntryProblem.UNKNOWN_FIELD: "das Feld „{field}“ gibt es nicht",
    EntryProblem.NO_TEXT: "bei „{field}“ gehört ein Text in Anführungszeichen hin",
    EntryProblem.NO_LIST: 'bei „{field}“ gehört eine Liste von Wörtern hin, zum Beispiel {field} = ["…", "…"]',
    EntryProblem.NO_DATE: "bei „{field}“ gehört ein Datum hin, zum Beispiel {field} = 2026-07-01",
    EntryProblem.NO_TRUTH: "bei „{field}“ gehört true oder false hin (ohne Anführungszeichen)",
    EntryProblem.TWICE: "diese Kennung kommt in der Datei zweimal vor",
    EntryProblem.UNKNOWN_ENTRY: "es gibt keinen Eintrag mit dieser Kennung, der entfallen könnte",
    EntryProblem.NO_NAME: "unter „gross“ steht etwas, das in keiner Liste der Namen vorkommt",
    EntryProblem.ENDS_EARLY: "„bis“ liegt vor „seit“",
}

# ---- test questions ----------------------------------------------------------------------------------------------------

CHECK_QUERIES_HELP = {
    "file": "Datei mit Prüffragen; ohne Angabe die der Einstellung „queries“",
    "baseline": "zeigen, was sich seit diesem früheren Lauf bewegt hat",
    "save": "die Plätze in diese Datei schreiben, für --baseline",
}
NO_QUERIES = "Welche Prüffragen? Bitte eine Datei nennen oder die Einstellung „queries“ setzen."
QUERY_VERDICTS = {"failed": "nicht", "known": "bekannt", "solved": "gelingt"}
QUERY_SOLVED = "gelingt jetzt: Eintrag „bekannt“ entfernen"


def query_rank(name: str, within: int, rank: int | None) -> str:
    """Return where a guide stands that should stand among the first."""
    where = "nicht gefunden" if rank is None else f"steht auf {rank}"
    return f"{name}: erwartet auf {'1' if within == 1 else f'1–{within}'}, {where}"


def query_stranger(name: str) -> str:
    """Return that no guide has that path or title."""
    return f"{name}: steht nicht im Bestand; Pfad oder Titel prüfen"


def query_passage(passage: str) -> str:
    """Return that the guide is there, but not the passage."""
    return f"unter den gezeigten Fundstellen fehlt „{passage}“"


def query_intruder(name: str, rank: int) -> str:
    """Return that a guide stands where it must not."""
    return f"{name}: sollte dort nicht stehen, steht auf {rank}"


def query_moved(move: str, text: str, before: int | None, now: int | None) -> str:
    """Return how a question stands against an earlier run; a rank of None was not found."""
    then, here = (_NOWHERE if rank is None else str(rank) for rank in (before, now))
    ranks = here if move == "new" else f"{then} → {here}"
    return f"{_MOVES[move]:<10} „{text}“: {ranks}"


def queries_summary(n_passed: int, n_all: int, n_known: int, n_failed: int) -> str:
    """Return the last line: how many questions passed and how many did not."""
    return f"{number(n_passed)} von {number(n_all)} bestanden, {number(n_known)} bekannt, {number(n_failed)} nicht"


def queries_without_words(n_passed: int, n_all: int) -> str:
    """Return how many passed of those that share no word with what they look for."""
    return f"davon ohne gemeinsames Wort: {number(n_passed)} von {number(n_all)} bestanden"


_MOVES = {"better": "besser", "worse": "schlechter", "new": "neu"}
_NOWHERE = "nicht gefunden"

_QUESTIONS = {
    QuestionsProblem.NOT_TOML: "die Datei fehlt oder ist kein gültiges TOML{line}",
    QuestionsProblem.OTHER_VERSION: "oben gehört die Zeile schema_version = 1 hin",
    QuestionsProblem.NO_QUESTIONS: "die Datei enthält nur schema_version und Einträge [[frage]], davon mindestens einen",
    QuestionsProblem.UNKNOWN_KEY: "„{key}“ ist kein bekanntes Feld",
    QuestionsProblem.MISSING: "„{key}“ fehlt",
    QuestionsProblem.NO_TEXT: "bei „{key}“ gehört ein Text in Anführungszeichen hin",
    QuestionsProblem.NO_LIST: 'bei „{key}“ gehört eine Liste hin, zum Beispiel {key} = ["beratung/umzug.pdf"]',
    QuestionsProblem.NO_RANK: "bei „{key}“ gehört eine ganze Zahl von 1 bis 50 hin",
    QuestionsProblem.NO_TRUTH: "bei „{key}“ gehört true oder false hin (ohne Anführungszeichen)",
    QuestionsProblem.AMBIGUOUS: "„{key}“ geht nur, wenn genau eine Handlungshilfe erwartet wird",
    QuestionsProblem.TWICE: "diese Suche steht schon weiter oben",
    QuestionsProblem.NO_BASELINE: "die Datei fehlt oder wurde nicht mit --save geschrieben",
}

# ---- search by meaning -------------------------------------------------------------------------------------------------

EMBEDDING = "Bedeutung der Textstellen wird erfasst"
BY_MEANING = "inhaltlich ähnlich, ohne Ihre Wörter"
OR_NEAR = " oder inhaltlich ähnlich"
MODEL_WAY_OUT = "Bitte die Einstellung „semantic_model“ berichtigen; ohne sie wird nur nach Wörtern gesucht."
MODEL_LIBRARY_MISSING = (
    "Für die Einstellung „semantic_model“ wird das Paket „{package}“ gebraucht. "
    "Bitte einmal ausführen: .venv/bin/pip install -e '.[{extra}]'; ohne die Einstellung wird nur nach Wörtern gesucht."
)

_MODEL = {
    ModelProblem.MISSING: "Der Ordner mit dem Sprachmodell ist nicht da.",
    ModelProblem.NO_NETWORK: "Im Ordner mit dem Sprachmodell fehlt die Datei model.onnx (oder onnx/model.onnx).",
    ModelProblem.NO_TOKENIZER: "Im Ordner mit dem Sprachmodell fehlt die Datei tokenizer.json.",
    ModelProblem.DAMAGED: "Das Sprachmodell lässt sich nicht lesen; vermutlich ist es unvollständig kopiert.",
    ModelProblem.UNSUITED: "Dieses Sprachmodell eignet sich nicht; README.md sagt, welche sich eignen.",
}


def embedded(n_all: int, n_new: int) -> str:
    """Return what the search by meaning knows after an ingest."""
    return f"Suche nach Bedeutung: {n_passages(n_all)}, davon {number(n_new)} neu erfasst"


def _of_extra(error: LibraryMissingError | ModelError) -> str:
    """Return what is wrong with something that only some houses install or bring."""
    if isinstance(error, ModelError):
        return f"{{place}}: {_MODEL[error.problem]} {MODEL_WAY_OUT}"
    return MODEL_LIBRARY_MISSING if error.extra == "semantic" else LIBRARY_MISSING


# ---- explain -----------------------------------------------------------------------------------------------------------

EXPLAIN_HELP = {
    "text": "die Suche, in Anführungszeichen, wenn sie mehrere Wörter hat",
    "guide": "Pfad unterhalb des Quellordners, Titel oder Kennung der Handlungshilfe",
}
STANDS_BY_OTHER_EDITION = "steht im Ergebnis hinter einer anderen Ausgabe"


def no_such_guide(name: str) -> str:
    """Say that no guide bears this path, title or id."""
    return f"Keine Handlungshilfe heißt „{name}“. Pfad, Titel oder Kennung zeigt „kb search“."


def not_found_by(title: str, text: str) -> str:
    """Say why a guide is not among the results."""
    if not text.strip():
        return "Ohne Suchwort stehen die Handlungshilfen nach dem Alphabet."
    return f"„{title}“ wird mit „{text}“ nicht gefunden: Keine Stelle hat, was gesucht ist."


def stands(title: str, where: str, rank: int | None, n_works: int, score: float) -> str:
    """Say where a guide stands."""
    place = f"Platz {number(rank)} von {number(n_works)}" if rank else STANDS_BY_OTHER_EDITION
    return f"{title} ({where}): {place}, {points(score)} Punkte"


def points(value: float) -> str:
    """Return points with one digit behind the comma."""
    return f"{value:.1f}".replace(".", ",").replace("-", "−")


def share(reason: str, typed: str, found: Sequence[str]) -> str:
    """Say what a part of a score is for."""
    lead = f"„{typed}“ " if typed else ""
    behind = f": {', '.join(found[:5])}{' …' if len(found) > 5 else ''}" if found else ""
    return f"{lead}{REASONS[reason]}{behind}"


# ---- norms -------------------------------------------------------------------------------------------------------------

_MAX_READ_AS = 3  # norms that are named


def read_as(norms: Sequence[tuple[str, str]]) -> str:
    """Return how norms that were typed without a statute were read: "§ 16e gelesen als § 16e SGB II"."""
    if len(norms) > _MAX_READ_AS:
        statutes = _listed([unbroken(statute) for statute in dict.fromkeys(statute for _, statute in norms)])
        return f"Vorschriften ohne Angabe des Gesetzes gelesen als {statutes}"
    return f"{_listed([norm for norm, _ in norms])} gelesen als {_listed([unbroken(' '.join(each)) for each in norms])}"


def no_norm(text: str) -> str:
    """Return that an option's value is no norm."""
    return f"„{text}“ ist keine Vorschrift. Gemeint ist etwas wie „§ 16e“ oder „§ 44 SGB X“."


def _listed(names: Sequence[str]) -> str:
    return " und ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)
