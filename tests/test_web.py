"""The server's own routes and headers, called as ASGI: no port, no client library."""

import asyncio
import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit
from dictionary_engine import DictionaryEngine, guide, passage
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from kb import messages, topics, vocabulary, web
from kb.config import Settings
from kb.errors import IndexMissingError
from kb.model import Engine
from kb.ui.library import Library

INDEX_HTML = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
PDF = b"%PDF-1.7 0123456789"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def get(app: Starlette, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    sent: list[Message] = []
    asked: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not asked:
            await asyncio.Event().wait()  # the client stays connected
        return asked.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    name, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": name,
        "raw_path": name.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(key.lower().encode(), value.encode()) for key, value in (headers or {}).items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8501),
    }
    with ThreadPoolExecutor(1) as pool:  # a loop of its own: the browser tests keep one running in this thread
        pool.submit(lambda: asyncio.run(_serve(app, scope, receive, send))).result(timeout=20)
    start = sent[0]
    return Answer(
        status=start["status"],
        headers={key.decode().lower(): value.decode() for key, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in sent[1:]),
    )


async def _serve(app: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "docs_source"
    (folder / "beratung").mkdir(parents=True)
    (folder / "beratung" / "plan größer.pdf").write_bytes(PDF)
    (folder / "beratung" / "muster.docx").write_bytes(b"PK")
    (tmp_path / "geheim.txt").write_text("geheim")
    (folder / "hinaus.pdf").symlink_to(tmp_path / "geheim.txt")
    (folder / "kreis.pdf").symlink_to(folder / "kreis.pdf")
    return folder


@pytest.fixture
def app(source: Path) -> Starlette:
    guides = [
        guide("plan", places=("weg/plan.pdf", "beratung/plan größer.pdf")),
        guide("muster", places=("beratung/muster.docx",)),
        guide("hinaus", places=("hinaus.pdf",)),
        guide("kreis", places=("kreis.pdf",)),
        guide("hoch", places=("../geheim.txt",)),
        guide("wurzel", places=("/etc/passwd",)),
        guide("ordner", places=("beratung",)),
        guide("null", places=("beratung\0/plan größer.pdf",)),
    ]
    return serve(Library(Settings(source=source), topics.load(), vocabulary.load(), lambda _: DictionaryEngine(guides)))


def serve(library: Library) -> Starlette:
    shell = web.Shell(INDEX_HTML, "Hilfen <intern>")
    other = [
        Route("/unbekannt", lambda _: HTMLResponse("<title>Streamlit</title>")),
        Route("/_stcore/agent/openapi.json", lambda _: PlainTextResponse("{}")),
    ]
    return Starlette(routes=[*web.routes(lambda: library, shell), *other], middleware=web.middlewares(shell))


def test_a_pdf_is_shown_in_the_browser_under_a_policy_of_its_own(app: Starlette) -> None:
    answer = get(app, "/original/plan/irgendein-name.pdf")

    assert (answer.status, answer.body) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == web.ORIGINAL_CSP


def test_a_word_file_is_a_download(app: Starlette) -> None:
    answer = get(app, "/original/muster/muster.docx")

    assert answer.headers["content-type"] == web.MEDIA_TYPES[".docx"]
    assert answer.headers["content-disposition"] == 'attachment; filename="muster.docx"'


def test_a_part_of_a_file_can_be_asked_for(app: Starlette) -> None:
    answer = get(app, "/original/plan/plan.pdf", {"Range": "bytes=9-12"})

    assert (answer.status, answer.body) == (206, b"0123")
    assert answer.headers["content-range"] == f"bytes 9-12/{len(PDF)}"
    assert get(app, "/original/plan/plan.pdf", {"Range": "bytes=900-"}).status == 416


@pytest.mark.parametrize(
    "path",
    [
        "/original/hinaus/hinaus.pdf",  # a link that leads out
        "/original/kreis/kreis.pdf",  # a link to itself
        "/original/hoch/geheim.txt",
        "/original/wurzel/passwd",
        "/original/ordner/beratung",
        "/original/null/x.pdf",
        "/original/plan/../../geheim.txt",
        "/original/..%2fgeheim.txt/x",
        "/original/../geheim.txt",
        "/original/unbekannt/x.pdf",
        "/original/beratung/plan größer.pdf",  # a place is not an id
        "/original/plan",
        "/original//etc/passwd",
    ],
)
def test_nothing_outside_the_source_folder_is_served(app: Starlette, path: str) -> None:
    answer = get(app, path)

    assert answer.status == 404
    assert "geheim" not in answer.text
    assert "root:" not in answer.text


def test_what_is_missing_is_said_in_german(app: Starlette) -> None:
    answer = get(app, "/original/unbekannt/x.pdf")

    assert messages.NOT_FOUND_ORIGINAL in answer.text
    assert '<html lang="de">' in answer.text
    assert answer.headers["content-security-policy"] == web.MESSAGE_CSP


def test_an_unknown_address_is_not_streamlits_page(app: Starlette) -> None:
    answer = get(app, "/unbekannt")

    assert answer.status == 404
    assert messages.NOT_FOUND_PAGE in answer.text
    assert "Streamlit" not in answer.text


def test_the_agent_interface_is_closed(app: Starlette) -> None:
    assert get(app, "/_stcore/agent/openapi.json").status == 404


@pytest.mark.parametrize("path", ["/", "/bestand", "/hilfe"])
def test_every_area_starts_from_our_own_document(app: Starlette, path: str) -> None:
    answer = get(app, path)

    assert '<html lang="de">' in answer.text
    assert "<title>Hilfen &lt;intern&gt;</title>" in answer.text
    assert answer.text.count("<title>") == 1
    assert answer.text.index("de.js") < answer.text.index('type="module"')
    for english in ("You need to enable", "AI agents", "service-desc", "favicon.png"):
        assert english not in answer.text


def test_the_policy_names_every_inline_script_and_allows_no_evaluation(app: Starlette) -> None:
    answer = get(app, "/")

    policy = answer.headers["content-security-policy"]
    script = answer.text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self'" in policy


def test_every_answer_carries_the_headers(app: Starlette) -> None:
    for path in ("/", "/healthz", "/original/plan/x.pdf", "/kb/de.js", "/unbekannt", "/nirgends"):
        headers = get(app, path).headers
        for name, value in web.HEADERS.items():
            assert headers[name.lower()] == value, path


def test_our_own_files_are_kept_by_browsers_when_their_version_is_named(app: Starlette) -> None:
    assert "immutable" in get(app, "/kb/style.css?1").headers["cache-control"]
    assert get(app, "/kb/style.css").headers["cache-control"] == "no-cache"
    assert get(app, "/kb/render.py").status == 404
    assert get(app, "/kb/..%2f..%2fpyproject.toml").status == 404


def test_suggestions_come_in_pieces_with_the_typed_ones_between(app: Starlette) -> None:
    answer = get(app, "/vorschlaege?q=mus")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body) == {
        "label": "1 Vorschlag",
        "options": [{"pieces": ["", "mus", "ter"], "source": "Handlungshilfe"}],
    }


