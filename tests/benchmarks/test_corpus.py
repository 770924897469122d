"""Text becomes passages of the right length, the same everywhere."""

from pathlib import Path

import pytest

from benchmarks import corpus

SENTENCE = "Die Beratung beginnt mit einem Gespräch, in dem beide Seiten ihre Ziele nennen. "


def law(n_sentences: int, *, name: str = "Gesetz über die Beratung") -> str:
    return f"---\nTitle: {name}\nslug: x\n---\n\n# {name} (BeratG)\n\n## § 1 Anfang\n\n{SENTENCE * n_sentences}\n"


def test_pieces_have_the_length_they_should_have() -> None:
    pieces = list(corpus.cut(law(200)))

    assert len(pieces) > 5
    assert all(corpus.MIN_CHARS <= len(text) <= corpus.MAX_CHARS for _, text in pieces)


def test_a_piece_bears_the_heading_that_it_begins_under() -> None:
    pieces = list(corpus.cut(law(40) + "\n## § 2 Ende\n\n" + SENTENCE * 40))

    assert [heading for heading, _ in pieces] == ["§ 1 Anfang", "§ 1 Anfang", "§ 2 Ende"]


def test_a_sentence_without_end_is_cut_between_words() -> None:
    pieces = list(corpus.cut("Wort " * 2_000))

    assert all(corpus.MIN_CHARS <= len(text) <= corpus.MAX_CHARS for _, text in pieces)
    assert {word for _, text in pieces for word in text.split()} == {"Wort"}


def test_text_that_is_too_short_gives_no_piece() -> None:
    assert list(corpus.cut(law(3))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(law(1), "Gesetz über die Beratung", id="front matter"),
        pytest.param("---\nTitle: Gesetz\n  über Umzüge\n---\n", "Gesetz über Umzüge", id="on two lines"),
        pytest.param("# Umzug\n\nText", "Umzug", id="heading"),
        pytest.param("Text", "", id="none"),
    ],
)
def test_titles(text: str, expected: str) -> None:
    assert corpus.title(text) == expected


def test_topics_come_from_the_title() -> None:
    assert corpus.topic("Einkommensteuergesetz") == "steuern"
    assert corpus.topic("Irgendetwas") == corpus.OTHER_TOPIC
    assert len({*corpus.TOPICS, corpus.OTHER_TOPIC}) == 16


def test_a_folder_is_read_in_the_order_of_the_seed(tmp_path: Path) -> None:
    for name in "abcdefgh":
        (tmp_path / f"{name}.md").write_text(law(40, name=f"Gesetz {name}"), "utf-8")

    first, again, other = ([guide.id for guide, _ in corpus.read(tmp_path, seed=seed)] for seed in (1, 1, 2))

    assert sorted(first) == list("abcdefgh")
    assert first == again != other


def test_a_guide_is_complete() -> None:
    guide, passages = corpus.make("a/umzug", "Umzug", [("§ 1", "eins"), ("", "zwei")])

    assert guide.n_passages == len(passages) == 2
    assert [p.heading for p in passages] == [("§ 1",), ()]
    assert guide.kind in corpus.KINDS
    assert set(guide.partners) <= set(corpus.PARTNERS)
