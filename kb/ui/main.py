"""The script that Streamlit runs for every view: the frame of the page, and one of its areas in it."""

from pathlib import Path

import streamlit as st

from kb.ui import filters, library, parts
from kb.ui.navigation import AREAS

HERE = Path(__file__).parent


def show() -> None:
    """Show the area that the address names."""
    pages = [
        st.Page(HERE / area.script, title=area.title, url_path=area.path.strip("/"), default=area.path == "/") for area in AREAS
    ]
    page = st.navigation(pages, position="hidden")
    name = library.current().settings.name
    st.set_page_config(page_title=name, layout="wide")
    st.html(parts.header(name, "/" + page.url_path))
    page.run()
    filters.end_run()


if __name__ == "__main__":
    show()
