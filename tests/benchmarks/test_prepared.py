"""The corpus file gives back what was put in, cut off at the number that is asked for."""

from pathlib import Path

from benchmarks import prepared
from benchmarks.corpus import Item, make


def items() -> list[Item]:
    return [make(f"g{n}", f"Gesetz {n}", [(f"§ {i}", f"Text {n} {i}") for i in range(3)]) for n in range(4)]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    prepared.write(tmp_path / "corpus.jsonl", items(), 12)

    assert list(prepared.read(tmp_path / "corpus.jsonl", 12)) == items()


def test_smaller_corpora_are_beginnings(tmp_path: Path) -> None:
    prepared.write(tmp_path / "corpus.jsonl", items(), 12)

    found = list(prepared.read(tmp_path / "corpus.jsonl", 4))

    assert [len(passages) for _, passages in found] == [3, 1]
    assert [guide.n_passages for guide, _ in found] == [3, 1]


def test_a_larger_file_serves_a_smaller_size(tmp_path: Path) -> None:
    folder = tmp_path / "laws"
    folder.mkdir()
    (folder / "a.md").write_text("# Gesetz\n\n" + "Ein Satz steht hier für sich allein. " * 400, "utf-8")

    large = prepared.ensure(folder, tmp_path, n_passages=20, seed=1)

    assert sum(len(passages) for _, passages in prepared.read(large, 20)) == 20
    assert prepared.ensure(folder, tmp_path, n_passages=5, seed=1) == large
