"""The area Bestand: what the collection holds by topic, kind and partner, and all of it from A to Z."""

from datetime import date

import streamlit as st

from kb import messages, search
from kb.errors import IndexUnusableError
from kb.ui import address, filters, library, overview, parts, render, trouble
from kb.ui.address import View

PAGE_SIZE = 25  # guides of the list from A to Z; entries are two lines each


def show() -> None:
    """Show the inventory, or the page of its list that the address asks for."""
    shelf = library.current()
    page = filters.here().page
    where = messages.page(page) if page > 1 else ""
    st.set_page_config(page_title=messages.tab([messages.INVENTORY_PAGE, where], shelf.settings.name))
    st.html(parts.title(messages.INVENTORY_PAGE))
    try:
        st.html(_block(page, date.today()))
    except IndexUnusableError as error:
        trouble.show_index(error)


def _block(page: int, today: date) -> str:
    shelf = library.current()
    listed = shelf.ask(lambda engine: search.answer(engine, "", offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE, as_of=today))
    tree = overview.inventory(overview.counts(listed.facets), shelf.taxonomy) if page == 1 else ""
    view = View(page=page)
    links = parts.pages(view, listed.n_pages, address.INVENTORY)
    heading = f'<h2 id="a-z">{messages.all_guides(listed.totals.n_works)}</h2>'
    return f'{tree}<section class="kb-a-z">{heading}{render.results(listed, shelf.taxonomy)}{links}</section>'


if __name__ == "__main__":
    show()
