"""The real server over a real index, and a Chromium that may talk to nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.server import free_port, ingest, start, stop

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<script>window.boese = 1</script> Fiese Zeichen & "Quotes"'
N_MADE = 14  # guides on one subject: two pages of results
PATIENCE_MS = 20_000  # a busy machine; nothing waits this long on purpose

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own guides, enough others for a second page, and a hostile one."""
    folder = tmp_path_factory.mktemp("browser") / "docs_source"
    shutil.copytree(ROOT / "docs_source", folder)
    made = folder / "leistungsrecht"
    made.mkdir(exist_ok=True)
    for n in range(N_MADE):
        _word(made / f"mikrowelle-{n:02}.docx", f"Mikrowelle beschaffen, Teil {n}", "Die Mikrowelle wird beantragt.")
    _word(
        made / "fies.docx", HOSTILE, f"Der Schadtext {HOSTILE} <style>body{{display:none}}</style> <img src=x onerror=boese()>"
    )
    (made / "fies.toml").write_text(f"titel = '{HOSTILE}'\ndokumentart = \"weisung\"\n", encoding="utf-8")
    return folder


def _word(path: Path, title: str, text: str) -> None:
    document = docx.Document()
    document.add_heading(title, 0)
    document.add_heading("1 Ablauf", 1)
    document.add_paragraph(text)
    document.save(str(path))


@pytest.fixture(scope="session")
def environment(source: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "STREAMLIT_"))}
    return others | {
        "KB_SOURCE": str(source),
        "KB_INDEX": str(source.parent / "index"),
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
    }


@pytest.fixture(scope="session")
def address(environment: dict[str, str], source: Path) -> Iterator[str]:
    """The address of a running server."""
    ingest(environment, source.parent)
    process = start(environment, source.parent)
    yield f"http://127.0.0.1:{environment['PORT']}"
    stop(process)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; at the end its console must be clean and every request must have stayed on this machine."""
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    noise: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: noise.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("websocket", lambda websocket: asked.append(websocket.url))
    yield tab
    assert noise == []
    assert {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} <= {"127.0.0.1"}
