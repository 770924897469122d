"""What is known about a guide besides its text: sidecar, then document, then folder, then file name; the earlier wins.

A sidecar is `NAME.toml` (or `NAME.pdf.toml`) beside the guide; its keys are German, because authors write it. Nothing is
guessed: what no source says stays empty. Pure, save for reading the sidecar.
"""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from kb import analysis, cleaning, dates
from kb.errors import MetadataError, MetadataProblem
from kb.model import Axis, Extracted
from kb.topics import Taxonomy

VERSION = 1  # another one makes every guide's record be made again

Fields = Mapping[str, Any]
"""Fields of `Guide` by name."""

KEYS = {
    "titel": "title",
    "dokumentart": "kind",
    "themen": "topics",
    "partner": "partners",
    "herausgeber": "publisher",
    "region": "region",
    "ansprechstelle": "contact",
    "stand": "edition",
    "gilt_ab": "valid_from",
    "gilt_bis": "valid_until",
    "ersetzt": "supersedes",
    "pruefen_bis": "review_by",
    "verbindlich": "is_binding",
}
"""The sidecar's schema: German key -> field of `Guide`."""

_N_COVER_PAGES = 3  # on which edition and validity are looked for
_N_COVER_LINES = 12
_DATE_LINE = re.compile(dates.PATTERN, re.IGNORECASE)
_EDITION = re.compile(rf"\bStand\b(?: der \w+)?\s*:?\s*({dates.PATTERN})", re.IGNORECASE)
_VALID_FROM = re.compile(rf"^\W*(?:gültig(?:keit)?|gilt|in kraft) (?:ab|seit)\b\s*:?\s*({dates.PATTERN})", re.IGNORECASE | re.M)
_VALID_UNTIL = re.compile(rf"^\W*(?:gültig(?:keit)?|gilt) bis\b\s*:?\s*({dates.PATTERN})", re.IGNORECASE | re.M)
_IN_FILE_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2}-\d{2}(?:-\d{2})?)(?!\d)")
_GENERIC_TITLE = re.compile(
    r"(?i)^(microsoft \w+ - .*|.*\.(docx?|odt|pdf|indd|pptx?)|(dokument|document|unbenannt|untitled)\W*\d*|titel)$"
)
# A person's name must not become the publisher: an author counts only if it names an institution
_INSTITUTION = re.compile(
    r"(?i)agentur|jobcenter|ministeri|bundes|land|kreis\b|stadt|gemeinde|amt\b|verband|gmbh|e\. ?V\.|institut|stiftung|kasse\b"
)


def of_guide(place: str, sidecar: Fields, extracted: Extracted, taxonomy: Taxonomy) -> Fields:
    """Return the fields of a guide at `place`, a path below the source folder."""
    path = PurePosixPath(place)
    cover = "\n".join(page.text for page in extracted.pages[:_N_COVER_PAGES])
    topic = taxonomy.topic_of_folder(path.parts[:-1])
    fields = {
        **_of_file_name(path),
        **({"topics": (topic,)} if topic else {}),
        **_of_document(extracted, cover, taxonomy),
        **sidecar,
    }
    fields.setdefault("kind", _kind((fields["title"], extracted.title_line), _cover_parts(extracted), taxonomy))
    if "is_binding" not in fields and fields["kind"]:
        fields["is_binding"] = taxonomy.kind_by_id[fields["kind"]].is_binding
    return {key: value for key, value in fields.items() if value not in ("", (), None)}


# ---- sidecar -----------------------------------------------------------------------------------------------------------


def sidecars(path: Path) -> tuple[Path, ...]:
    """Return where a guide's sidecar may lie; the first that exists counts."""
    return path.with_name(path.name + ".toml"), path.with_suffix(".toml")


