"""A reader's browser tab without the browser: speaks Streamlit's protocol (BackMsg, ForwardMsg) over its websocket.

Like the browser, a session learns the ids of the widgets from what the server sends, hands back the state of every widget
with each rerun, follows the address that the server sets, and keeps large messages so that the server may refer to them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

RESULTS = 'class="kb-count'  # the heading above results, and above what an empty result says
PATIENCE_S = 120.0
RUNS_KEPT = 2  # the browser keeps a large message for so many runs: global.maxCachedMessageAge


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one submit, or the opening of the page, led to; times are seconds since it was sent."""

    results_s: float  # until the block of results was there; for a page without results until the end of the script
    finished_s: float
    html: str  # of the block of results; "" without
    n_messages: int
    n_bytes: int
    n_scripts: int  # runs of the script: 1, unless something calls for a second


@dataclass(slots=True)
class Session:
    """One websocket. Not for several tasks at once."""

    connection: ClientConnection
    query_string: str = ""
    _page: str = ""
    _field: str = ""
    _button: str = ""
    _boxes: dict[str, bool] = field(default_factory=dict)
    _large: dict[str, tuple[int, str]] = field(default_factory=dict)  # hash -> run, HTML
    _n_runs: int = 0

    async def open(self, query_string: str = "") -> Run:
        """Run the page for the first time."""
        self.query_string = query_string
        return await self._rerun([])

    async def search(self, text: str) -> Run:
        """Type the text into the search field and submit it."""
        boxes = [WidgetState(id=id_, bool_value=is_on) for id_, is_on in self._boxes.items()]
        typed = WidgetState(id=self._field, string_value=text)
        return await self._rerun([typed, WidgetState(id=self._button, trigger_value=True), *boxes])

    async def _rerun(self, widgets: list[WidgetState]) -> Run:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query_string, self._page
        state.widget_states.widgets.extend(widgets)
        state.cached_message_hashes.extend(self._large)
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "de-DE"
        payload = message.SerializeToString()
        started = time.perf_counter()
        async with asyncio.timeout(PATIENCE_S):
            await self.connection.send(payload)
            return await self._received(started)

    async def _received(self, started: float) -> Run:
        """Take messages until the script has ended for good."""
        html, results_s, n_messages, n_bytes, n_scripts = "", 0.0, 0, 0, 0
        while True:
            data = await self.connection.recv(decode=False)
            message = ForwardMsg.FromString(bytes(data))
            n_messages += 1
            n_bytes += len(data)
            match message.WhichOneof("type"):
                case "new_session":
                    n_scripts += 1
                    self._n_runs += 1
                    self._page = message.new_session.page_script_hash
                    self._boxes.clear()
                case "page_info_changed":
                    self.query_string = message.page_info_changed.query_string
                case "delta" | "ref_hash":
                    body = self._body(message)
                    if RESULTS in body:
                        html, results_s = body, time.perf_counter() - started
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
        finished_s = time.perf_counter() - started
        self._large = {hash_: kept for hash_, kept in self._large.items() if self._n_runs - kept[0] < RUNS_KEPT}
        return Run(
            results_s=results_s or finished_s,
            finished_s=finished_s,
            html=html,
            n_messages=n_messages,
            n_bytes=n_bytes,
            n_scripts=n_scripts,
        )

    def _body(self, message: ForwardMsg) -> str:
        """Note the widgets and return the HTML of an element, "" if it holds none."""
        if message.HasField("ref_hash"):
            body = self._large[message.ref_hash][1]
            self._large[message.ref_hash] = (self._n_runs, body)
            return body
        element = message.delta.new_element
        match element.WhichOneof("type"):
            case "text_input":
                self._field = element.text_input.id
            case "button" if element.button.is_form_submitter:
                self._button = element.button.id
            case "checkbox":
                box = element.checkbox
                self._boxes[box.id] = box.value if box.set_value else box.default
        body = str(element.html.body)
        if message.metadata.cacheable:
            self._large[message.hash] = (self._n_runs, body)
        return body


@asynccontextmanager
async def session(address: str, headers: Mapping[str, str] | None = None, *, host: str = "") -> AsyncIterator[Session]:
    """Connect to the page at `address` (http://…), under the name `host` if given; the page has not run yet."""
    named = f"http://{host}" if host else address
    async with connect(
        named.replace("http://", "ws://") + "/_stcore/stream",
        host=address.removeprefix("http://").split(":")[0],
        port=int(address.rsplit(":", 1)[1]),
        origin=Origin(named),
        subprotocols=[Subprotocol("streamlit"), Subprotocol("no-token")],
        additional_headers=dict(headers or {}),
        max_size=None,
        ping_interval=None,
        open_timeout=PATIENCE_S,
        proxy=None,
    ) as connection:
        yield Session(connection)
