"""Settings: defaults, then a TOML file, then the environment; the later wins.

The file is `kb.toml` in the working folder, or the one that KB_CONFIG names. Relative paths in it start at its folder,
paths from the environment and the defaults at the working folder. Each setting is also `KB_` and its name in capitals.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from kb.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator can set."""

    source: Path = Path("docs_source")  # the guides, by topic folder
    index: Path = Path("index")
    topics: Path | None = None  # the house's own topics.toml
    synonyms: Path | None = None  # the house's own entries of the vocabulary
    queries: Path | None = None  # the house's own test questions
    semantic_model: Path | None = None  # folder with a sentence-embedding model; None: search by words alone
    name: str = "Handlungshilfen"  # title of the page
    contact: str = ""  # whom users ask; shown where something went wrong
    workers: int = 0  # files read at the same time; 0: one per core
    lock_timeout_s: int = 60  # how long a second ingest waits for the first


NAMES = tuple(field.name for field in fields(Settings))


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings in force.

    Raises:
        ConfigError: the file is missing though named, is not TOML, or a setting is unknown or has a wrong value.
    """
    values: dict[str, Path | str | int] = {}
    named = environ.get("KB_CONFIG")
    file = Path(named) if named else Path("kb.toml")
    if named or file.exists():
        for key, value in _read(file).items():
            values[key] = _checked(str(file), key, value, file.parent)
    for key in NAMES:
        text = environ.get(f"KB_{key.upper()}")
        if text:
            values[key] = _checked("KB_" + key.upper(), key, text, Path())
    return Settings(**values)  # type: ignore[arg-type]  # _checked gives each value its field's type


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(file), "KB_CONFIG", str(error)) from error


def _checked(origin: str, key: str, value: object, folder: Path) -> Path | str | int:
    if key not in NAMES:
        raise ConfigError(origin, key, "unknown")
    if key in ("source", "index", "topics", "synonyms", "queries", "semantic_model"):
        if isinstance(value, str) and value:
            return folder / value
        raise ConfigError(origin, key, "path")
    if key in ("name", "contact"):
        if isinstance(value, str):
            return value
        raise ConfigError(origin, key, "text")
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ConfigError(origin, key, "number")
