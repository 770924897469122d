import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import SUFFIXES, extractor_for, version_for


def test_the_table_fits_the_extractors(tmp_path: Path) -> None:
    assert set(SUFFIXES) == {".pdf", ".docx", ".odt"}
    for suffix in SUFFIXES:
        extractor = extractor_for(tmp_path / f"A{suffix.upper()}")
        assert suffix in extractor.suffixes
        assert suffix in extractor.suffixes
        assert version_for(Path(f"b{suffix}"))
    assert len({version_for(Path(f"a{suffix}")) for suffix in SUFFIXES}) == len(SUFFIXES)


def test_versions_are_known_without_loading_a_library() -> None:
    script = "import sys; from pathlib import Path; from kb import extract; extract.version_for(Path('a.pdf'));"
    script += "sys.exit(any(name in sys.modules for name in ('pypdf', 'pypdfium2', 'docx', 'lxml')))"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_unknown_ending_has_no_extractor() -> None:
    for choose in (extractor_for, version_for):
        with pytest.raises(ExtractionError) as caught:
            choose(Path("a.xlsx"))
        assert caught.value.reason == ExtractionReason.WRONG_TYPE
