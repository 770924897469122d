import random
from datetime import date

import marking
import pytest

from kb import query, snippets
from kb.model import Snippet
from kb.snippets import Mark

OTHER = "Die Fachkraft berät zu allem Weiteren."


def cut(text: str, asked: str, **size: int) -> Snippet:
    return marking.snippet(text, query.parse(asked, as_of=date(2026, 11, 1)), **size)


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.spans]


def test_a_short_passage_is_shown_whole() -> None:
    snippet = cut("Der Umzug braucht eine Zusicherung.", "Umzug")

    assert snippet == Snippet(text="Der Umzug braucht eine Zusicherung.", spans=((4, 9),))


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        pytest.param("Umzüge und der Umzug.", "umzug", ["Umzüge", "Umzug"], id="inflected forms"),
        pytest.param("Umzugskosten beim Umzug.", "Umzug", ["Umzugskosten", "Umzug"], id="a part marks the word"),
        pytest.param("Mit\u00adwirkung zählt.", "Mitwirkung", ["Mit\u00adwirkung"], id="soft hyphen"),
        pytest.param("Wohnungslos in der Wohnung.", "Wohnungs*", ["Wohnungslos"], id="prefix as written"),
        pytest.param(
            "Kosten und die Kosten der\nUnterkunft.", '"Kosten der Unterkunft"', ["Kosten der Unterkunft"], id="phrase"
        ),
        pytest.param("Umzug ohne Darlehen.", "Umzug -Darlehen", ["Umzug"], id="excluded word"),
        pytest.param("Umzug ohne Darlehen.", "Umzug -Darleh*", ["Umzug"], id="excluded prefix"),
        pytest.param("Die Umzugshilfe.", "Die", ["Die"], id="a word without meaning if it was asked for"),
        pytest.param("Der Umzug nach § 22.", "der umzug 22", ["Umzug", "22"], id="words without meaning beside others"),
        pytest.param("Kosten der Unterkunft.", '"Kosten der Unterkunft" Kosten', ["Kosten der Unterkunft"], id="overlap"),
        pytest.param("Die Miete.", "", [], id="nothing asked"),
    ],
)
def test_whole_words_that_match_are_marked(text: str, asked: str, expected: list[str]) -> None:
    assert marked(cut(text, asked)) == expected


def test_the_stretch_with_most_different_words_is_shown() -> None:
    text = f"Umzug, Umzug und noch ein Umzug. {OTHER * 10} Den Umzug und die Miete klärt die Fachkraft. {OTHER * 10}"

    assert marked(cut(text, "Umzug Miete")) == ["Umzug", "Miete"]


def told(text: str, *marks: tuple[str, int, float]) -> str:
    """Return the snippet for marks given as (word, clause, weight)."""
    found = [Mark(at := text.index(word), at + len(word), clause, weight) for word, clause, weight in marks]
    shown, sentences = snippets.flowing(text)
    assert shown == text
    return snippets.cut(shown, sentences, found).text


FIRST, SECOND = "Hier geht es um Umzug und Miete.", "Und dort um die Räumungsklage."
BETWEEN = " ".join([OTHER] * 8)


def test_what_tells_more_wins_over_what_is_more() -> None:
    text = f"{FIRST} {BETWEEN} {SECOND} {BETWEEN}"

    assert told(text, ("Umzug", 0, 1.0), ("Miete", 1, 1.5), ("Räumungsklage", 2, 3.0)).startswith(SECOND)
    assert told(text, ("Umzug", 0, 1.0), ("Miete", 1, 1.5), ("Räumungsklage", 2, 2.0)).startswith(FIRST)


def test_a_clause_tells_once_what_its_best_mark_tells() -> None:
    text = f"{FIRST} {BETWEEN} {SECOND} {BETWEEN}"

    assert told(text, ("Umzug", 0, 1.0), ("Miete", 0, 1.0), ("Räumungsklage", 0, 1.1)).startswith(SECOND)


def test_of_stretches_that_tell_as_much_the_first_is_shown() -> None:
    text = f"{FIRST} {BETWEEN} {SECOND} {BETWEEN}"

    assert told(text, ("Umzug", 0, 1.0), ("Räumungsklage", 0, 1.0)).startswith(FIRST)


