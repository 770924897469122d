"""What a query finds in a text, word by word: the plain way, against which engines that keep positions are held."""

from collections.abc import Iterator

from kb import analysis, norms, snippets
from kb.model import Alternative, How, Occur, Query, Snippet
from kb.passages import statute_meant
from kb.snippets import Mark


def snippet(text: str, query: Query, title: str = "", /, **size: int) -> Snippet:
    """Return the snippet of a passage's text as it was given to the engine; `title` is that of its guide."""
    shown, sentences = snippets.flowing(text)
    return snippets.cut(shown, sentences, marks(shown, query, title), **size)


def marks(text: str, query: Query, title: str = "") -> Iterator[Mark]:
    """Yield every place that has what a clause asks for."""
    tokens = list(analysis.tokens(text))
    stems = [analysis.stem(token.word) for token in tokens]
    mentions = norms.find(text, statute_meant(title))
    for number, clause in enumerate(query.clauses):
        if clause.occur is Occur.MUST_NOT:
            continue
        for one in clause.alternatives:
            if one.how is How.NORM:
                for mention in mentions:
                    if any(_names(term, one.terms[0]) for norm in mention.norms for term in norm.terms):
                        yield Mark(mention.start, mention.end, number, one.weight)
                continue
            for at, token in enumerate(tokens):
                n_words = len(one.terms) if one.how is How.STEMS else 1
                if _matches(one, token.word, tuple(stems[at : at + n_words])):
                    yield Mark(token.start, tokens[at + n_words - 1].end, number, one.weight)


def _names(term: str, asked: str) -> bool:
    """Say whether a term is the one asked for, or the same section without a statute."""
    return term == asked or (norms.is_lost(term) and term.partition(":")[2] == asked.partition(":")[2])


def is_alike(word: str, asked: str) -> bool:
    """Say whether a word is no other than the one asked for, contains it, its stem, or is a part of five letters or more."""
    word, wanted = analysis.plain(word), analysis.plain(asked)
    stem = wanted[: max(5, len(analysis.plain(analysis.stem(asked))))]
    return word != wanted and (stem in word or (len(word) >= 5 and word in wanted))


def _matches(one: Alternative, word: str, stems: tuple[str, ...]) -> bool:
    match one.how:
        case How.STEMS:
            return stems == one.terms
        case How.PREFIX:
            return word.startswith(one.terms[0])
        case How.NORM:
            return False  # no word by itself
        case How.ALIKE:
            return word not in analysis.STOP_WORDS and is_alike(word, one.terms[0])
