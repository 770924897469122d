"""Make small guides: PDFs written by hand and finished by pypdf, DOCX and ODT as zips of raw XML."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdf

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WORD_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_RUN = re.compile(r"(\^[^^]*\^|_\d+_|@[\d,]+@)")
_RISES = {"^": 2, "_": -2}

PROSE = (
    "Die Kosten der Unterkunft werden anerkannt, soweit sie angemessen sind und nicht von anderen getragen werden. "
    "Der Antrag ist vor dem Umzug zu stellen, und die Zusicherung ist mit dem Bescheid zu erteilen."
)


def pdf_bytes(pages: Sequence[Sequence[str]], *, objects: Sequence[bytes] = (), resources: bytes = b"") -> bytes:
    """Return a PDF. Each line of a page may begin with its type, "18b|" for 18 points and bold; "^2^" is raised
    and "_2_" lowered; "@300@" goes on there from the left, "@300,700@" at that height, too.
    """
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"
    bodies = [b"", b"", font % b"Helvetica", font % b"Helvetica-Bold", *objects]
    kids = []
    for lines in pages:
        content = _content(lines)
        bodies.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R/F2 4 0 R>>%s>>>>"
        bodies.append(page % (len(bodies), resources))
        kids.append(len(bodies))
    bodies[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    bodies[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    return _file(bodies)


def _file(bodies: Sequence[bytes]) -> bytes:
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return data + end % (len(bodies) + 1, table, len(bodies) + 1, len(data))


def _content(lines: Sequence[str]) -> bytes:
    drawn, y = [], 800.0
    for line in lines:
        match = re.fullmatch(r"(?:(\d+)(b?)\|)?(.*)", line)
        assert match is not None
        size, font = int(match[1] or 11), "F2" if match[2] else "F1"
        drawn.append(f"BT 50 {y} Td")
        drawn += [_run(run, f"/{font}", size, y) for run in _RUN.split(match[3]) if run]
        drawn.append("ET")
        y -= size * 1.4
    return "\n".join(drawn).encode("cp1252")


def _run(run: str, font: str, size: int, y: float) -> str:
    special = run[0] if _RUN.fullmatch(run) else ""
    if special == "@":
        left, _, base = run.strip("@").partition(",")
        return f"1 0 0 1 {left} {base or y} Tm"
    text = re.sub(r"([()\\])", r"\\\1", run[1:-1] if special else run)
    return f"{font} {size * 0.6 if special else size} Tf {_RISES.get(special, 0)} Ts ({text}) Tj"


def pdf(
    path: Path,
    pages: Sequence[Sequence[str]],
    *,
    outline: Sequence[tuple[int, int, str]] = (),
    metadata: Mapping[str, str] | None = None,
    passwords: tuple[str, str] | None = None,
    algorithm: str = "AES-256",
) -> Path:
    """Write a PDF; `outline` has (level, page number, title), `passwords` are the user's and the owner's."""
    path.write_bytes(pdf_bytes(pages))
    writer = pypdf.PdfWriter(clone_from=path)
    parents = [None]
    for level, number, title in outline:
        del parents[level:]
        parents.append(writer.add_outline_item(title=title, page_number=number - 1, parent=parents[-1]))  # type: ignore[arg-type]
    if metadata:
        writer.add_metadata(dict(metadata))
    if passwords is not None:
        writer.encrypt(*passwords, algorithm=algorithm)
    writer.write(path)
    writer.close()
    return path


def docx(
    path: Path, body: str, *, styles: str = "", notes: str = "", prolog: str = "", parts: Mapping[str, str] | None = None
) -> Path:
    """Write a DOCX with this body, paragraph styles and footnotes."""
    names = {"document": f"<w:body>{body}</w:body>", "styles": styles, "footnotes": notes}
    xml = {name: f'{prolog}<w:{name} xmlns:w="{W}" {_NAMESPACES}>{inner}</w:{name}>' for name, inner in names.items()}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD_TYPES}{kind}+xml"/>'
        for name, kind in zip(xml, ("document.main", "styles", "footnotes"), strict=True)
    )
    content = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/_rels/document.xml.rels": _relations({"styles": "styles.xml", "footnotes": "footnotes.xml"}),
        **{f"word/{name}.xml": text for name, text in xml.items()},
        **(parts or {}),
    }
    return archive(path, content)


_NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def _relations(targets: Mapping[str, str]) -> str:
    inner = "".join(f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="{to}"/>' for kind, to in targets.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


def p(text: str, style: str = "", properties: str = "") -> str:
    """Return a Word paragraph; `text` may hold runs of its own."""
    runs = text if text.startswith("<") else f"<w:r><w:t>{text}</w:t></w:r>"
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def style(style_id: str, name: str, *, based_on: str = "", properties: str = "") -> str:
    """Return a Word paragraph style."""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    own = f'<w:name w:val="{name}"/>{base}<w:pPr>{properties}</w:pPr>'
    return f'<w:style w:type="paragraph" w:styleId="{style_id}">{own}</w:style>'


def odt(path: Path, text: str, *, styles: str = "", meta: str = "", manifest: str = "", prolog: str = "") -> Path:
    """Write an ODT with this text and these automatic styles."""
    names = ("office", "text", "table", "draw", "style", "meta")
    own = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    own += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    body = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    body += f"<office:body><office:text>{text}</office:text></office:body>"
    content = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"{prolog}<office:document-content {own}>{body}</office:document-content>",
        "meta.xml": f"<office:document-meta {own}><office:meta>{meta}</office:meta></office:document-meta>",
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
    }
    return archive(path, content)


def archive(path: Path, content: Mapping[str, str | bytes]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            file.writestr(name, data)
    return path
