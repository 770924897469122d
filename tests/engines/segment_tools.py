"""Segments of a few guides, and what they hold as plain values."""

import random
from pathlib import Path

import numpy as np

from kb import analysis
from kb.engines.segments import Builder, Segment
from kb.passages import of_text

WORDS = [
    "Umzug",
    "Umzüge",
    "Miete",
    "Zusicherung",
    "Kooperationsplan",
    "der",
    "die",
    "§",
    "16e",
    "§ 22 Abs. 1",
    "SGB XII",
    "Unterkunft",
    "Straße",
    "Wohnung",
    "und",
]
Guides = dict[str, list[str]]


def written(path: Path, guides: Guides, *, title: str = "Titel", heading: str = "Ablauf") -> Segment:
    builder = Builder()
    for id_, texts in guides.items():
        builder.add(
            id_,
            f"{title} {id_}" if title else "",
            [of_text(id_, n, text, page=n, heading=(heading,) if heading else ()) for n, text in enumerate(texts, start=1)],
        )
    builder.write(path)
    return Segment(path)


def guides(source: random.Random, ids: str) -> Guides:
    return {id_: [" ".join(source.choices(WORDS, k=source.randint(1, 60))) for _ in range(source.randint(1, 9))] for id_ in ids}


def content(segment: Segment) -> dict[str, object]:
    """Return all that a segment holds, as plain values."""
    found: dict[str, object] = {
        name: {
            term: (field.passages(i).tolist(), field.counts(i).tolist(), positions(segment, name, i))
            for i, term in enumerate(field.lexicon)
        }
        for name, field in segment.fields.items()
    }
    found |= {f"{name} lengths": field.lengths.tolist() for name, field in segment.fields.items()}
    found["lists"] = [
        each.tolist() for each in (*segment.lists.of(np.arange(len(segment), dtype=np.int32)), segment.lists.counts)
    ]
    found["grams"] = [each.tolist() for each in segment.grams.find(analysis.grams(["zusicherung", "umzug", "fremd"])[0])]
    found["gram lengths"] = segment.grams.lengths.tolist()
    found["passages"] = [
        (segment.guides[int(segment.guide_of[i])], (one := segment.passages.get(i)).text, one.page, one.number, one.heading)
        for i in range(len(segment))
    ]
    return found


def positions(segment: Segment, name: str, number: int) -> list[int]:
    field = segment.fields[name]
    return field.positions(number, np.arange(field.n_passages(number)))[0].tolist() if field.has_positions else []
