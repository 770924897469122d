"""The axes by which a house orders its guides: topics on two levels, kinds, partners. Read from `topics.toml`.

Values are ids, which never change; titles are what a user reads and may. A house replaces the packaged file with its own
(setting `topics`); that needs no new index.
"""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from kb import messages
from kb.errors import ConfigError
from kb.model import Axis
from kb.norms import Norm

NO_TOPIC = "ohne-thema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic; one of the first level has children. `signals` are words that speak for it."""

    id: str
    title: str
    short: str = ""
    signals: tuple[str, ...] = ()
    children: tuple["Topic", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What sort of text a guide is, and whether that sort binds caseworkers."""

    id: str
    title: str
    short: str = ""
    signals: tuple[str, ...] = ()
    is_binding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """With whom the Jobcenter works together."""

    id: str
    title: str


@dataclass(frozen=True)
class Taxonomy:
    """All values of the three axes, in the order of the file."""

    topics: tuple[Topic, ...]
    kinds: tuple[Kind, ...]
    partners: tuple[Partner, ...]

    @cached_property
    def titles(self) -> Mapping[tuple[Axis, str], str]:
        """The German title of every value of every axis."""
        topics = {t.id: t.title for topic in self.topics for t in (topic, *topic.children)}
        return (
            {(Axis.TOPIC, id_): title for id_, title in topics.items()}
            | {(Axis.KIND, kind.id): kind.title for kind in self.kinds}
            | {(Axis.PARTNER, partner.id): partner.title for partner in self.partners}
            | {(Axis.VALIDITY, value): title for value, title in messages.VALIDITIES.items()}
            | {(Axis.TOPIC, NO_TOPIC): messages.WITHOUT_TOPIC, (Axis.KIND, ""): messages.WITHOUT_KIND}
        )

    @cached_property
    def kind_by_id(self) -> Mapping[str, Kind]:
        """Kinds by id."""
        return {kind.id: kind for kind in self.kinds}

    def title(self, axis: Axis, value: str) -> str:
        """Return the German title; of a value that the file no longer knows, the value itself."""
        if axis is Axis.NORM:
            return _norm(value)
        return self.titles.get((axis, value), value)

    def ids(self, axis: Axis) -> tuple[str, ...]:
        """Return the ids that a guide may carry on this axis."""
        return tuple(value for a, value in self.titles if a is axis and value not in ("", NO_TOPIC))

    def topic_of_folder(self, folders: Iterable[str]) -> str | None:
        """Return the topic that a path's folders name, by id or by title; the innermost that names one wins."""
        found = [self._names[plain] for folder in folders if (plain := _plain(folder)) in self._names]
        return found[-1] if found else None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        names = {_plain(name): id_ for (axis, id_), title in self.titles.items() if axis is Axis.TOPIC for name in (id_, title)}
        return {_plain(id_.rpartition(".")[2]): id_ for id_ in reversed(self.ids(Axis.TOPIC)) if "." in id_} | names


def load(path: Path | None = None) -> Taxonomy:
    """Return the axes of the house's file, or of the packaged one.

    Raises:
        ConfigError: the file cannot be read, or an entry lacks its id or title.
    """
    origin = str(path or "topics.toml")
    try:
        text = path.read_text("utf-8") if path else resources.files("kb").joinpath("data/topics.toml").read_text("utf-8")
        data = tomllib.loads(text)
        return Taxonomy(
            topics=tuple(_topic(t, tuple(_topic(child) for child in t.get("unterthema", []))) for t in data.get("thema", [])),
            kinds=tuple(
                Kind(
                    id=k["id"],
                    title=k["titel"],
                    short=k.get("kurz", ""),
                    signals=tuple(k.get("signale", [])),
                    is_binding=k.get("verbindlich", False),
                )
                for k in data.get("dokumentart", [])
            ),
            partners=tuple(Partner(id=p["id"], title=p["titel"]) for p in data.get("partner", [])),
        )
    except KeyError as error:
        raise ConfigError(origin, str(error.args[0]), "missing") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(origin, "topics", str(error)) from error


def _topic(entry: dict[str, Any], children: tuple[Topic, ...] = ()) -> Topic:
    return Topic(
        id=entry["id"],
        title=entry["titel"],
        short=entry.get("kurz", ""),
        signals=tuple(entry.get("signale", [])),
        children=children,
    )


def _norm(term: str) -> str:
    try:
        return str(Norm.from_term(term))
    except ValueError:  # an address may hold anything
        return term


def _plain(name: str) -> str:
    """Fold a folder name or title so that "Junge Menschen", "junge-menschen" and "01_junge_menschen" are one."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        folded = folded.replace(umlaut, letters)
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "-".join(words[1:] if len(words) > 1 and words[0].isdecimal() else words)
