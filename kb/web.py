"""What the server answers besides Streamlit: originals, suggestions, health, the page's own files, security headers.

No Streamlit here. `Shell` is its index.html made ours: German, with our title, style and scripts, and a content security policy
that names the hash of every script within it.
"""

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from itertools import chain, pairwise
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb import messages
from kb.errors import IndexUnusableError
from kb.model import Engine, Guide
from kb.suggestions import Suggestion
from kb.ui.library import Library
from kb.ui.navigation import AREAS

log = logging.getLogger(__name__)

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
}
INLINE = (".pdf",)  # shown by browsers; anything else is saved, so that nothing of it runs on our origin

OWN_FILES = {
    "style.css": "text/css",
    "de.js": "text/javascript",
    "vorschlaege.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
CLOSED = ("/_stcore/agent/",)  # Streamlit's agent API answers even when it is off

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the query
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# object-src 'self': Chromium's PDF viewer is an embedded object
ORIGINAL_CSP = (
    "default-src 'none'; object-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
MESSAGE_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


class Shell:
    """The document that every area of the page starts from."""

    def __init__(self, index_html: str, name: str) -> None:
        version = hashlib.sha256(b"".join(_own_file(file) for file in OWN_FILES)).hexdigest()[:12]
        links = (
            f'<link rel="icon" href="./kb/icon.svg?{version}" type="image/svg+xml" />'
            f'<link rel="stylesheet" href="./kb/style.css?{version}" />'
            f'<script defer src="./kb/de.js?{version}"></script>'
            f'<script defer src="./kb/vorschlaege.js?{version}"></script>'
        )
        html = re.sub(r"<!--.*?-->", "", index_html, flags=re.DOTALL).strip()
        html = re.sub(r'<html lang="[^"]*"', '<html lang="de"', html, count=1)
        html = re.sub(r'\s*<link rel="(?:shortcut icon|service-desc)"[^>]*>', "", html)
        html = re.sub(r"<title>.*?</title>", lambda _: f"<title>{escape(name)}</title>", html, count=1, flags=re.DOTALL)
        html = re.sub(
            r"<noscript>.*?</noscript>", lambda _: f"<noscript>{messages.NO_SCRIPT}</noscript>", html, flags=re.DOTALL
        )
        self.html = html.replace("</title>", "</title>" + links, 1)  # before Streamlit's script: ours prepares its way
        hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in _INLINE_SCRIPT.findall(self.html))
        self.csp = (
            f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            "font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; "
            "form-action 'self'"
        )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _own_file(name: str) -> bytes:
    return resources.files("kb.ui").joinpath(name).read_bytes()


def routes(library: Callable[[], Library], shell: Shell) -> list[Route]:
    """Return the routes that come before Streamlit's own."""

    async def area(request: Request) -> Response:
        return HTMLResponse(shell.html, headers={"Cache-Control": "no-cache"})

    async def original(request: Request) -> Response:
        return await run_in_threadpool(_original, library(), request.path_params["guide_id"])

    async def health(request: Request) -> Response:
        return await run_in_threadpool(_health, library())

    async def suggestions(request: Request) -> Response:
        found = await run_in_threadpool(library().suggest, request.query_params.get("q", ""))
        return JSONResponse(_suggestions(found), headers={"Cache-Control": "no-store"})

    async def own_file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in OWN_FILES:
            return not_found(messages.NOT_FOUND_PAGE)
        age = "public, max-age=31536000, immutable" if request.url.query else "no-cache"
        return Response(_own_file(name), media_type=OWN_FILES[name], headers={"Cache-Control": age})

    return [
        *(Route(area_.path, area) for area_ in AREAS),
        Route("/original/{guide_id}/{filename}", original),
        Route("/healthz", health),
        Route("/vorschlaege", suggestions),
        Route("/kb/{name}", own_file),
    ]


def middlewares(shell: Shell) -> list[Middleware]:
    """Return what wraps every answer, Streamlit's included."""
    return [Middleware(Frame, shell=shell)]


class Frame:
    """Adds the security headers to every answer, and puts a German page in place of Streamlit's for unknown addresses."""

    def __init__(self, app: ASGIApp, shell: Shell) -> None:
        self._app, self._shell = app, shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and frame what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        is_ours = path in [area.path for area in AREAS] or path.startswith("/original/")
        is_replaced = False

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (HEADERS | {"Content-Security-Policy": self._shell.csp}).items():
                    headers.setdefault(name, value)
            await send(message)

        async def checked(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and not is_ours and _is_index(message):
                is_replaced = True
                await not_found(messages.NOT_FOUND_PAGE)(scope, receive, framed)
            elif not is_replaced:
                await framed(message)

        if path.startswith(CLOSED):
            await not_found(messages.NOT_FOUND_PAGE)(scope, receive, framed)
        else:
            await self._app(scope, receive, checked)


def _is_index(start: Message) -> bool:
    """Say whether an answer is an HTML page: beside ours, Streamlit's index.html, its answer to any unknown address."""
    return bool(start["status"] == 200 and MutableHeaders(scope=start).get("content-type", "").startswith("text/html"))


def not_found(text: str) -> Response:
    """Return a small page that says what is not there, with the way back."""
    html = (
        f'<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>{messages.NOT_FOUND}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/kb/icon.svg"><link rel="stylesheet" href="/kb/style.css"></head>'
        f'<body class="kb-message"><main><h1>{messages.NOT_FOUND}</h1><p>{escape(text)}</p>'
        f'<p><a href="/">{messages.TO_SEARCH}</a></p></main></body></html>'
    )
    return HTMLResponse(html, 404, headers={"Content-Security-Policy": MESSAGE_CSP, "Cache-Control": "no-store"})


def _suggestions(found: Sequence[Suggestion]) -> dict[str, object]:
    """Return suggestions as JSON types: how many in words, and each in pieces, of which every second one was typed."""
    options = [{"pieces": _pieces(one), "source": messages.SUGGESTION_SOURCES[one.source]} for one in found]
    return {"label": messages.n_suggestions(len(found)), "options": options}


def _pieces(suggestion: Suggestion) -> list[str]:
    bounds = [0, *chain.from_iterable(suggestion.spans), len(suggestion.text)]
    return [suggestion.text[start:end] for start, end in pairwise(bounds)]


def _health(library: Library) -> Response:
    def status(engine: Engine) -> dict[str, object]:
        return {"status": "ok", "guides": len(engine.catalog())}

    try:
        return JSONResponse(library.ask(status), headers={"Cache-Control": "no-store"})
    except IndexUnusableError as error:
        body = {"status": "no index", "reason": type(error).__name__}
        return JSONResponse(body, 503, headers={"Cache-Control": "no-store"})


def _original(library: Library, guide_id: str) -> Response:
    try:
        guide = library.ask(lambda engine: engine.catalog().get(guide_id))
    except IndexUnusableError:
        guide = None
    path = find_original(guide, library.settings.source) if guide else None
    if guide is None or path is None:
        return not_found(messages.NOT_FOUND_ORIGINAL)
    suffix = path.suffix.lower()
    return FileResponse(
        path,
        media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
        filename=path.name,
        content_disposition_type="inline" if suffix in INLINE else "attachment",
        headers={"Content-Security-Policy": ORIGINAL_CSP, "Cache-Control": "no-cache"},
    )


def find_original(guide: Guide, source: Path) -> Path | None:
    """Return the first of the guide's places that is a regular file inside the source folder, links resolved."""
    root = source.resolve()
    for place in guide.places:
        try:
            path = (root / place).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # gone, a circle of links, or no path at all
            continue
        if path.is_relative_to(root) and path.is_file():
            return path
    return None