def test_the_rest_of_a_sentence_from_the_page_before_gives_way() -> None:
    text = f"und nach dem Umzug gezahlt wird. Der Umzug braucht eine Zusicherung. {BETWEEN}"

    assert cut(text, "Umzug").text.startswith("Der Umzug")
    assert cut(text, "Heizung").text.startswith("Der Umzug")


def test_the_rest_of_a_sentence_is_shown_as_one_where_only_that_matches() -> None:
    snippet = cut(f"und nach dem Auszug gezahlt wird. {BETWEEN}", "Auszug")

    assert snippet.text.startswith("und nach dem Auszug")
    assert snippet.is_cut_before


def test_a_snippet_begins_and_ends_between_the_parts_of_a_long_sentence() -> None:
    part = "wenn die Fachkraft dem zugestimmt hat und nichts anderes gilt"

    snippet = cut(", ".join([*[part] * 6, "der Umzug braucht eine Zusicherung", *[part] * 6]), "Umzug")

    assert snippet.text.startswith(("wenn die", "der Umzug"))
    assert snippet.text.endswith("gilt")


def test_a_word_that_two_clauses_mark_counts_for_both() -> None:
    text = f"Der Umzug. {BETWEEN} Die Antragsfrist läuft. {BETWEEN}"

    assert told(text, ("Umzug", 0, 1.0), ("Antragsfrist", 0, 0.9), ("Antragsfrist", 1, 0.9)).startswith("Die Antragsfrist")


def test_without_a_match_the_start_is_shown() -> None:
    snippet = cut(f"Zuerst das Wichtige. {OTHER * 20}", "Heizung")

    assert snippet.text.startswith("Zuerst das Wichtige.")
    assert (snippet.spans, snippet.is_cut_before, snippet.is_cut_after) == ((), False, True)


def test_it_begins_and_ends_with_a_sentence() -> None:
    around = " ".join([OTHER] * 12)
    matching = "Vor dem Abschluss eines neuen Vertrags holen Sie die Zusicherung ein."

    snippet = cut(f"{around} {matching} {around}", "Zusicherung")

    assert snippet.text.startswith(matching)
    assert snippet.text.endswith(OTHER)
    assert (snippet.is_cut_before, snippet.is_cut_after) == (True, True)


@pytest.mark.parametrize(
    "abbreviated",
    [
        "nach Abs. 1 Satz 2",
        "am 15. Juli",
        "z. B. Wohngeld",
        "vgl. Nr. 4",
        "bzw. Frau Muster",
        "nach Kap. 3",
        "bei der Muster & Co. KG",
    ],
)
def test_an_abbreviation_ends_no_sentence(abbreviated: str) -> None:
    text = f"{OTHER} " * 12 + f"Wir prüfen {abbreviated} die Zusicherung. " + f"{OTHER} " * 12

    assert cut(text, "Zusicherung").text.startswith("Wir prüfen")


@pytest.mark.parametrize("end", ["nach dem SGB I", "nach § 16i SGB II", "im Team B2"])
def test_the_name_of_a_code_of_law_ends_a_sentence(end: str) -> None:
    text = f"{OTHER} " * 12 + f"Das steht {end}. Wir prüfen die Zusicherung. " + f"{OTHER} " * 12

    assert cut(text, "Zusicherung").text.startswith("Wir prüfen")


def test_a_sentence_too_long_is_cut_between_words() -> None:
    words = [f"wort{n}" for n in range(200)]

    snippet = cut(" ".join(words), "wort100")

    assert set(snippet.text.split()) <= set(words)
    assert marked(snippet) == ["wort100"]
    assert 200 < len(snippet.text) <= 240


