"""The area Suche: the field, then the start page, results with filters, or the ways out of an empty result."""

import re
from dataclasses import replace
from datetime import date

import streamlit as st

from kb import hints, messages, search
from kb.errors import IndexUnusableError
from kb.model import Answer, Axis, Engine
from kb.ui import address, filters, library, overview, parts, render, trouble
from kb.ui.address import View
from kb.ui.parts import WayOut
from kb.vocabulary import Vocabulary

_SIGNS = re.compile(r'(?<!\S)[-−–](?:"[^"]*"|§+\s*\S+|\S+)|["„“”‟«»*]')


def show() -> None:
    """Show the view that the address asks for."""
    view = filters.here()
    today = date.today()
    shelf = library.current()
    st.set_page_config(page_title=_tab(view))
    st.html(parts.title(messages.SEARCH_PAGE, is_hidden=True))
    _field(view)
    try:
        if view.is_start:
            _start(today)
        else:
            answer = shelf.ask(lambda engine: look_up(engine, view, today, shelf.vocabulary))
            _results(replace(view, page=answer.offset // answer.limit + 1), answer, today)
    except IndexUnusableError as error:
        trouble.show_index(error)


def look_up(engine: Engine, view: View, as_of: date, names: Vocabulary | None = None) -> Answer:
    """Return the page of results that the view asks for; beyond the last, the last."""

    def page(number: int) -> Answer:
        offset = (number - 1) * search.PAGE_SIZE
        return search.answer(
            engine,
            view.text,
            vocabulary=names,
            without=view.without,
            selection=view.selection,
            offset=offset,
            as_of=as_of,
        )

    answer = page(view.page)
    return page(answer.n_pages) if answer.n_pages and view.page > answer.n_pages else answer


def ways_out(engine: Engine, view: View, as_of: date) -> list[WayOut]:
    """Return searches close to the one that found nothing, each of which finds something; the closest first."""
    loose = loosened(view.text)
    everywhere = view.without_filters()
    candidates = [
        (messages.without_filters, everywhere),
        (lambda n: messages.without_signs(loose, n), view.with_text(loose)),
        (lambda n: messages.without_signs(loose, n), everywhere.with_text(loose)),
    ]
    ways: list[WayOut] = []
    for label, other in candidates:
        if other != view and not other.is_start and other not in [way.view for way in ways]:
            n = search.answer(engine, other.text, selection=other.selection, limit=1, as_of=as_of).totals.n_works
            ways += [WayOut(label(n), other)] if n else []
    return ways


def loosened(text: str) -> str:
    """Return the query without what makes it strict: quotes, stars, and excluded words with their minus."""
    return " ".join(_SIGNS.sub(" ", text).split())


def _tab(view: View) -> str:
    taxonomy = library.current().taxonomy
    asked = view.text or ", ".join(name for _, _, name in parts.filter_names(view, taxonomy))
    page = messages.page(view.page) if view.page > 1 else ""
    return messages.tab([asked, page], library.current().settings.name)


def _field(view: View) -> None:
    with (
        st.form("suche", border=False, enter_to_submit=True),
        st.container(key="suchzeile", horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            messages.SEARCH_LABEL,
            filters.synchronised("feld", view.text),
            address.MAX_CHARS,
            key="feld",
            type="search",
            autocomplete="off",
            placeholder=messages.SEARCH_PLACEHOLDER,
        )
        is_submitted = st.form_submit_button(messages.SEARCH_BUTTON, type="primary", on_click=_submitted)
    if is_submitted and view.with_text(st.session_state["feld"] or "").text != view.text:
        _submitted()  # the first thing a new session hears, after a restart: it has no callbacks yet
        st.rerun()


def _submitted() -> None:
    filters.go(filters.here().with_text(st.session_state["feld"] or ""))


def _start(today: date) -> None:
    shelf = library.current()
    everything = shelf.ask(lambda engine: search.answer(engine, "", limit=1, as_of=today))
    guides = overview.current_editions(shelf.ask(lambda engine: engine.catalog()).values(), today)
    st.html(overview.start(overview.counts(everything.facets), guides, shelf.taxonomy, today))


def _results(view: View, answer: Answer, today: date) -> None:
    taxonomy = library.current().taxonomy
    n_chosen = sum(len(view.chosen(axis)) for axis in Axis)
    with st.container(key="seite"):
        with st.container(key="filterknopf"):
            st.html(parts.filter_button(n_chosen))
        with st.container(key="filter", gap=None):
            filters.show(view, overview.counts(answer.facets), taxonomy)
        with st.container(key="treffer"):
            st.html(_block(view, answer, today))


def _block(view: View, answer: Answer, today: date) -> str:
    shelf = library.current()
    above = parts.printed(view, shelf.taxonomy, today) + parts.chips(view, shelf.taxonomy)
    if not answer.totals.n_works:
        ways = shelf.ask(lambda engine: ways_out(engine, view, today))
        words = answer.query.words
        nearby = shelf.ask(lambda engine: hints.topics_nearby(engine, shelf.taxonomy, shelf.vocabulary, words))
        return above + parts.nothing_found(view, shelf.taxonomy, answer.meant, ways, nearby) + parts.read_as(answer.query)
    return "".join(
        (
            above,
            render.heading(answer),
            parts.meant(view, answer.meant),
            parts.read_as(answer.query),
            parts.additions(view, answer.query),
            render.results(answer, shelf.taxonomy),
            parts.pages(view, answer.n_pages),
        )
    )


if __name__ == "__main__":
    show()
