import threading
from pathlib import Path

import numpy as np
import pytest

from kb import analysis, snippets
from kb.engines import passage_store
from kb.engines.arrays import ArrayFile, ArrayWriter
from kb.engines.passage_store import NO_PAGE, Packer, PassageStore, PassageWriter

TEXTS = [
    "Der Umzug. Die Zusicherung holen Sie vorher ein.",
    "",
    "Ärger 😀 mit der Straße – § 16e",
    "lang" * 100 + " Wort",
    "Mit\u00adwirkung" + " " * 300 + "zählt",
]


def raw(text: str) -> bytes:
    words, between = analysis.apart(text)
    return passage_store.raw(text, [*map(len, between)], [*map(len, words)], snippets.flowing(text)[1])


def stored(path: Path, texts: list[str], dictionary: bytes = b"", heading: tuple[str, ...] = ("Eins", "Zwei")) -> PassageStore:
    packer = Packer(dictionary)
    with ArrayWriter(path) as writer:
        passages = PassageWriter(writer)
        for number, text in enumerate(texts):
            trail = passage_store.joined(heading if number else ())
            passages.add(packer.pack(raw(text)), page=number or NO_PAGE, number=number + 1, trail=trail)
        passages.close(dictionary)
    return PassageStore(ArrayFile(path))


@pytest.mark.parametrize("text", TEXTS)
def test_a_passage_comes_back_with_the_places_of_its_words(tmp_path: Path, text: str) -> None:
    passage = stored(tmp_path / "f", [text]).get(0)

    assert passage.text == text
    assert passage.ends.tolist() == [token.end for token in analysis.tokens(text)]
    assert (passage.ends - passage.lengths).tolist() == [token.start for token in analysis.tokens(text)]
    assert [*passage.words()] == analysis.words(text)
    assert passage.sentences == snippets.flowing(text)[1]


def test_page_number_and_heading_come_back(tmp_path: Path) -> None:
    store = stored(tmp_path / "f", TEXTS)

    assert [store.get(i).page for i in range(len(store))] == [None, 1, 2, 3, 4]
    assert [store.get(i).number for i in range(len(store))] == [1, 2, 3, 4, 5]
    assert [store.get(i).heading for i in (0, 1, 4)] == [(), ("Eins", "Zwei"), ("Eins", "Zwei")]


def test_a_dictionary_makes_passages_smaller(tmp_path: Path) -> None:
    source = np.random.default_rng(22)
    words = ["Umzug", "Zusicherung", "Kooperationsplan", "Bedarfsgemeinschaft", "Unterkunft", "Heizung", "und", "der", "die"]
    texts = [" ".join(source.choice(words, 40)) for _ in range(passage_store.MIN_SAMPLES)]

    dictionary = passage_store.train([raw(text) for text in texts])

    with_it, without = stored(tmp_path / "a", texts[:50], dictionary), stored(tmp_path / "b", texts[:50])
    assert dictionary
    assert sum(len(with_it.packed(i)) for i in range(50)) < sum(len(without.packed(i)) for i in range(50))
    assert [with_it.get(i).text for i in range(50)] == texts[:50]


def test_a_few_passages_get_no_dictionary() -> None:
    assert passage_store.train([raw("Umzug")] * (passage_store.MIN_SAMPLES - 1)) == b""


def test_threads_read_at_the_same_time(tmp_path: Path) -> None:
    texts = [f"Passage {n} " * 50 for n in range(40)]
    store = stored(tmp_path / "f", texts)
    wrong: list[int] = []

    def read() -> None:
        for i in [*range(40)] * 20:
            if store.get(i).text != texts[i]:
                wrong.append(i)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
