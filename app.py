"""Start the page: `python app.py`, or `streamlit run app.py`. HOST and PORT of the environment say where.

One process serves the page, the originals and the health check. Without a usable index it starts all the same; the page
then says what to do and works as soon as that is done.
"""

import errno
import gc
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
import uvicorn.config

from kb import messages, search, web
from kb.errors import IndexUnusableError, KbError
from kb.ui import bestand, glossar, hilfe, library, main, suche, trouble

HERE = Path(__file__).resolve().parent
HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8501"

__all__ = [
    "app",
    "bestand",
    "glossar",
    "hilfe",
    "suche",
]  # the areas are imported here so that the first visitor need not wait for them


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the index, search once so that everything is loaded, and take what is loaded out of garbage collection."""
    shelf = library.current()
    try:
        shelf.ask(lambda engine: search.answer(engine, "Beratung Kooperatoinsplan"))  # a slip, too
        shelf.suggest("Beratung")
    except IndexUnusableError as error:
        print(messages.explain(error), file=sys.stderr, flush=True)
    if shelf.trouble:
        print(messages.explain(shelf.trouble), file=sys.stderr, flush=True)
    gc.collect()
    gc.freeze()  # what is loaded by now stays, so a full collection that comes while somebody searches looks at sessions only
    host, port = st.get_option("server.address") or HOST, st.get_option("server.port")
    print(messages.serving(shelf.settings.name, f"http://{host}:{port}"), flush=True)
    yield
    shelf.close()


def on_script_error(_: Exception) -> bool:
    """Show the page's own error in place of Streamlit's; Streamlit has logged the traceback."""
    trouble.show_failure()
    return True


def _shell() -> web.Shell:
    index_html = Path(st.__file__).parent / "static" / "index.html"
    return web.Shell(index_html.read_text("utf-8"), library.current().settings.name)


def _trouble_with(host: str, port: str) -> str:
    """Return why no server can start there; nothing if one can."""
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= 65535):
        return messages.bad_port(port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        return messages.port_taken(host, int(port)) if is_taken else messages.address_unusable(host, int(port), str(error))
    return ""


logging.getLogger("streamlit").setLevel(logging.WARNING)
try:
    shell = _shell()
except KbError as trouble_at_start:
    sys.exit(messages.explain(trouble_at_start))

app = st.App(
    main.HERE / "main.py",
    routes=web.routes(library.current, shell),
    middleware=web.middlewares(shell),
    lifespan=lifespan,
    on_script_error=on_script_error,
)

if __name__ == "__main__":
    if reason := _trouble_with(HOST, PORT):
        sys.exit(reason)
    # uvicorn announces itself in English on every start; its warnings stay
    uvicorn.config.LOGGING_CONFIG["loggers"]["uvicorn.error"]["level"] = "WARNING"
    app.run(config={"server.address": HOST, "server.port": int(PORT), "logger.hideWelcomeMessage": True})
