"""An answer's results as HTML: one block for one `st.html`. Pure; everything from guides, queries and data files is escaped.

The small pieces that other parts of the page share stand here too: links to originals, the line of facts, marked text.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote

from kb import messages
from kb.model import Answer, Axis, Guide, Hit, Occur, Result, Snippet, Validity
from kb.topics import Taxonomy
from kb.ui.parts import SEPARATOR

SOON = timedelta(days=90)  # how far ahead the page warns of an end or a review
MAX_MISSING = 3  # words that are named


def results(answer: Answer, taxonomy: Taxonomy) -> str:
    """Return the list of results."""
    shown = "".join(_result(result, answer, taxonomy) for result in answer.results)
    return f'<ol class="kb-results">{shown}</ol>' if shown else ""


def heading(answer: Answer) -> str:
    """Return the number of results as a heading; it takes the focus after a change of page."""
    totals = answer.totals
    text = messages.found(
        totals.n_works_all_words,
        totals.n_works_some_words,
        has_many_words=has_many_words(answer),
        is_near=has_near(answer),
    )
    where = messages.page_of(answer.offset // answer.limit + 1, answer.n_pages) if answer.offset else ""
    return count_heading(text, where)


def count_heading(text: str, detail: str = "") -> str:
    """Return a heading that is announced when it changes."""
    quiet = f' <span class="kb-quiet">{escape(detail)}</span>' if detail else ""
    return f'<h2 class="kb-count kb-focus" tabindex="-1">{escape(text)}{quiet}</h2>'


def has_many_words(answer: Answer) -> bool:
    """Say whether more than one thing was asked, so that a result can lack some of it."""
    return sum(clause.occur is not Occur.MUST_NOT for clause in answer.query.clauses) > 1


def has_near(answer: Answer) -> bool:
    """Say whether a passage is shown that has none of the words."""
    return any(hit.is_by_meaning for result in answer.results for hit in result.hits)


def original(guide: Guide, page: int | None = None) -> str:
    """Return the address of a guide's file, at a page if it is a PDF."""
    name = PurePosixPath(guide.places[0]).name
    anchor = f"#page={page}" if page and guide.suffix == ".pdf" else ""
    return f"/original/{quote(guide.id, safe='')}/{quote(name, safe='')}{anchor}"


def link(guide: Guide, text: str, page: int | None = None) -> str:
    """Return a link to a guide's file: a PDF opens in a new tab, other formats are saved."""
    opens = guide.suffix == ".pdf"
    target = ' target="_blank"' if opens else " download"
    hint = f'<span class="kb-hidden"> ({messages.NEW_TAB})</span>' if opens else ""
    return f'<a href="{escape(original(guide, page))}"{target}>{escape(text)}{hint}</a>'


def marked(snippet: Snippet) -> str:
    """Return the snippet with its matched words marked and dots where text was cut."""
    parts, at = [], 0
    for start, end in snippet.spans:
        parts += [escape(snippet.text[at:start]), f"<mark>{escape(snippet.text[start:end])}</mark>"]
        at = end
    parts.append(escape(snippet.text[at:]))
    before = "…\u00a0" if snippet.is_cut_before else ""
    after = "\u00a0…" if snippet.is_cut_after else ""
    return f"{before}{''.join(parts)}{after}"


def facts(guide: Guide, taxonomy: Taxonomy, as_of: date, *, successor: Guide | None = None) -> str:
    """Return the line of facts: kind, whether it binds, edition, validity where it matters, topics."""
    kind = escape(taxonomy.title(Axis.KIND, guide.kind)) if guide.kind else ""
    if guide.is_binding:
        kind += f' <span class="kb-binding">{messages.BINDING}</span>'
    topics = ", ".join(taxonomy.title(Axis.TOPIC, topic) for topic in guide.topics) or messages.WITHOUT_TOPIC
    parts = [
        kind.strip(),
        f'<span class="kb-date">{escape(messages.edition(guide.edition))}</span>' if guide.edition else "",
        *(f'<span class="kb-warning">{escape(text)}</span>' for text in _validity(guide, as_of, successor)),
        f'<span class="kb-quiet">{escape(topics)}</span>',
    ]
    return f'<p class="kb-facts">{SEPARATOR.join(part for part in parts if part)}</p>'


def _validity(guide: Guide, as_of: date, successor: Guide | None) -> Iterable[str]:
    if guide.validity(as_of) is Validity.UPCOMING and guide.valid_from:
        yield messages.valid_from(guide.valid_from)
    elif guide.valid_until and guide.valid_until < as_of:
        yield messages.expired(guide.valid_until)
    elif guide.valid_until and guide.valid_until <= as_of + SOON:
        yield messages.expires(guide.valid_until)
    if successor:
        yield messages.superseded(successor.title, messages.edition(successor.edition))


