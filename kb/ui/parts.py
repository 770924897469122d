"""The parts of the page around the results, as HTML: header, chips, pages, notices, ways out of an empty result. Pure.

Links inside the page carry `data-kb`, by which de.js follows them without loading anew: "top" starts at the top of the
page, "stay" leaves the reader where they are. Without the script they are plain links and work too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from kb import messages
from kb.hints import TopicsNearby
from kb.model import Addition, Axis, Query
from kb.topics import Taxonomy
from kb.ui import address
from kb.ui.address import View
from kb.ui.navigation import AREAS

SEPARATOR = '<span class="kb-dot" aria-hidden="true"> · </span>'
NEIGHBOURS = 2  # pages named on each side of the one shown


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search that finds something, offered where the one that was asked does not."""

    label: str
    view: View


def inner_link(href: str, text: str, *, stays: bool = False, attributes: str = "") -> str:
    """Return a link to another view of the page; `attributes` is markup."""
    lead = f" {attributes}" if attributes else ""
    return f'<a href="{escape(href)}" data-kb="{"stay" if stays else "top"}"{lead}>{escape(text)}</a>'


def header(name: str, path: str) -> str:
    """Return the name of the collection and the links to its areas; `path` is the one shown."""
    current = 'aria-current="page"'
    links = (inner_link(area.path, area.title, attributes=current if area.path == path else "") for area in AREAS)
    items = "".join(f"<li>{link}</li>" for link in links)
    home = inner_link(address.SEARCH, name, attributes='class="kb-name"')
    return f'<div class="kb-header">{home}<nav aria-label="{messages.NAVIGATION}"><ul>{items}</ul></nav></div>'


def title(text: str, *, is_hidden: bool = False) -> str:
    """Return the heading of an area."""
    style = "kb-hidden" if is_hidden else "kb-focus"
    return f'<h1 class="{style}" tabindex="-1">{escape(text)}</h1>'


def filter_names(view: View, taxonomy: Taxonomy) -> list[tuple[Axis, str, str]]:
    """Return (axis, value, title) of every chosen filter, in the order of the axes."""
    return [(axis, v, taxonomy.title(axis, v)) for axis in Axis for v in sorted(view.chosen(axis))]


def chips(view: View, taxonomy: Taxonomy) -> str:
    """Return the chosen filters, each as a link that removes it; nothing without filters."""
    chosen = filter_names(view, taxonomy)
    if not chosen:
        return ""
    items = "".join(
        f"<li>{_chip(view.toggled(axis, value, is_on=False), messages.AXES[axis], name)}</li>" for axis, value, name in chosen
    )
    clear = inner_link(view.without_filters().href(), messages.REMOVE_ALL, stays=True, attributes='class="kb-clear"')
    return f'<ul class="kb-chips" aria-label="{messages.CHOSEN_FILTERS}">{items}<li>{clear}</li></ul>'


def _chip(view: View, axis: str, name: str) -> str:
    label = f"{messages.REMOVE_FILTER}: {axis} {name}"
    text = f'{escape(name)}<span class="kb-cross" aria-hidden="true">×</span>'
    return f'<a href="{escape(view.href())}" data-kb="stay" class="kb-chip" aria-label="{escape(label)}">{text}</a>'


def read_as(query: Query) -> str:
    """Return in one quiet line how norms were read that were typed without a statute."""
    if not query.assumed:
        return ""
    return f'<p class="kb-read-as kb-quiet">{escape(messages.read_as(query.assumed))}</p>'


def additions(view: View, query: Query) -> str:
    """Return in one quiet line what was searched for besides the typed words, each with a link that takes it out or back in."""
    if not query.added:
        return ""
    searched = _additions(view, [one for one in query.added if one.id not in query.without])
    left_out = _additions(view, [one for one in query.added if one.id in query.without])
    said = f"{messages.ALSO_SEARCHED}: {' '.join(searched)}" if searched else ""
    unsaid = f"{messages.NOT_SEARCHED}: {' '.join(left_out)}" if left_out else ""
    return f'<p class="kb-added kb-quiet">{" ".join(filter(None, (said, unsaid)))}</p>'


def _additions(view: View, listed: Sequence[Addition]) -> list[str]:
    before = ["same", *(one.relation for one in listed)]
    return [_addition(view, one, last) for one, last in zip(listed, before, strict=False)]


