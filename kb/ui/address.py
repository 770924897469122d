"""What the page shows, as its address says it: words, chosen filters, page of results. Pure.

The address is the only state: reload, Back, bookmark and a link sent to a colleague all lead to the same view. Parameter
names are `q`, `ohne`, the values of `Axis`, and `seite`; a filter's parameter and `ohne` may occur several times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from kb.model import Axis, Selection

SEARCH = "/"
INVENTORY = "/bestand"
GLOSSARY = "/fachwoerter"
HELP = "/hilfe"

MAX_CHARS = 500  # of a query; a pasted paragraph fits, a pasted file does not
MAX_CHOICES = 50  # per axis; more than any axis has in sensible use
KEYS = ("q", "ohne", *(axis.value for axis in Axis), "seite")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A query with what it leaves out, chosen values per axis (without a choice: absent), a page of results, counted from 1."""

    text: str = ""
    selection: Selection = field(default_factory=dict)
    without: frozenset[str] = frozenset()  # ids of what the vocabulary adds and the reader has taken out
    page: int = 1

    @property
    def is_start(self) -> bool:
        """Nothing is asked: the start page."""
        return not self.text and not self.selection

    def chosen(self, axis: Axis) -> frozenset[str]:
        """Return the chosen values of the axis."""
        return self.selection.get(axis, frozenset())

    def with_text(self, text: str) -> "View":
        """Return the first page for other words and the same filters."""
        text = text.strip()[:MAX_CHARS]
        return replace(self, text=text, without=self.without if text == self.text else frozenset(), page=1)

    def with_addition(self, id_: str, *, is_in: bool) -> "View":
        """Return the first page with or without what the vocabulary adds to the words."""
        return replace(self, without=self.without - {id_} if is_in else self.without | {id_}, page=1)

    def with_choice(self, axis: Axis, values: frozenset[str]) -> "View":
        """Return the first page with these values chosen on the axis."""
        others = {a: chosen for a, chosen in self.selection.items() if a is not axis}
        return replace(self, selection=others | ({axis: values} if values else {}), page=1)

    def toggled(self, axis: Axis, value: str, *, is_on: bool) -> "View":
        """Return the view after a click on a filter.

        A topic and its subtopics exclude each other: a subtopic narrows what its topic would show anyway.
        """
        values = self.chosen(axis) - {value}
        if is_on:
            if axis is Axis.TOPIC:
                values = frozenset(v for v in values if not (v.startswith(value + ".") or value.startswith(v + ".")))
            values |= {value}
        return self.with_choice(axis, values)

    def without_filters(self) -> "View":
        """Return the first page for the same words in everything."""
        return View(text=self.text, without=self.without)

    def on_page(self, page: int) -> "View":
        """Return another page of the same results."""
        return replace(self, page=page)

    def params(self) -> dict[str, str | list[str]]:
        """Return the parameters of the address, in a fixed order; what is not chosen is left out."""
        params: dict[str, str | list[str]] = {"q": self.text} if self.text else {}
        params |= {"ohne": sorted(self.without)} if self.without else {}
        params |= {axis.value: sorted(self.selection[axis]) for axis in Axis if self.selection.get(axis)}
        return params | ({"seite": str(self.page)} if self.page > 1 else {})

    def href(self, path: str = SEARCH) -> str:
        """Return the address that shows this view."""
        query = urlencode(self.params(), doseq=True, errors="replace")
        return f"{path}?{query}" if query else path


def read(get_all: Callable[[str], Sequence[str]]) -> View:
    """Return the view of an address whose values `get_all` gives by name; what makes no sense is ignored."""

    def values(name: str) -> frozenset[str]:
        return frozenset([value for value in get_all(name) if value and value.isprintable()][:MAX_CHOICES])

    selection: Mapping[Axis, frozenset[str]] = {axis: chosen for axis in Axis if (chosen := values(axis.value))}
    text = "".join(get_all("q")[-1:]).strip()[:MAX_CHARS]
    return View(text=text, selection=selection, without=values("ohne"), page=_page("".join(get_all("seite")[-1:])))


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 5 and int(text) > 0 else 1