def test_near_the_end_earlier_sentences_fill_the_snippet() -> None:
    snippet = cut(f"{OTHER} " * 12 + "Sonst gilt die Miete.", "Miete")

    assert snippet.text.endswith("Sonst gilt die Miete.")
    assert snippet.text.startswith(OTHER)
    assert len(snippet.text) > 120
    assert not snippet.is_cut_after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Kosten\nder\n Unterkunft", "Kosten der Unterkunft", id="line breaks"),
        pytest.param("Es zählen\n• Miete\n• Heizung", "Es zählen · Miete · Heizung", id="bullets"),
        pytest.param("Es zählen:\n– Miete\n– Heizung", "Es zählen: Miete · Heizung", id="bullets after a colon"),
        pytest.param("• Miete\n• Heizung", "Miete · Heizung", id="a bullet first"),
        pytest.param("Miete und\n\nHeizung", "Miete und · Heizung", id="paragraphs without a full stop"),
        pytest.param("Miete.\n\nHeizung.", "Miete. Heizung.", id="paragraphs"),
        pytest.param("Wir zahlen.\n\nFrist\n(22.3)\n\nForm", "Wir zahlen. · Frist (22.3) · Form", id="notes after a sentence"),
        pytest.param(
            "Wir zahlen.\n\n" + "Die Miete " * 9, "Wir zahlen. " + "Die Miete " * 8 + "Die Miete", id="a rest after one"
        ),
        pytest.param("Miete 300 –\n400 Euro", "Miete 300 – 400 Euro", id="a dash at the line end"),
        pytest.param("Umzug ................ 12", "Umzug 12", id="dot leaders"),
        pytest.param(" \n ", "", id="blank"),
    ],
)
def test_layout_becomes_one_line(text: str, expected: str) -> None:
    assert cut(text, "").text == expected


def test_a_snippet_never_begins_or_ends_with_a_stray_sign() -> None:
    text = ", – ".join(f"wort{n}" for n in range(150))

    snippet = cut(text, "wort75")

    assert (snippet.is_cut_before, snippet.is_cut_after) == (True, True)
    assert snippet.text[0] == "w"
    assert snippet.text[-1].isdigit()


def test_the_size_can_be_chosen() -> None:
    text = " ".join([OTHER] * 30)

    assert len(cut(text, "Fachkraft", max_chars=80).text) <= 80
    assert 200 < len(cut(text, "Fachkraft", max_chars=400).text) <= 400


def test_a_phrase_longer_than_the_snippet_is_marked_as_far_as_it_is_shown() -> None:
    phrase = "und so weiterhin " * 15

    snippet = cut(f"Umzug {phrase}", f'"{phrase}"')

    ((start, end),) = snippet.spans
    assert (snippet.text[start : start + 3], end) == ("und", len(snippet.text))


def test_every_snippet_keeps_its_promises() -> None:
    source = random.Random(22)
    pieces = [
        "Umzug",
        "Miete",
        "Kosten der Unterkunft",
        "z. B.",
        "§ 22",
        "\n• ",
        "\n\n",
        ". Die",
        ": ",
        " – ",
        "(",
        ")",
        "„",
        "“",
        "x" * 40,
    ]
    pieces += ["Fachkraft", "Abs. 1", "und", "😀", "\u00ad", "...... 12", "Mit\u00adwirkung", "16e", ",", ";", "\ud800"]
    for _ in range(1_500):
        text = " ".join(source.choices(pieces, k=source.randint(0, 150)))
        asked = " ".join(
            source.sample(["umzug", "mieten", '"Kosten der Unterkunft"', "fach*", "-und", "16e", "Mitwirkung"], k=3)
        )

        snippet = cut(text, asked)

        assert len(snippet.text) <= snippets.MAX_CHARS
        assert snippet.text == snippet.text.strip()
        assert "\n" not in snippet.text
        bounds = [bound for span in snippet.spans for bound in span]
        assert bounds == sorted(bounds)
        assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.spans)
        for start, end in snippet.spans:
            assert not snippet.text[start - 1 : start].isalnum()
            assert not snippet.text[end : end + 1].isalnum()
        whole = cut(text, asked, max_chars=100_000)
        assert snippet.text in whole.text
        assert snippet.is_cut_before == (not whole.text.startswith(snippet.text) or snippet.text[:1].islower())
        assert bool(snippet.spans) == bool(whole.spans)
