import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from makers import PROSE, docx, odt, p, pdf, pdf_bytes

from kb.errors import ExtractionError, ExtractionReason
from kb.extract import sandbox
from kb.extract.sandbox import Limits

LIMITS = Limits()


def exploding(path: Path) -> Path:
    """Write a PDF of 3 kB whose forms draw each other 10^9 times: pdfium grows for ten seconds and then aborts."""
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>/Length 60>>stream\n%s\nendstream"
    forms = [form % (number + 1, b"/X Do  " * 10) for number in range(5, 14)]
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 7>>stream\n0 0 m S\nendstream"
    data = pdf_bytes([[PROSE]], objects=[*forms, last], resources=b"/XObject<</X 5 0 R>>")
    path.write_bytes(data.replace(b"BT 50", b"/X Do BT 50"))
    return path


def refused(path: Path, limits: Limits = LIMITS) -> ExtractionError:
    with pytest.raises(ExtractionError) as caught:
        sandbox.extract(path, limits=limits)
    assert caught.value.source == str(path)
    return caught.value


def test_every_format_is_read(tmp_path: Path) -> None:
    files = [
        pdf(tmp_path / "a.pdf", [[PROSE]]),
        docx(tmp_path / "A.DOCX", p(PROSE)),
        odt(tmp_path / "ä ö.odt", f"<text:p>{PROSE}</text:p>"),
    ]

    for file in files:
        assert sandbox.extract(file, limits=LIMITS).pages[0].text.strip().replace("\r\n", " ") == PROSE


def test_errors_keep_reason_and_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf(tmp_path / "a.pdf", [[PROSE]], passwords=("geheim", "x"))
    monkeypatch.chdir(tmp_path)

    assert refused(Path("a.pdf")).reason == ExtractionReason.ENCRYPTED
    assert refused(Path("fehlt.pdf")).reason == ExtractionReason.UNREADABLE


def test_unknown_ending_is_of_the_wrong_type(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")

    assert refused(tmp_path / "a.xlsx").reason == ExtractionReason.WRONG_TYPE


def test_exploding_file_is_stopped_by_the_clock(tmp_path: Path) -> None:
    assert refused(exploding(tmp_path / "a.pdf"), Limits(timeout_s=0.3)).reason == ExtractionReason.TIMEOUT


def test_memory_is_limited(tmp_path: Path) -> None:
    file = pdf(tmp_path / "a.pdf", [[PROSE] * 50] * 50)

    assert refused(file, Limits(memory_mb=10)).reason in (ExtractionReason.LIMIT, ExtractionReason.CRASHED)


def test_text_and_pages_are_limited(tmp_path: Path) -> None:
    file = pdf(tmp_path / "a.pdf", [[PROSE], [PROSE]])

    assert refused(file, Limits(max_chars=len(PROSE))).reason == ExtractionReason.LIMIT
    assert refused(file, Limits(max_pages=1)).reason == ExtractionReason.LIMIT
    assert len(sandbox.extract(file, limits=Limits(max_pages=2)).pages) == 2


def die(*_: object) -> None:
    os.abort()


def test_child_that_dies_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_limited", die)  # pickled by its name, so that the child imports and calls it

    error = refused(pdf(tmp_path / "a.pdf", [[PROSE]]))

    assert (error.reason, error.detail) == (ExtractionReason.CRASHED, f"exit={-signal.SIGABRT}")


def can_write(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.write_bytes(b"x") == 1
    return False


def test_nothing_can_be_written_to_files(tmp_path: Path) -> None:
    sandbox._server.close()  # so that the same child is asked twice
    sandbox.extract(pdf(tmp_path / "a.pdf", [[PROSE]]), limits=LIMITS)

    assert sandbox._server.call(can_write, tmp_path / "b", timeout_s=10).returned is False


def test_unforeseen_error_says_where_it_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "extractor_for", lambda path: 1 // 0)

    outcome = sandbox._outcome(tmp_path / "a.pdf", LIMITS)

    assert isinstance(outcome, ExtractionError)
    assert outcome.reason == ExtractionReason.CRASHED
    assert "ZeroDivisionError" in outcome.detail
    assert "<lambda>" in outcome.detail


def test_threads_share_it_without_leaks(tmp_path: Path) -> None:
    files = [pdf(tmp_path / f"{n}.pdf", [[f"Handlungshilfe {n}", PROSE]]) for n in range(24)]
    (tmp_path / "3.pdf").write_bytes(b"kein PDF")
    sandbox._server.close()  # earlier tests may have started it
    before = len(list(Path("/proc/self/fd").iterdir()))

    def read(file: Path) -> str:
        try:
            return sandbox.extract(file, limits=LIMITS).pages[0].text.split("\n")[0].strip()
        except ExtractionError as error:
            return error.reason

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, files))

    assert found == [f"Handlungshilfe {n}" if n != 3 else "wrong_type" for n in range(24)]
    assert "Z" not in states_of_descendants()
    sandbox._server.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def states_of_descendants() -> set[str]:
    """Return the states of our children's children, as /proc/*/stat has them; a zombie is "Z"."""
    children = children_of(os.getpid())
    assert children, "the fork server"
    return {state for child in children for state in children_of(child).values()}


def children_of(parent: int) -> dict[int, str]:
    """Return the states of the children of a process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            state, its_parent, *_ = path.read_text().rpartition(")")[2].split()
            if int(its_parent) == parent:
                found[int(path.parent.name)] = state
    return found


SCRIPT = """
import sys
from pathlib import Path
from kb.extract import sandbox

print("main", flush=True)
sandbox.extract(Path(sys.argv[1]), limits=sandbox.Limits(timeout_s=120))
"""


def test_main_module_is_not_run_in_the_child_and_nothing_is_printed(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(SCRIPT)
    file = pdf(tmp_path / "a.pdf", [[PROSE]])
    file.write_bytes(file.read_bytes().replace(b"startxref\n", b"startxref\n9"))  # pypdf warns about this

    done = subprocess.run([sys.executable, tmp_path / "main.py", file], check=True, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("main\n", "")


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(SCRIPT)
    with subprocess.Popen([sys.executable, tmp_path / "main.py", exploding(tmp_path / "a.pdf")]) as parent:
        until = time.monotonic() + 10
        while not (grandchildren := [pid for child in children_of(parent.pid) for pid in children_of(child)]):
            assert time.monotonic() < until
        child = os.pidfd_open(grandchildren[0])
        parent.send_signal(signal.SIGKILL)

        assert select.select([child], [], [], 5)[0] == [child]
        os.close(child)
