import zlib
from pathlib import Path

import pytest
from makers import PROSE, pdf, pdf_bytes

from kb.extract import bombs


def with_stream(data: bytes, dictionary: bytes = b"/Filter/FlateDecode", keyword: bytes = b"stream\n") -> bytes:
    stream = b"<<%s/Length %d>>%s%s\nendstream" % (dictionary, len(data), keyword, data)
    return pdf_bytes([[PROSE]], objects=[stream])


def packed(n_bytes: int) -> bytes:
    return zlib.compress(b" " * n_bytes, 1)


def test_plain_files_are_tame(tmp_path: Path) -> None:
    written = pdf(tmp_path / "a.pdf", [[PROSE], [PROSE]], outline=[(1, 1, "Bedarf")])

    assert bombs.is_tame(written.read_bytes())
    assert bombs.is_tame(with_stream(packed(10_000)))
    assert bombs.is_tame(with_stream(b"\xff\xd8 image", b"/Filter [ /DCTDecode ] "))
    assert bombs.is_tame(with_stream(b"no zlib"))


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param(b"/Filter[/FlateDecode/FlateDecode]", id="chain"),
        pytest.param(b"/Filter [ /FlateDecode /ASCII85Decode ]", id="chain with blanks"),
        pytest.param(b"/Filter/LZWDecode", id="unpacks more than zlib"),
        pytest.param(b"/Filter/Fl", id="abbreviated"),
        pytest.param(b"/Filter 5 0 R", id="named elsewhere"),
        pytest.param(b"/Filter[5 0 R]", id="named elsewhere in part"),
        pytest.param(b"/Filter%\n/ASCIIHexDecode", id="behind a comment"),
        pytest.param(b"/Filter/FlateDecode/Fil#74er/LZWDecode", id="escaped key"),
        pytest.param(b"/Filter/Flate#44ecode", id="escaped name"),
    ],
)
def test_unusual_filters_are_not(filters: bytes) -> None:
    assert not bombs.is_tame(with_stream(b"", filters))


def test_encrypted_files_are_not(tmp_path: Path) -> None:
    assert not bombs.is_tame(pdf(tmp_path / "a.pdf", [[PROSE]], passwords=("", "x")).read_bytes())


def test_other_names_may_be_escaped() -> None:
    assert bombs.is_tame(pdf_bytes([[PROSE]], resources=b"/BaseFont/ABCDEF+Arial#20Bold"))


def test_what_all_streams_unpack_to_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_UNPACKED", 5_000_000)
    stream = b"<</Filter/FlateDecode>>stream\r\n%s\r\nendstream" % packed(2_000_000)

    assert bombs.is_tame(pdf_bytes([[PROSE]], objects=[stream] * 2))
    assert not bombs.is_tame(pdf_bytes([[PROSE]], objects=[stream] * 3))


@pytest.mark.parametrize("keyword", [b"stream\n", b"stream\r\n", b"stream\r", b"stream  \n", b"stream stream\n"])
def test_no_line_end_hides_a_stream(keyword: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_UNPACKED", 5_000_000)

    assert not bombs.is_tame(with_stream(packed(6_000_000), keyword=keyword))


def test_words_within_the_data_hide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_UNPACKED", 5_000_000)
    packer = zlib.compressobj(0)
    stored = packer.compress(b"\nendstream endobj stream\n") + packer.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(1, wbits=-15)
    bomb = stored + rest.compress(b" " * 6_000_000) + rest.flush()

    assert not bombs.is_tame(with_stream(bomb))


def test_damaged_stream_counts_as_far_as_it_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_UNPACKED", 5_000_000)
    data = packed(6_000_000)

    assert not bombs.is_tame(with_stream(data[:-20] + b"\xff" * 20))
    assert bombs.is_tame(with_stream(data[:100]))
