"""What pypdf is asked about a PDF that is not plain, or of which pdfium cannot read a page.

pypdf's limits stop hostile files, and it reads some that pdfium fails on; it takes ten times as long, and its import as long
as a small guide. So `kb.extract.pdf` imports this module only when it is needed.
"""

import zlib
from pathlib import Path

import pypdf
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError, WrongPasswordError

from kb.errors import ExtractionError, ExtractionReason

# what pypdf raises on damaged files, besides its own errors
_PYTHON_DAMAGES = (ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError)
_DAMAGES = (PyPdfError, *_PYTHON_DAMAGES, ValueError, zlib.error)


def opened(path: Path) -> pypdf.PdfReader | None:
    """Return a reader, or None for a damaged file.

    Raises:
        ExtractionError: a password is needed, or the file breaks one of pypdf's limits.
    """
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ExtractionError(str(path), ExtractionReason.ENCRYPTED)
        len(reader.pages)
    except LimitReachedError as error:
        raise ExtractionError(str(path), ExtractionReason.LIMIT, str(error)) from error
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise ExtractionError(str(path), ExtractionReason.ENCRYPTED) from error
    except _DAMAGES:
        return None
    return reader


def walked(path: Path) -> pypdf.PdfReader | None:
    """Return a reader after unpacking whatever its pages draw; as `opened`."""
    reader = opened(path)
    try:
        for page in reader.pages if reader else ():
            contents = page.get_contents()
            if contents is not None:
                contents.get_data()
    except LimitReachedError as error:
        raise ExtractionError(str(path), ExtractionReason.LIMIT, str(error)) from error
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise ExtractionError(str(path), ExtractionReason.ENCRYPTED) from error
    except _DAMAGES:
        return None
    return reader


def text(reader: pypdf.PdfReader, index: int) -> str:
    """Return the text of the page with this index, "" where pypdf cannot read it."""
    try:
        return reader.pages[index].extract_text()
    except _DAMAGES:
        return ""
