import zipfile
from pathlib import Path

import pytest
from lxml import etree
from makers import archive

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import office
from kb.extract.office import Archive, Block


def refused(path: Path) -> ExtractionReason:
    with pytest.raises(ExtractionError) as caught:
        Archive(path)
    return caught.value.reason


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"word/media/a.bin": bytes(101 * 1024 * 1024)}, id="sum"),
        pytest.param({"word/a.xml": bytes(51 * 1024 * 1024)}, id="one XML part"),
        pytest.param({f"word/{n}": b"" for n in range(2001)}, id="entries"),
    ],
)
def test_zip_that_promises_too_much_is_refused_by_its_directory(tmp_path: Path, parts: dict[str, bytes]) -> None:
    path = archive(tmp_path / "a.docx", {"word/document.xml": "<x/>", **parts})

    assert refused(path) == ExtractionReason.LIMIT


def test_part_that_unpacks_to_more_than_the_directory_says_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.docx", {"a.xml": b" " * 4096})
    path.write_bytes(path.read_bytes().replace((4096).to_bytes(4, "little"), (64).to_bytes(4, "little")))

    with Archive(path) as opened, pytest.raises(ExtractionError) as caught:
        opened.read("a.xml")
    assert caught.value.reason == ExtractionReason.DAMAGED


def test_parts_are_optional(tmp_path: Path) -> None:
    with Archive(archive(tmp_path / "a.docx", {"a.xml": "<a>", "b.xml": "<b/>"})) as opened:
        assert opened.parse("fehlt.xml") is None
        assert opened.parse_optional("a.xml") is None
        assert office.local_name(etree.Element("{x}b")) == "b"
        assert office.attribute(office.child(opened.parse("b.xml"), "c"), "d") == ""


def test_copy_without_media_holds_xml_only_and_looks_at_nothing_else(tmp_path: Path) -> None:
    picture = bytes(range(256))
    path = archive(tmp_path / "a.docx", {"a.xml": "<a/>", "media/b.png": picture, "_rels/a.xml.rels": "<b/>"})
    path.write_bytes(path.read_bytes().replace(picture, picture[::-1]))

    with Archive(path) as opened, pytest.raises(ExtractionError):
        opened.read("media/b.png")
    with Archive(path) as opened, zipfile.ZipFile(opened.without_media()) as copy:
        assert {name: copy.read(name) for name in copy.namelist()} == {
            "a.xml": b"<a/>",
            "media/b.png": b"",
            "_rels/a.xml.rels": b"<b/>",
        }


def test_heading_without_text_keeps_its_section() -> None:
    pages = office.sections([Block(text="Antrag", level=1), Block(text="Frist", level=12), Block(text="Ein Monat")])

    assert [(page.headings[0].level, page.text) for page in pages] == [(1, ""), (9, "Ein Monat")]
    assert office.sections([Block(text="")]) == ()


def test_notes_of_a_table_come_after_it() -> None:
    blocks = list(office.table([[[Block(text="a", notes=("n",))], [Block(text="b")]], [[Block(text="c")], []]]))

    assert office.sections(blocks)[0].text == "a | b\n\nc\n\n[n]"