def test_names_of_the_vocabulary_are_suggested(tmp_path: Path) -> None:
    guides = [guide("Grundsicherungsgeld")]
    engine = DictionaryEngine(guides, [passage(guides[0], 1, "Leistung beantragen")])
    app = serve(Library(Settings(source=tmp_path), topics.load(), vocabulary.load(), lambda _: engine))

    found = json.loads(get(app, "/vorschlaege?q=st%C3%BCtz").body)["options"]

    assert found == [{"pieces": ["", "Stütz", "e"], "source": "Fachwort"}]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=%ff%fe", "?q=quantenphysik", "?q=" + 5000 * "a", "?q=mus&q=-a"])
def test_nothing_is_suggested_for_nothing(app: Starlette, query: str) -> None:
    answer = get(app, "/vorschlaege" + query)

    assert (answer.status, json.loads(answer.body)) == (200, {"label": messages.n_suggestions(0), "options": []})


def test_the_page_names_its_scripts_relative_to_itself(app: Starlette) -> None:
    assert 'src="./kb/vorschlaege.js?' in get(app, "/").text
    assert get(app, "/kb/vorschlaege.js").headers["content-type"].startswith("text/javascript")


def test_health_counts_the_guides(app: Starlette) -> None:
    answer = get(app, "/healthz")

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok", "guides": 8})


def test_health_without_an_index_is_503(source: Path) -> None:
    def opener(_: Settings) -> Engine:
        raise IndexMissingError("index")

    app = serve(Library(Settings(source=source), topics.load(), vocabulary.load(), opener))

    answer = get(app, "/healthz")
    assert (answer.status, json.loads(answer.body)["reason"]) == (503, "IndexMissingError")
    assert get(app, "/original/plan/x.pdf").status == 404
    assert json.loads(get(app, "/vorschlaege?q=plan").body)["options"] == []
