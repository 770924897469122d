"""What a query finds in a text, word by word: the plain way, against which engines that keep positions are held."""

from collections import defaultdict
from collections.abc import Iterator

from kb import analysis, snippets
from kb.model import Occur, Query, Snippet
from kb.snippets import Mark


def snippet(text: str, query: Query, **size: int) -> Snippet:
    """Return the snippet of a passage's text as it was given to the engine."""
    shown, sentences = snippets.flowing(text)
    return snippets.cut(shown, sentences, snippets.disjoint(marks(shown, query)), **size)


def marks(text: str, query: Query) -> Iterator[Mark]:
    """Yield every place that has what a clause asks for."""
    starting: dict[str, list[int]] = defaultdict(list)  # clauses by their first term
    prefixes: list[int] = []
    for number, clause in enumerate(query.clauses):
        if clause.occur is not Occur.MUST_NOT:
            (prefixes if clause.is_prefix else starting[clause.terms[0]]).append(number)
    tokens = list(analysis.tokens(text))
    stems = [analysis.stem(token.word) for token in tokens]
    for at, token in enumerate(tokens):
        for number in starting.get(stems[at], ()):
            terms = query.clauses[number].terms
            if terms == tuple(stems[at : at + len(terms)]):
                yield Mark(token.start, tokens[at + len(terms) - 1].end, number)
        for number in prefixes:
            if token.word.startswith(query.clauses[number].terms[0]):
                yield Mark(token.start, token.end, number)
