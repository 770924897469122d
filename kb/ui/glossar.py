"""The area Fachwörter: a field to look words up, and the vocabulary from A to Z, each entry under an anchor of its own."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

import streamlit as st

from kb import analysis, glossary, messages
from kb.ui import library, parts
from kb.ui.address import MAX_CHARS, View
from kb.vocabulary import Entry, Vocabulary

_LINKED = ("related", "confused")  # names of other things, some of which have entries


def show() -> None:
    """Show the vocabulary; it needs no index."""
    shelf = library.current()
    st.set_page_config(page_title=messages.tab([messages.GLOSSARY_PAGE], shelf.settings.name))
    st.html(parts.title(messages.GLOSSARY_PAGE))
    with st.container(key="nachschlagen"):
        typed = st.text_input(
            messages.LOOK_UP_LABEL,
            max_chars=MAX_CHARS,
            type="search",
            autocomplete="off",
            placeholder=messages.LOOK_UP_PLACEHOLDER,
        )
    words = (typed or "").split()
    st.html(looked_up(shelf.vocabulary, words) if words else page(shelf.vocabulary))


def looked_up(vocabulary: Vocabulary, words: Sequence[str]) -> str:
    """Return the entries that some words lead to as HTML, everyday words among them."""
    found = glossary.look_up(vocabulary, words)
    if not found:
        return f'<p role="status">{escape(messages.not_listed(" ".join(words)))}</p>'
    return (
        f'<div class="kb-glossary"><p role="status">{escape(messages.n_entries(len(found)))}</p>'
        f'<ul class="kb-entries">{"".join(_entry(entry, {}) for entry in found)}</ul></div>'
    )


def page(vocabulary: Vocabulary) -> str:
    """Return all entries as HTML, by their first letters, with links that jump to these."""
    groups = [
        (letter, list(entries)) for letter, entries in groupby(glossary.ordered(vocabulary.entries.values()), glossary.letter)
    ]
    if not groups:
        return f"<p>{escape(messages.NO_ENTRIES)}</p>"
    places = {analysis.fold(name): entry.id for name, entry in reversed([*vocabulary.names()])}
    jumps = "".join(f'<li><a href="#{_anchor(letter)}">{escape(letter)}</a></li>' for letter, _ in groups)
    sections = "".join(
        f'<section><h2 id="{_anchor(letter)}">{escape(letter)}</h2>'
        f'<ul class="kb-entries">{"".join(_entry(entry, places) for entry in entries)}</ul></section>'
        for letter, entries in groups
    )
    return (
        f'<div class="kb-glossary"><p>{escape(messages.GLOSSARY_LEAD)}</p>'
        f'<nav class="kb-letters" aria-label="{messages.LETTERS}"><ul>{jumps}</ul></nav>{sections}</div>'
    )


def _anchor(letter: str) -> str:
    return f"buchstabe-{'0' if letter == messages.OTHER_LETTERS else letter.lower()}"


def _entry(entry: Entry, places: Mapping[str, str]) -> str:
    label = f'aria-label="{escape(messages.search_for(entry.term))}"'
    search = parts.inner_link(View(text=entry.term).href(), messages.SEARCH_BUTTON, attributes=label)
    remarks = "".join(f' <span class="kb-quiet">{escape(remark)}</span>' for remark in glossary.remarks(entry))
    said = "".join(
        f"<div><dt>{escape(title)}</dt><dd>{_names(values, places if field in _LINKED else {})}</dd></div>"
        for field, title, values in glossary.fields(entry)
    )
    body = f"<dl>{said}</dl>" if said else ""
    return f'<li class="kb-entry" id="{escape(entry.id)}"><h3>{escape(entry.term)}</h3>{remarks} {search}{body}</li>'


def _names(names: Iterable[str], places: Mapping[str, str]) -> str:
    """Return the names one after the other, those that have a place as links to it."""
    return ", ".join(
        f'<a href="#{quote(place)}">{escape(name)}</a>' if (place := places.get(analysis.fold(name))) else escape(name)
        for name in names
    )


if __name__ == "__main__":
    show()