def _result(result: Result, answer: Answer, taxonomy: Taxonomy) -> str:
    as_of = answer.query.as_of
    shows_words = bool(answer.query.clauses) and bool(result.hits)
    best = result.hits[0] if shows_words else None
    guide = best.guide if best else result.guide
    is_earlier = guide.id != result.guide.id
    return "".join(
        (
            '<li class="kb-result">',
            _title(guide, best.passage.page if best else None),
            _only_earlier(result.guide) if is_earlier else "",
            _passage(best) if best else "",
            _missing(best, answer) if best else "",
            facts(guide, taxonomy, as_of, successor=result.guide if is_earlier else None),
            _more_hits(result) if shows_words else "",
            _other_editions(result, guide, as_of),
            "</li>",
        )
    )


def _title(guide: Guide, page: int | None) -> str:
    place = [messages.page(page)] if page else []
    if guide.suffix != ".pdf":
        place.append(messages.download(guide.suffix))
    behind = f' <span class="kb-place">{escape(" · ".join(place))}</span>' if place else ""
    return f'<div class="kb-title"><h3>{link(guide, guide.title, page)}</h3>{behind}</div>'


def _trail(hit: Hit) -> str:
    """Return the headings above a passage; in a guide without pages they say where it stands."""
    trail = " › ".join(hit.passage.heading)
    return messages.section(trail) if trail and not hit.passage.page else trail


def _passage(hit: Hit) -> str:
    trail = _trail(hit)
    shown = f'<p class="kb-trail">{escape(trail)}</p>' if trail else ""
    return shown + (f'<p class="kb-snippet">{marked(hit.snippet)}</p>' if hit.snippet else "")


def _missing(hit: Hit, answer: Answer) -> str:
    """Return what the passage lacks, where others have everything; of a long question that would be no help."""
    if hit.is_by_meaning:
        return f'<p class="kb-missing kb-quiet">{messages.BY_MEANING}</p>'
    if not hit.missing or len(hit.missing) > MAX_MISSING or not answer.totals.n_works_all_words:
        return ""
    return f'<p class="kb-missing kb-quiet">{escape(messages.without(hit.missing))}</p>'


def _only_earlier(current: Guide) -> str:
    edition = messages.edition(current.edition)
    title = f"{current.title}, {edition}" if edition else current.title
    lead = f"<strong>{messages.ONLY_EARLIER}</strong> {messages.CURRENT_EDITION}: "
    return f'<p class="kb-notice kb-notice-warning">{lead}{link(current, title)}</p>'


def _more_hits(result: Result) -> str:
    more = result.hits[1:]
    if not more:
        return ""
    items = "".join(f"<li>{_hit(hit)}</li>" for hit in more)
    label = messages.more_hits(len(more), max(result.n_hits - 1, len(more)))
    return f'<details class="kb-more"><summary>{escape(label)}</summary><ol>{items}</ol></details>'


def _hit(hit: Hit) -> str:
    """Return a passage below its guide: where it stands, linked if the link can lead there, then its text."""
    trail = _trail(hit)
    where = link(hit.guide, messages.page(hit.passage.page), hit.passage.page) if hit.passage.page else ""
    quiet = f'<span class="kb-trail">{escape(trail)}</span>' if trail else ""
    quiet += f' <span class="kb-trail">({messages.BY_MEANING})</span>' if hit.is_by_meaning else ""
    text = f'<p class="kb-snippet">{marked(hit.snippet)}</p>' if hit.snippet else ""
    return f"{where} {quiet}".strip() + text


def _other_editions(result: Result, shown: Guide, as_of: date) -> str:
    hits = {hit.guide.id: hit for hit in result.earlier}
    known = {guide.id: guide for guide in (*result.editions, *(hit.guide for hit in result.earlier))}
    others = [guide for guide in known.values() if guide.id not in (shown.id, result.guide.id)]
    if not others:
        return ""
    items = "".join(_edition(guide, hits.get(guide.id), as_of, names_itself=len(others) > 1) for guide in others)
    label = _edition_label(others[0], as_of) if len(others) == 1 else messages.earlier_editions(len(others))
    return f'<details class="kb-more kb-editions"><summary>{escape(label)}</summary><ul>{items}</ul></details>'


def _edition_label(guide: Guide, as_of: date) -> str:
    is_upcoming = guide.validity(as_of) is Validity.UPCOMING
    label = messages.upcoming_edition if is_upcoming else messages.earlier_edition
    return label(guide.title, messages.edition(guide.edition))


def _edition(guide: Guide, hit: Hit | None, as_of: date, *, names_itself: bool) -> str:
    valid = "".join(f' <span class="kb-warning">{escape(text)}</span>' for text in _validity(guide, as_of, None))
    if names_itself:
        lead = link(guide, _edition_label(guide, as_of))
    else:  # named above; the link of the passage opens it too
        lead = "" if hit and hit.passage.page else link(guide, messages.open_edition(guide.suffix))
    return f"<li>{lead}{valid}{f'<div>{_hit(hit)}</div>' if hit else ''}</li>"
