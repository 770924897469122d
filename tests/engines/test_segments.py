from pathlib import Path

from segment_tools import positions, written

from kb.engines.segments import Builder
from kb.model import Passage


def test_fields_hold_stems_and_words(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"g": ["Umzüge und die Straße", "Umzug"]})

    def found(name: str, term: str) -> list[int]:
        field = segment.fields[name]
        number = field.lexicon.find(term)
        return [] if number < 0 else field.passages(number).tolist()

    assert found("text", "umzug") == [0, 1]
    assert found("words", "umzüge") == [0]
    assert found("words", "ablauf") == [0, 1]
    assert found("title", "titel") == [0, 1]
    assert found("heading", "umzug") == []


def test_norms_are_terms_without_positions(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"g": ["§ 22 Abs. 1 und § 22 Abs. 2", "Umzug", "§ 7 und § 22"]})

    field = segment.fields["norms"]
    assert [*field.lexicon] == [b"sgb2:22", b"sgb2:22:1", b"sgb2:22:2", b"sgb2:7"]
    assert [field.passages(number).tolist() for number in range(4)] == [[0, 2], [0], [0], [2]]
    assert field.counts(0).tolist() == [1, 1]
    assert (field.lengths.tolist(), field.has_positions) == ([3, 0, 2], False)


def test_positions_count_the_words_of_a_passage(tmp_path: Path) -> None:
    segment = written(tmp_path / "a", {"g": ["der Umzug der Umzug", "Umzug"]})

    assert positions(segment, "text", segment.fields["text"].lexicon.find("umzug")) == [1, 3, 0]
    assert segment.fields["text"].lengths.tolist() == [4, 1]


def test_a_builder_knows_what_it_has_taken() -> None:
    builder = Builder()
    builder.add("a", "Titel", [Passage(guide_id="a", number=1, text="Umzug und Miete")])

    assert ("a" in builder, "b" in builder) == (True, False)
    assert (builder.n_passages, builder.n_tokens) == (1, 3)
