"""The area Hilfe: how to search, what the marks mean, how validity is shown, whom to ask."""

from html import escape

import streamlit as st

from kb import messages
from kb.ui import library, parts


def show() -> None:
    """Show the help; it needs no index."""
    settings = library.current().settings
    st.set_page_config(page_title=messages.tab([messages.HELP_PAGE], settings.name))
    st.html(parts.title(messages.HELP_PAGE) + page(settings.contact))


def page(contact: str) -> str:
    """Return the help as HTML."""
    rows = (f"<td><code>{escape(typed)}</code></td><td>{escape(finds)}</td>" for typed, finds in messages.EXAMPLES)
    examples = "".join(f"<tr>{row}</tr>" for row in rows)
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in messages.EXAMPLES_HEAD)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{examples}</tbody></table>"
    sections = "".join(_section(title, paragraphs) for title, paragraphs in messages.HELP)
    return (
        f'<div class="kb-help"><section><h2>{escape(messages.HOW_TO_SEARCH)}</h2>'
        f"<p>{escape(messages.HOW_TO_SEARCH_LEAD)}</p>{table}</section>{sections}"
        f"{_section(messages.ASK, [messages.contact(contact)])}</div>"
    )


def _section(title: str, paragraphs: tuple[str, ...] | list[str]) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


if __name__ == "__main__":
    show()