def _addition(view: View, one: Addition, before: str) -> str:
    is_out = one.id in view.without
    sign = "+" if is_out else "×"
    label = messages.search_again(one.name) if is_out else messages.search_without(one.name)
    href = escape(view.with_addition(one.id, is_in=is_out).href())
    text = f'<span class="kb-cross" aria-hidden="true">{sign}</span>'
    link = f'<a href="{href}" data-kb="stay" aria-label="{escape(label)}" title="{escape(label)}">{text}</a>'
    return f'<span class="kb-addition">{escape(messages.addition(one.relation, one.name, before))}&nbsp;{link}</span>'


def pages(view: View, n_pages: int, path: str = address.SEARCH) -> str:
    """Return links to the pages of results; nothing for a single page."""
    if n_pages < 2:
        return ""
    items: list[str] = []
    if view.page > 1:
        items.append(_page(view, path, view.page - 1, messages.PREVIOUS_PAGE, 'rel="prev"'))
    last = 0
    for n in (n for n in range(1, n_pages + 1) if n in (1, n_pages) or abs(n - view.page) <= NEIGHBOURS):
        if n > last + 1:
            items.append('<li class="kb-gap" aria-hidden="true">…</li>')
        current = 'aria-current="page"' if n == view.page else ""
        items.append(_page(view, path, n, messages.number(n), f'{current} aria-label="{escape(messages.page(n))}"'.strip()))
        last = n
    if view.page < n_pages:
        items.append(_page(view, path, view.page + 1, messages.NEXT_PAGE, 'rel="next"'))
    return f'<nav class="kb-pages" aria-label="{messages.PAGES}"><ul>{"".join(items)}</ul></nav>'


def _page(view: View, path: str, n: int, label: str, attributes: str) -> str:
    return f"<li>{inner_link(view.on_page(n).href(path), label, attributes=attributes)}</li>"


def filter_button(n_chosen: int) -> str:
    """Return the button that shows the filters where the window is too narrow for a column of its own."""
    return f'<button type="button" class="kb-filter-button" data-kb-filters>{escape(messages.filter_button(n_chosen))}</button>'


def printed(view: View, taxonomy: Taxonomy, as_of: date) -> str:
    """Return the line that stands on top of a printed result only."""
    names = [name for _, _, name in filter_names(view, taxonomy)]
    return f'<p class="kb-print">{escape(messages.printed(view.text, names, as_of))}</p>'


def meant(view: View, text: str) -> str:
    """Return the question whether something else was meant, as a link that searches it; nothing for nothing."""
    if not text:
        return ""
    link = inner_link(view.with_text(text).href(), text)
    return f'<p class="kb-meant">{escape(messages.MEANT)} {link}?</p>'


def nothing_found(view: View, taxonomy: Taxonomy, meant_text: str, ways: Sequence[WayOut], nearby: TopicsNearby) -> str:
    """Return what an empty result shows: what was searched, searches that find something, topics to look into."""
    names = [name for _, _, name in filter_names(view, taxonomy)]
    offers = "".join(f"<li>{inner_link(way.view.href(), way.label)}</li>" for way in ways)
    advice = f"<li>{escape(messages.OTHER_WORDS)}</li>" if view.text else ""
    listed = "".join(
        f"<li>{inner_link(View().toggled(Axis.TOPIC, topic, is_on=True).href(), taxonomy.title(Axis.TOPIC, topic))}</li>"
        for topic in nearby.ids
    )
    lead = messages.topics_nearby(are_alike=nearby.are_alike)
    topics = f"<li>{escape(lead)}<ul>{listed}</ul></li>" if listed else ""
    return (
        f'<h2 class="kb-count kb-focus" tabindex="-1">{escape(messages.nothing_found(view.text))}</h2>'
        f"{meant(view, meant_text)}<p>{escape(messages.searched_in(names))}</p>"
        f'<ul class="kb-ways">{offers}{advice}{topics}</ul>'
    )


def notice(heading: str, paragraphs: Sequence[str], *, lead: str = "", command: str = "", kind: str = "warning") -> str:
    """Return a box that says what is wrong and what to do; the command stands on a line of its own."""
    lines = "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)
    said = f"<p>{escape(lead)}</p>" if lead else ""
    shown = f"<p>{escape(messages.RUN_COMMAND)}</p><pre><code>{escape(command)}</code></pre>" if command else ""
    return (
        f'<div class="kb-notice kb-notice-{kind}" role="alert">'
        f'<h2 class="kb-focus" tabindex="-1">{escape(heading)}</h2>{said}{shown}{lines}</div>'
    )
