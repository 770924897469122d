"""What the collection holds, as HTML: topics with counts, new guides, guides that run out, kinds and partners. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape

from kb import editions, messages
from kb.model import Axis, Facet, Guide, Validity
from kb.topics import NO_TOPIC, Taxonomy, Topic
from kb.ui import parts, render
from kb.ui.address import View

N_LISTED = 5  # guides per list of the start page

Counts = Mapping[tuple[Axis, str], int]


def counts(facets: Iterable[Facet]) -> Counts:
    """Return the number of works by axis and value."""
    return {(facet.axis, facet.value): facet.n_works for facet in facets}


def current_editions(catalog: Iterable[Guide], as_of: date) -> list[Guide]:
    """Return the current edition of every work."""
    works: dict[str, list[Guide]] = defaultdict(list)
    for guide in catalog:
        works[guide.work_id].append(guide)
    return [editions.current(members, as_of) for members in works.values()]


def newest(guides: Iterable[Guide]) -> list[Guide]:
    """Return the guides with the latest edition or start of validity, latest first; those without a date are left out."""
    dated = [(_since(guide), guide.title, guide) for guide in guides if _since(guide)]
    return [guide for _, _, guide in sorted(dated, key=lambda entry: entry[:2], reverse=True)[:N_LISTED]]


def _since(guide: Guide) -> str:
    return max(guide.edition, guide.valid_from.isoformat() if guide.valid_from else "")


def expiring(guides: Iterable[Guide], as_of: date) -> list[tuple[date, Guide]]:
    """Return guides in force that end or are to be reviewed soon, or whose review is overdue, with that day; earliest first."""
    found = []
    for guide in guides:
        ends = [guide.valid_until] if guide.valid_until and guide.valid_until >= as_of else []
        days = [day for day in (*ends, guide.review_by) if day and day <= as_of + render.SOON]
        if days and guide.validity(as_of) is Validity.IN_FORCE:
            found.append((min(days), guide))
    return sorted(found, key=lambda entry: (entry[0], entry[1].title))


def start(found: Counts, guides: Sequence[Guide], taxonomy: Taxonomy, as_of: date) -> str:
    """Return the start page below the field: topics, new guides, guides that run out."""
    ending = expiring(guides, as_of)
    due = "".join(_due(guide, as_of) for _, guide in ending[:N_LISTED])
    topics = "".join(_topic(topic.id, topic.title, found) for topic in taxonomy.topics)
    new = "".join(_new(guide, taxonomy) for guide in newest(guides))
    blocks = [
        _section(messages.TOPICS, f'<ul class="kb-topics">{topics}</ul>'),
        _section(messages.NEWEST, f'<ul class="kb-guides">{new}</ul>') if new else "",
        _section(messages.EXPIRING, f'<ul class="kb-guides">{due}</ul>') if due else "",
    ]
    return f'<div class="kb-start">{"".join(blocks)}</div>'


def _topic(value: str, title: str, found: Counts) -> str:
    n = found.get((Axis.TOPIC, value), 0)
    return _counted(Axis.TOPIC, value, title, n) if n else ""


def _counted(axis: Axis, value: str, title: str, n: int, more: str = "") -> str:
    href = View().toggled(axis, value, is_on=True).href()
    return f'<li>{parts.inner_link(href, title)} <span class="kb-number">{messages.number(n)}</span>{more}</li>'


def _new(guide: Guide, taxonomy: Taxonomy) -> str:
    kind = escape(taxonomy.title(Axis.KIND, guide.kind)) if guide.kind else ""
    stand = escape(messages.edition(guide.edition) or (messages.valid_from(guide.valid_from) if guide.valid_from else ""))
    quiet = parts.SEPARATOR.join(part for part in (kind, f'<span class="kb-date">{stand}</span>') if part)
    return f'<li>{render.link(guide, guide.title)} <span class="kb-quiet">{quiet}</span></li>'


def _due(guide: Guide, as_of: date) -> str:
    reasons = []
    if guide.valid_until and as_of <= guide.valid_until <= as_of + render.SOON:
        reasons.append(messages.expires(guide.valid_until))
    if guide.review_by and guide.review_by <= as_of + render.SOON:
        reasons.append(messages.review_by(guide.review_by, is_over=guide.review_by < as_of))
    labels = "".join(f' <span class="kb-warning">{escape(reason)}</span>' for reason in reasons)
    return f"<li>{render.link(guide, guide.title)}{labels}</li>"


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{body}</section>"


def inventory(found: Counts, taxonomy: Taxonomy) -> str:
    """Return the tree of topics, the kinds and the partners, each with its number of guides."""
    topics = "".join(_branch(topic, found) for topic in taxonomy.topics)
    rest = _topic(NO_TOPIC, taxonomy.title(Axis.TOPIC, NO_TOPIC), found)
    kinds = "".join(
        _counted(Axis.KIND, kind.id, kind.title, n, f"<p>{escape(kind.short)}</p>")
        for kind in taxonomy.kinds
        if (n := found.get((Axis.KIND, kind.id), 0))
    )
    partners = "".join(
        _counted(Axis.PARTNER, partner.id, partner.title, n)
        for partner in taxonomy.partners
        if (n := found.get((Axis.PARTNER, partner.id), 0))
    )
    return "".join(
        (
            _section(messages.TOPICS, f'<ul class="kb-tree">{topics}{rest}</ul>'),
            _section(messages.KINDS, f'<ul class="kb-kinds">{kinds}</ul>') if kinds else "",
            _section(messages.PARTNERS, f'<ul class="kb-topics">{partners}</ul>') if partners else "",
        )
    )


def _branch(topic: Topic, found: Counts) -> str:
    n = found.get((Axis.TOPIC, topic.id), 0)
    if not n:
        return ""
    below = "".join(_topic(child.id, child.title, found) for child in topic.children)
    tree = f"<ul>{below}</ul>" if below else ""
    return _counted(Axis.TOPIC, topic.id, topic.title, n, f"<p>{escape(topic.short)}</p>{tree}")