def read_sidecar(path: Path, name: str, taxonomy: Taxonomy) -> Fields:
    """Return what a sidecar says, in terms of `Guide`. `name` is what messages call it.

    Raises:
        MetadataError: not readable as TOML, an unknown key, or a wrong value; with the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        entries = tomllib.loads(text.replace("\r\n", "\n"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise MetadataError(name, int(line[1]) if line else 1, MetadataProblem.NOT_TOML, hint=str(error)) from error
    fields: dict[str, Any] = {}
    for key, value in entries.items():

        def fail(problem: MetadataProblem, wrong: object = value, hint: str = "", key: str = key) -> MetadataError:
            return MetadataError(name, _line(text, key), problem, key=key, value=str(wrong), hint=hint)

        if key not in KEYS:
            raise fail(MetadataProblem.UNKNOWN_KEY, hint=_likely(key, KEYS))
        fields[KEYS[key]] = _READERS[key](value, taxonomy, fail)
    until, since = fields.get("valid_until"), fields.get("valid_from")
    if until and since and until < since:
        raise MetadataError(
            name, _line(text, "gilt_bis"), MetadataProblem.ENDS_EARLY, key="gilt_bis", value=f"{until:%d.%m.%Y}"
        )
    return fields


_Fail = Callable[..., MetadataError]
_Reader = Callable[[Any, Taxonomy, _Fail], Any]


def _text(value: Any, _: Taxonomy, fail: _Fail) -> str:
    if not isinstance(value, str):
        raise fail(MetadataProblem.NO_TEXT)
    return value.strip()


def _texts(value: Any, _: Taxonomy, fail: _Fail) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise fail(MetadataProblem.NO_LIST)
    return tuple(text.strip() for text in texts if text.strip())


def _ids(axis: Axis) -> _Reader:
    def read(value: Any, taxonomy: Taxonomy, fail: _Fail) -> tuple[str, ...]:
        by_name = {name: id_ for id_ in taxonomy.ids(axis) for name in (taxonomy.title(axis, id_).casefold(), id_)}
        found = []
        for text in _texts(value, taxonomy, fail):
            id_ = by_name.get(text) or by_name.get(text.casefold())
            if not id_:
                raise fail(MetadataProblem.UNKNOWN_VALUE, text, _likely(text, taxonomy.ids(axis)))
            found.append(id_)
        return tuple(dict.fromkeys(found))

    return read


def _kind_id(value: Any, taxonomy: Taxonomy, fail: _Fail) -> str:
    ids = _ids(Axis.KIND)([_text(value, taxonomy, fail)], taxonomy, fail)
    return str(ids[0]) if ids else ""


def _partial(value: Any, _: Taxonomy, fail: _Fail) -> str:
    text = dates.partial(str(value)) if isinstance(value, date | str | int) and not isinstance(value, bool) else ""
    if not text:
        raise fail(MetadataProblem.NO_DATE)
    return text


def _truth(value: Any, _: Taxonomy, fail: _Fail) -> bool:
    if not isinstance(value, bool):
        raise fail(MetadataProblem.NO_TRUTH)
    return value


_READERS: Mapping[str, _Reader] = {
    "titel": _text,
    "dokumentart": _kind_id,
    "themen": _ids(Axis.TOPIC),
    "partner": _ids(Axis.PARTNER),
    "herausgeber": _text,
    "region": _text,
    "ansprechstelle": _text,
    "stand": _partial,
    "gilt_ab": lambda *given: dates.first_day(_partial(*given)),
    "gilt_bis": lambda *given: dates.last_day(_partial(*given)),
    "ersetzt": _texts,
    "pruefen_bis": lambda *given: dates.last_day(_partial(*given)),
    "verbindlich": _truth,
}


def _line(text: str, key: str) -> int:
    """Return the line on which a key stands; 1 for one that is written in an unusual way."""
    found = re.search(rf"^[ \t]*[\[\"']*{re.escape(key)}\b", text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _likely(wrong: str, right: Iterable[str]) -> str:
    close = difflib.get_close_matches(wrong, [*right], n=1) or difflib.get_close_matches(
        wrong.rpartition(".")[2], [*right], n=1, cutoff=0.4
    )
    return close[0] if close else ""


# ---- document and file name ----------------------------------------------------------------------------------------------


def _of_document(extracted: Extracted, cover: str, taxonomy: Taxonomy) -> dict[str, Any]:
    # A "Stand" in a list of changes is not the guide's; one that stands at the edge of its pages is
    edges = "\n".join((*cleaning.edges(extracted.pages), *extracted.running))

    def dated(pattern: re.Pattern[str]) -> str:
        return _most_frequent(pattern.findall(edges)) or _most_frequent(pattern.findall(cover))

    since = dated(_VALID_FROM)
    edition = dated(_EDITION) or since or _date_on_a_line(cover)
    by_title = {taxonomy.title(Axis.TOPIC, id_).casefold(): id_ for id_ in taxonomy.ids(Axis.TOPIC)}
    topics = tuple(by_title[word.casefold()] for word in extracted.keywords if word.casefold() in by_title)
    found = {
        "title": _title(extracted, cover),
        "edition": edition,
        "valid_from": dates.first_day(since),
        "valid_until": dates.last_day(dated(_VALID_UNTIL)),
        "publisher": extracted.author.strip() if _INSTITUTION.search(extracted.author) else "",
        "topics": topics,
    }
    return {key: value for key, value in found.items() if value}


def _title(extracted: Extracted, cover: str) -> str:
    """Return the document's own title: its properties' if the cover bears it out, else the line in the largest type.

    A property often is generic or left over from the file that served as template; then the cover lacks its numbers.
    """
    title, line = " ".join(extracted.title.split()), " ".join(extracted.title_line.split())
    words = analysis.words(title)
    on_cover = set(analysis.words(cover))
    numbers = {word for word in words if any(c.isdigit() for c in word)}
    says_something = len(words) > 1 or (len(title) > 3 and words[0] in on_cover)
    is_trusted = bool(words) and says_something and not _GENERIC_TITLE.match(title) and numbers <= on_cover
    if is_trusted and (len(set(words) & on_cover) * 2 >= len(words) or not line):
        return title
    return line or (title if is_trusted else "")


def _of_file_name(path: PurePosixPath) -> dict[str, Any]:
    stem = path.stem
    dated = _IN_FILE_NAME.search(stem)
    title = " ".join(re.sub(r"[_\s]+", " ", stem.replace(dated[1], "") if dated else stem).split())
    return {"title": title.strip(" -") or stem} | ({"edition": dates.partial(dated[1])} if dated else {})


def _cover_parts(extracted: Extracted) -> list[str]:
    lines = [line for page in extracted.pages[:1] for line in page.text.splitlines() if line.strip()]
    return [part for line in lines[:_N_COVER_LINES] for part in line.split("·")]  # "Handlungshilfe · Stand 07/2026"


def _kind(titles: Iterable[str], cover: Iterable[str], taxonomy: Taxonomy) -> str:
    """Return the kind that the titles name, else the first that a part of a line on the cover does; the longest signal wins.

    On the cover at least half of the part has to be the signal, and a title has to begin with one that makes a guide binding:
    "Gesetz" in a sentence makes no statute.
    """
    for text, min_share in (*((title, 0.0) for title in titles), *((part, 0.5) for part in cover)):
        stems = analysis.stems(text)
        found: list[tuple[int, str]] = []
        for kind in taxonomy.kinds:
            for signal in map(analysis.stems, kind.signals):
                is_there = f" {' '.join(signal)} " in f" {' '.join(stems)} " and len(signal) >= min_share * len(stems)
                if is_there and (min_share or not kind.is_binding or stems[: len(signal)] == signal):
                    found.append((len("".join(signal)), kind.id))
        if found:
            return max(found)[1]
    return ""


def _most_frequent(found: Sequence[str]) -> str:
    counted = Counter(filter(None, map(dates.partial, found)))
    return counted.most_common(1)[0][0] if counted else ""


def _date_on_a_line(cover: str) -> str:
    lines = cover.splitlines()[: 2 * _N_COVER_LINES]
    return next((dates.partial(line) for line in lines if _DATE_LINE.fullmatch(line.strip())), "")
