"""Choose the extractor for a file by its ending. Adding a format is one module and one line of the table."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from kb import cleaning
from kb.errors import ExtractionError, ExtractionReason
from kb.model import Extractor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    module: str
    name: str
    version: str  # another one makes guides of this format be read again: bump when the output changes


_FORMATS = {
    ".pdf": _Format(module="kb.extract.pdf", name="PdfExtractor", version="pdf 3"),
    ".docx": _Format(module="kb.extract.word", name="WordExtractor", version="docx 4"),
    ".odt": _Format(module="kb.extract.odt", name="OdtExtractor", version="odt 3"),
}

SUFFIXES = tuple(_FORMATS)


def version_for(path: Path) -> str:
    """Return the version of everything that turns this file into text, cleaning included, without importing a library.

    Raises:
        ExtractionError: no extractor reads files with this ending.
    """
    return f"{_format(path).version}, cleaning {cleaning.VERSION}"


def module_for(path: Path) -> str:
    """Return the name of the module that reads the file, without importing it.

    Raises:
        ExtractionError: no extractor reads files with this ending.
    """
    return _format(path).module


def extractor_for(path: Path) -> Extractor:
    """Return the extractor for the file; imports the format's library.

    Raises:
        ExtractionError: no extractor reads files with this ending.
    """
    row = _format(path)
    extractor: Extractor = getattr(import_module(row.module), row.name)()
    return extractor


def _format(path: Path) -> _Format:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise ExtractionError(str(path), ExtractionReason.WRONG_TYPE, path.suffix) from None
