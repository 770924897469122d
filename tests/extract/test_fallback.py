import zlib
from pathlib import Path

import pytest
from makers import PROSE, pdf, pdf_bytes

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import fallback


def test_text_of_a_page(tmp_path: Path) -> None:
    reader = fallback.opened(pdf(tmp_path / "a.pdf", [[PROSE], ["Zweite Seite"]]))

    assert reader is not None
    assert fallback.text(reader, 1).strip() == "Zweite Seite"
    assert fallback.text(reader, 7) == ""


def test_damaged_file_has_no_reader(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n1 0 obj <<")

    assert fallback.opened(tmp_path / "a.pdf") is fallback.walked(tmp_path / "a.pdf") is None


def test_password_is_asked_for(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [[PROSE]], passwords=("geheim", "x"))

    with pytest.raises(ExtractionError) as caught:
        fallback.walked(path)
    assert caught.value.reason == ExtractionReason.ENCRYPTED


def test_walk_unpacks_what_opening_does_not(tmp_path: Path) -> None:
    twice = zlib.compress(zlib.compress(b" " * 90_000_000, 1))
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(twice), twice)
    data = pdf_bytes([[PROSE]], objects=[stream]).replace(b"/Contents 6 0 R", b"/Contents 5 0 R")
    (tmp_path / "a.pdf").write_bytes(data)

    assert fallback.opened(tmp_path / "a.pdf") is not None
    with pytest.raises(ExtractionError) as caught:
        fallback.walked(tmp_path / "a.pdf")
    assert caught.value.reason == ExtractionReason.LIMIT
