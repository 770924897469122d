"""The column of filters: real checkboxes with counts, one per value of an axis, two levels for topics.

The address is the truth: each run sets the boxes to what it says, and a click writes the address.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import streamlit as st

from kb import messages
from kb.model import Axis
from kb.topics import NO_TOPIC, Taxonomy
from kb.ui import address
from kb.ui.address import View
from kb.ui.overview import Counts

N_PARTNERS_SHOWN = 5
_KNOWN = "widgets-shown-before"
_MARKDOWN = re.compile(r"[\\`*_\[\]$<>~|:]")  # what a label's Markdown would take for more than text


T = TypeVar("T", str, bool)


def go(view: View) -> None:
    """Make the address show the view; from a callback, this is one step of the browser's history."""
    st.query_params.from_dict(view.params())


def here() -> View:
    """Return what the address shows."""
    return address.read(st.query_params.get_all)


def synchronised(key: str, value: T) -> T:
    """Make the widget `key` show `value`, which is also to be its initial value.

    A session's first run only hands over the initial value: after a restart of the server the browser brings its own
    state along, and a value set on the session's state would swallow the reader's next input. Later runs set the state,
    since by then the browser may still hold what a newer address no longer says. Streamlit would warn of the two at once;
    the settings silence it.
    """
    if _KNOWN in st.session_state and st.session_state.get(key) != value:
        st.session_state[key] = value
    return value


def end_run() -> None:
    """Remember that this session has shown its widgets once."""
    st.session_state[_KNOWN] = True


def show(view: View, found: Counts, taxonomy: Taxonomy) -> None:
    """Show every axis that has a value to choose, or one chosen."""
    _axis(Axis.TOPIC, lambda: _topics(view, found, taxonomy), view, found)
    _axis(Axis.KIND, lambda: _boxes(Axis.KIND, [kind.id for kind in taxonomy.kinds], view, found, taxonomy), view, found)
    _axis(Axis.PARTNER, lambda: _partners(view, found, taxonomy), view, found)
    _axis(Axis.NORM, lambda: _boxes(Axis.NORM, _norms(view, found), view, found, taxonomy), view, found)
    validities = [value for axis, value in taxonomy.titles if axis is Axis.VALIDITY]
    if _visible(Axis.VALIDITY, validities, view, found)[1:] or view.chosen(Axis.VALIDITY):  # a single one tells nothing
        _axis(Axis.VALIDITY, lambda: _boxes(Axis.VALIDITY, validities, view, found, taxonomy), view, found)


def _axis(axis: Axis, boxes: Callable[[], None], view: View, found: Counts) -> None:
    if view.chosen(axis) or any(n for (a, _), n in found.items() if a is axis):
        with st.container(key=f"achse-{axis.value}", gap=None):
            st.html(f'<h2 class="kb-axis" id="achse-{axis.value}">{messages.AXES[axis]}</h2>')
            boxes()


def _visible(axis: Axis, values: Iterable[str], view: View, found: Counts) -> list[str]:
    """Return the values that would show something, and the chosen ones."""
    return [value for value in values if found.get((axis, value), 0) or value in view.chosen(axis)]


def _boxes(axis: Axis, values: Iterable[str], view: View, found: Counts, taxonomy: Taxonomy) -> None:
    for value in _visible(axis, values, view, found):
        _box(axis, value, view, found, taxonomy)


def _topics(view: View, found: Counts, taxonomy: Taxonomy) -> None:
    """Show the topics; the subtopics of a topic stand below it once it, or one of them, is chosen."""
    chosen = view.chosen(Axis.TOPIC)
    for topic in taxonomy.topics:
        children = [child.id for child in topic.children]
        is_open = topic.id in chosen or not chosen.isdisjoint(children)
        if is_open or _visible(Axis.TOPIC, [topic.id], view, found):
            _box(Axis.TOPIC, topic.id, view, found, taxonomy)
        if is_open:
            with st.container(key=f"unter-{topic.id}", gap=None):
                _boxes(Axis.TOPIC, children, view, found, taxonomy)
    known = {value for axis, value in taxonomy.titles if axis is Axis.TOPIC} - {NO_TOPIC}
    _boxes(Axis.TOPIC, [NO_TOPIC, *sorted(chosen - known - {NO_TOPIC})], view, found, taxonomy)


def _partners(view: View, found: Counts, taxonomy: Taxonomy) -> None:
    """Show the first partners, the rest folded; the rest stands open while one of it is chosen."""
    values = _visible(Axis.PARTNER, [partner.id for partner in taxonomy.partners], view, found)
    head, tail = values[:N_PARTNERS_SHOWN], values[N_PARTNERS_SHOWN:]
    if len(tail) == 1:
        head, tail = values, []
    _boxes(Axis.PARTNER, head, view, found, taxonomy)
    if tail:
        is_open = not view.chosen(Axis.PARTNER).isdisjoint(tail)
        with st.expander(messages.MORE_PARTNERS, expanded=is_open, key="weitere-partner"):
            _boxes(Axis.PARTNER, tail, view, found, taxonomy)


def _norms(view: View, found: Counts) -> list[str]:
    """Return the norms that are counted, the most frequent first, and the chosen ones."""
    counted = sorted((-n, value) for (axis, value), n in found.items() if axis is Axis.NORM)
    return [*dict.fromkeys([*(value for _, value in counted), *sorted(view.chosen(Axis.NORM))])]


def _box(axis: Axis, value: str, view: View, found: Counts, taxonomy: Taxonomy) -> None:
    key = f"{axis.value}={value}"
    title = _MARKDOWN.sub(r"\\\g<0>", taxonomy.title(axis, value))
    label = f"{title} :small[{messages.number(found.get((axis, value), 0))}]"
    is_on = value in view.chosen(axis)
    st.checkbox(label, synchronised(key, is_on), key=key, on_change=_clicked, args=(axis, value))


def _clicked(axis: Axis, value: str) -> None:
    go(here().toggled(axis, value, is_on=bool(st.session_state[f"{axis.value}={value}"])))
