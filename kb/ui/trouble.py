"""What the page shows where something does not work: an index that cannot be used, an error nobody expected."""

import streamlit as st

from kb import messages
from kb.errors import IndexMissingError, IndexOutdatedError, IndexUnusableError
from kb.ui import library, parts

CHECK_EVERY_S = 3


def show_index(error: IndexUnusableError) -> None:
    """Say which command makes the index, and show the page itself as soon as it has run."""
    match error:
        case IndexMissingError():
            reason = messages.INDEX_MISSING
        case IndexOutdatedError():
            reason = messages.INDEX_OUTDATED
        case _:
            reason = messages.INDEX_DAMAGED
    shelf = library.current()
    st.html(
        parts.notice(
            messages.INDEX_TROUBLE,
            [messages.INDEX_WAITS, messages.INDEX_STILL_WORKS, messages.contact(shelf.settings.contact)],
            lead=reason,
            command=messages.INDEX_COMMAND,
        )
    )
    _wait_for_index()


@st.fragment(run_every=CHECK_EVERY_S)
def _wait_for_index() -> None:
    try:
        library.current().ask(lambda engine: None)
    except IndexUnusableError:
        return
    st.rerun()


def show_failure() -> None:
    """Say that something failed, what still works and whom to ask; the log has the traceback."""
    st.html(
        parts.notice(
            messages.FAILURE,
            [
                messages.FAILURE_EXPLAINED,
                messages.FAILURE_WAYS_OUT,
                messages.contact(library.current().settings.contact),
            ],
            kind="error",
        )
    )
