"""Any input gives an answer: 10,000 made-up inputs and pasted cases, asked of an index of the sample guides."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from kb import answers, cli, hints, ingestion, query, search, snippets, topics, vocabulary
from kb.config import Settings
from kb.engines import EmbeddedEngine, open_engine
from kb.model import Answer, Hit
from kb.ui import parts, render, suche
from kb.ui.address import MAX_CHARS, View

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 1)
TAXONOMY, NAMES = topics.load(), vocabulary.load()
N_INPUTS = 10_000
SHOWN_EVERY = 25  # inputs; those whose page and lines are read, too
LONG_EVERY = 200
LONG = 5_000  # characters

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) + "\u00ad\u200b\u200d\u202e\u2028\ufeff\ufffe\uffff"
SIGNS = "\"„“”‚‘’«»-–—−*()[]{}<>§$%&/\\|!?.,;:+~^#'`´=@_•·… "
EMOJI = "😀👩\u200d👧🏽🇩🇪❤\ufe0f✅🏠💶📄🚫👨\u200d👩"
OTHERS = "漢字عربيδιακήпривет½²①ﬁİßẞ\u0301\u0308\U0010ffff\ud800\udfffﷺ"
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßABCÄÖÜ0123456789"
FORMS = ['"{}"', "-{}", "{}*", '-"{}"', "„{}“", "{}", "({})", "§ {}", "-{}*", "{}:", "{} AND", "<b>{}</b>"]

TECHNICAL = re.compile(  # "null" is a German word, too
    r"\b(?:Traceback|Exception|\w+Error|Errno|None|True|False|nan|NaN|inf|undefined|object at|numpy|dtype)\b"
    r"|<class|\{\w+\}|\\[xu]"
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(source=ROOT / "docs_source", index=tmp_path_factory.mktemp("fuzz") / "index", workers=2)
    ingestion.run(settings, TAXONOMY)
    return settings


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[EmbeddedEngine]:
    engine = open_engine(settings)
    yield engine
    engine.close()


def ask(engine: EmbeddedEngine, text: str) -> Answer:
    return search.answer(engine, text, vocabulary=NAMES, as_of=DAY)


# ---- inputs ------------------------------------------------------------------------------------------------------------


class Inputs:
    """Makes inputs of all kinds from the words of an index."""

    def __init__(self, words: Sequence[str], seed: int) -> None:
        self._words, self._source = words, random.Random(seed)

    def __iter__(self) -> Iterator[str]:
        short: list[Callable[[], str]] = [self._controls, self._signs, self._emoji] * 3 + [self._salad]
        short += [self._plain, self._mistyped, self._strict, self._joined, self._letters]
        long = [self._one_word, self._many_words, self._unknown_words, self._glued, self._mail, self._phrase, self._begins]
        for number in range(N_INPUTS):
            yield self._source.choice(short if number % LONG_EVERY else long)()[:LONG]

    def _some(self, signs: Sequence[str], at_most: int) -> str:
        return "".join(self._source.choices(signs, k=self._source.randint(1, at_most)))

    def _few_words(self, at_most: int) -> list[str]:
        return self._source.choices(self._words, k=self._source.randint(1, at_most))

    def _controls(self) -> str:
        return self._some(CONTROLS, 40)

    def _signs(self) -> str:
        return self._some(SIGNS, 60)

    def _emoji(self) -> str:
        return self._some(EMOJI, 20)

    def _salad(self) -> str:
        return self._some(CONTROLS + SIGNS + EMOJI + OTHERS + LETTERS + " ", 60)

    def _plain(self) -> str:
        return " ".join(self._few_words(4))

    def _mistyped(self) -> str:
        return " ".join(map(self._slip, self._few_words(3)))

    def _slip(self, word: str) -> str:
        at = self._source.randrange(len(word))
        other = self._source.choice(LETTERS)
        return self._source.choice(
            [word[:at] + word[at + 1 :], word[:at] + other + word[at:], word[:at] + other + word[at + 1 :]]
        )

    def _strict(self) -> str:
        return " ".join(
            self._source.choice(FORMS).format(" ".join(self._few_words(2))) for _ in range(self._source.randint(1, 4))
        )

    def _joined(self) -> str:
        return "".join(self._some(SIGNS, 3) + word for word in self._few_words(4))

    def _letters(self) -> str:
        return " ".join(self._some(LETTERS, 30) for _ in range(self._source.randint(1, 6)))

    def _one_word(self) -> str:
        return "".join(self._source.choices(LETTERS, k=LONG))

    def _many_words(self) -> str:
        return " ".join(self._source.choices(self._words, k=LONG // 5))

    def _unknown_words(self) -> str:
        return " ".join("".join(self._source.choices(LETTERS, k=40)) for _ in range(LONG // 41))

    def _glued(self) -> str:
        return " ".join("".join(self._source.choices(self._words, k=4)) for _ in range(LONG // 20))

    def _phrase(self) -> str:
        return f'"{self._many_words()[: LONG - 2]}"'

    def _begins(self) -> str:
        return " ".join(
            f"{self._source.choice(['', '-'])}{word[:3]}*" for word in self._source.choices(self._words, k=LONG // 4)
        )

    def _mail(self) -> str:
        lines = [" ".join(self._few_words(12)) for _ in range(40)]
        head = f"Von: {lines[0][:20]} <a.b@jobcenter.example>\r\nBetreff: AW: {lines[1]}\r\n\r\nGuten Tag,\r\n\r\n> "
        return (
            head
            + "\r\n> ".join(lines[2:12])
            + "\r\n"
            + "\r\n".join(lines[12:])
            + "\r\n\r\nMit freundlichen Grüßen\r\n-- \r\nTel. 0123 456"
        )


# ---- what must hold ----------------------------------------------------------------------------------------------------


def hits_of(answer: Answer) -> Iterator[Hit]:
    for result in answer.results:
        yield from (*result.hits, *result.earlier)


def check(answer: Answer, text: str) -> None:
    """Check that what an answer says of itself fits together."""
    totals, n_clauses = answer.totals, len(answer.query.clauses)
    assert answer.query.text == text
    assert 0 <= totals.n_works_all_words <= totals.n_works
    assert totals.n_works <= totals.n_passages or not n_clauses
    assert len(answer.results) == min(totals.n_works, search.PAGE_SIZE)
    assert len({result.guide.work_id for result in answer.results}) == len(answer.results)
    scores = [result.score for result in answer.results]
    assert scores == sorted(scores, reverse=True)
    for result in answer.results:
        assert result.n_hits >= len(result.hits) > 0 or result.score == 0
    for hit in hits_of(answer):
        check_snippet(hit)


def check_snippet(hit: Hit) -> None:
    shown = hit.snippet.text
    assert 0 < len(shown) <= snippets.MAX_CHARS
    assert shown in hit.passage.text
    bounds = [bound for span in hit.snippet.spans for bound in span]
    assert bounds == sorted(bounds)
    assert all(0 <= start < end <= len(shown) for start, end in hit.snippet.spans)
    assert all((shown[start] == "§" or shown[start].isalnum()) and shown[end - 1].isalnum() for start, end in hit.snippet.spans)


def page(engine: EmbeddedEngine, answer: Answer, text: str) -> str:
    """Return what the page shows of an answer, as text."""
    view = View(text=text)
    if answer.totals.n_works:
        shown = [
            render.heading(answer),
            parts.meant(view, answer.meant),
            parts.additions(view, answer.query),
            render.results(answer, TAXONOMY),
            parts.pages(view, answer.n_pages),
        ]
    else:
        nearby = hints.topics_nearby(engine, TAXONOMY, NAMES, answer.query.words)
        shown = [parts.nothing_found(view, TAXONOMY, answer.meant, suche.ways_out(engine, view, DAY), nearby)]
    return unescape(re.sub(r"<[^>]*>", " ", "".join(shown)))


def lines(engine: EmbeddedEngine, answer: Answer) -> str:
    """Return what the command line prints of an answer."""
    nearby = None if answer.totals.n_works else hints.topics_nearby(engine, TAXONOMY, NAMES, answer.query.words)
    return "\n".join(answers.lines(answer, TAXONOMY, nearby))


def technical(shown: str, text: str) -> list[str]:
    """Return the technical words that are shown and were not typed."""
    return [
        word for word in TECHNICAL.findall(shown) if word not in text and word.casefold() not in query.spoken(text).casefold()
    ]


def test_ten_thousand_inputs_get_an_answer_without_a_technical_word(engine: EmbeddedEngine) -> None:
    n_found = 0
    for number, text in enumerate(Inputs(sorted(engine.words()), seed=22)):
        answer = ask(engine, text)

        check(answer, text)
        n_found += answer.totals.n_works > 0
        if number % SHOWN_EVERY == 0:
            assert technical(lines(engine, answer), text) == [], text
            typed = text[:MAX_CHARS]
            assert technical(page(engine, answer if typed == text else ask(engine, typed), typed), text) == [], text

    assert N_INPUTS // 5 < n_found < N_INPUTS


def test_a_technical_word_would_be_noticed() -> None:
    assert technical("Stand: None, nan Handlungshilfen, KeyError", "Umzug") == ["None", "nan", "KeyError"]
    assert technical("Handlungshilfen mit information, Nanette und keinem Fehler", "Umzug") == []


@pytest.mark.parametrize(
    "text",
    ["\0\x07\x1b", '"„“-*()', "😀👩\u200d👧", "Umzug \udcff", "a" * LONG, "-Umzug", "Umzuug", "Quantenphysik", "<script>"],
)
def test_the_command_line_answers_odd_input(settings: Settings, capsys: pytest.CaptureFixture[str], text: str) -> None:
    for options in ((), ("--json",)):
        status = cli.main(["search", "--index", str(settings.index), *options, "--", text])

        shown = capsys.readouterr()
        assert (status, shown.err) == (0, "")
        assert shown.out.strip()
        assert options or technical(shown.out, text) == []


# ---- pasted cases ------------------------------------------------------------------------------------------------------

CASES = {  # what was pasted, and where it must lead
    "rent debts": (
        "Frau M. hat seit drei Monaten keine Miete bezahlt, der Vermieter hat jetzt fristlos gekündigt und mit der Räumung "
        "gedroht. Sie lebt mit zwei Kindern in der Wohnung, Einkommen aus einem Minijob. Können wir die Schulden übernehmen, "
        "und wer hilft?",
        "leistungsrecht/wohnungsverlust-verhindern.docx",
    ),
    "addiction": (
        "Kunde kommt seit Wochen nicht zu den Terminen, riecht beim letzten Gespräch nach Alkohol und war kaum ansprechbar. "
        "Er sagt, er trinke nur am Wochenende. Wie spreche ich die Sucht an, ohne ihn zu verlieren, und wohin kann ich ihn "
        "vermitteln?",
        "gesundheit/sucht-und-seelische-not.docx",
    ),
    "self-employed": (
        "Herr T. betreibt seit vier Jahren einen kleinen Kurierdienst, die Einnahmen schwanken stark und reichen oft nicht zum "
        "Leben. Die Anlage EKS fehlt, Belege liegen ungeordnet vor. Lohnt sich der Betrieb noch, und was müssen wir mit ihm "
        "klären?",
        "vermittlung/selbststaendige-begleiten.pdf",
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_a_pasted_case_finds_its_topic(engine: EmbeddedEngine, text: str, expected: str) -> None:
    assert 35 <= len(text.split()) <= 45

    assert expected in [result.guide.places[0] for result in ask(engine, text).results[:3]]
