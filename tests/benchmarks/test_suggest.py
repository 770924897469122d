"""What is typed and what is measured, on a small corpus."""

from pathlib import Path

import pytest

from benchmarks import corpus, suggest
from kb.suggestions import Source

LAW = """---
Title: Gesetz über {word}
---

# Gesetz über {word}

## § {n} Zweck der {word}

{text}
"""
WORDS = ("Fischerei", "Weinbau", "Seilbahnen", "Imkerei")


def laws(folder: Path) -> Path:
    for n, word in enumerate(WORDS):
        text = f"Dieses Gesetz regelt für alle Beteiligten, was {word} betrifft. " * 60
        (folder / f"{word}.md").write_text(LAW.format(word=word, n=n, text=text), "utf-8")
    return folder


def test_entries_and_words_are_gathered_up_to_their_numbers(tmp_path: Path) -> None:
    items = list(corpus.read(laws(tmp_path), seed=1))

    entries, counts, n_passages = suggest.gather(items, n_entries=3, n_passages=4)

    assert (len(entries), n_passages) == (3, 4)
    assert counts["regelt"] == 4
    assert suggest.gather(items, n_entries=99, n_passages=1)[2] == 1
    assert len(suggest.gather(items, n_entries=99, n_passages=1)[0]) == 8


def test_what_is_typed_begins_an_entry_or_a_word_of_it() -> None:
    made = suggest.typed([("Gesetz über Weinbau", Source.TITLE)], 50, seed=1)

    rests = ("Gesetz über Weinbau", "über Weinbau", "Weinbau")
    assert all(len(text) >= 2 and any(rest.startswith(text) for rest in rests) for text in made)


def test_fuzzed_strings_are_many_and_some_are_long() -> None:
    made = suggest.fuzzed(1_000, seed=1)

    assert len({*made}) > 700
    assert max(map(len, made)) > 4_000
    assert any("\ud800" in text for text in made)


def test_slips_are_no_words_and_near_the_one_that_was_meant() -> None:
    counts = {"weinbau": 9, "fischerei": 9, "weinba": 9}

    for slip, meant in suggest.slips(counts, 50, seed=1):
        assert slip not in counts
        assert abs(len(slip) - len(meant)) <= 1


def test_the_command_prints_its_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = laws(tmp_path)
    for name, n in (("N_FUZZED", 50), ("N_TYPED", 20), ("N_SLIPS", 10)):
        monkeypatch.setattr(suggest, name, n)

    assert suggest.main(["--corpus", str(folder), "--passages", "20", "--json", str(tmp_path / "out.json")]) == 0

    printed = capsys.readouterr().out
    assert "| fuzzed | 50 |" in printed
    assert "8 entries" in printed
    assert (tmp_path / "out.json").exists()
    assert suggest.main(["--corpus", str(tmp_path / "weg")]) == 2
