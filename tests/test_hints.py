import gc
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from builders import guide, passages
from dictionary_engine import DictionaryEngine

from kb import hints, spelling
from kb.hints import TopicsNearby
from kb.model import Engine
from kb.suggestions import Source
from kb.topics import Taxonomy, Topic
from kb.vocabulary import Entry, Vocabulary

TAXONOMY = Taxonomy(
    topics=(
        Topic(
            id="geld",
            title="Geldleistungen",
            children=(
                Topic(id="geld.unterkunft", title="Unterkunft und Heizung", signals=("Miete", "Mietvertrag", "hohe Miete")),
                Topic(id="geld.mehrbedarf", title="Mehrbedarfe", signals=("Schwangerschaft",)),
            ),
        ),
        Topic(id="netzwerke", title="Netzwerke"),
    ),
    kinds=(),
    partners=(),
)
NAMES = Vocabulary(
    [
        Entry(
            id="umzug",
            term="Umzug",
            same=("Wohnungswechsel",),
            colloquial=("Tapetenwechsel", "zieht weg"),
            topic="geld.unterkunft",
        ),
        Entry(id="darlehen", term="Darlehen", colloquial=("Umzu Kredit", "Mietn"), topic="netzwerke"),
        Entry(id="elb", term="eLb", former=("Hilfebedürftiger",)),
    ]
)


def collection() -> DictionaryEngine:
    guides = [
        guide("umzug", title="Umzug begleiten", topics=("geld.unterkunft",)),
        guide("alt", title="Mieten prüfen", topics=("geld.unterkunft",), work_id="miete"),
        guide("neu", title="Mieten prüfen", topics=("geld",), work_id="miete"),
    ]
    return DictionaryEngine(guides, passages("umzug", "Die hohen Mieten.", heading=("2 Ablauf", "2.1 Angebot prüfen")))


def suggested(engine: Engine, typed: str) -> list[tuple[str, Source]]:
    return [(one.text, one.source) for one in hints.suggester(engine, TAXONOMY, NAMES).suggest(typed)]


def test_titles_headings_topics_and_terms_are_suggested() -> None:
    engine = collection()

    assert suggested(engine, "umz") == [("Umzug begleiten", Source.TITLE), ("Umzug", Source.TERM)]
    assert suggested(engine, "prüf") == [("Mieten prüfen", Source.TITLE), ("Angebot prüfen", Source.HEADING)]
    assert suggested(engine, "unterk") == [("Unterkunft und Heizung", Source.TOPIC)]
    assert suggested(engine, "geldl") == [("Geldleistungen", Source.TOPIC)]
    assert suggested(engine, "miete") == [
        ("Mieten prüfen", Source.TITLE),
        ("Miete", Source.TERM),
        ("hohe Miete", Source.TERM),
    ]


def test_nothing_is_suggested_that_leads_to_nothing() -> None:
    engine = collection()

    assert suggested(engine, "mietv") == []  # a term that no guide has
    assert suggested(engine, "schwanger") == []
    assert suggested(engine, "netzw") == []  # a topic without a guide
    assert suggested(engine, "mehrb") == []


def test_names_of_the_vocabulary_are_suggested_if_something_is_found_by_them() -> None:
    engine = collection()

    assert suggested(engine, "wohnungsw") == [("Wohnungswechsel", Source.TERM)]  # no guide has it, but one has "Umzug"
    assert suggested(engine, "tapeten") == [("Tapetenwechsel", Source.TERM)]
    assert suggested(engine, "zieht") == []  # understood, but nothing to be offered
    assert ("Umzug", Source.TERM) in suggested(engine, "umz")
    assert suggested(engine, "darl") == suggested(engine, "kredit") == suggested(engine, "hilfe") == []


def test_names_of_several_words_must_stand_in_a_row_to_be_found() -> None:
    names = Vocabulary(
        [Entry(id="hm", term="Hohe Mieten", short=("HM",)), Entry(id="mdh", term="Mieten der Hohen", short=("MdH",))]
    )
    suggester = hints.suggester(collection(), TAXONOMY, names)

    assert [one.text for one in suggester.suggest("hm")] == ["HM"]
    assert suggester.suggest("mdh") == ()  # a guide has all the words, but apart


def test_works_are_counted_once_and_for_the_topic_above() -> None:
    assert hints.works_by_topic(collection().catalog().values()) == {"geld": 2, "geld.unterkunft": 2}


def test_what_is_made_is_kept_until_there_is_a_newer_generation() -> None:
    engine = collection()
    kept = hints.PerGeneration(lambda engine: hints.suggester(engine, TAXONOMY, NAMES))
    first = kept.of(engine)

    assert kept.of(engine) is first
    assert kept.of(collection()) is not first

    with engine.write() as batch:
        batch.replace(guide("garten", title="Garten"), [])

    assert [one.text for one in kept.of(engine).suggest("gart")] == ["Garten"]


def test_threads_that_ask_at_once_share_one() -> None:
    made = []
    started = threading.Barrier(8)

    def make(engine: Engine) -> object:
        made.append(engine)
        return object()

    kept, engine = hints.PerGeneration(make), collection()

    def ask(_: int) -> object:
        started.wait(timeout=20)
        return kept.of(engine)

    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(ask, range(8))}) == 1
    assert len(made) == 1


def test_an_engine_that_is_given_up_is_not_held() -> None:
    kept = hints.PerGeneration(lambda _: object())
    engine = collection()
    gone = weakref.ref(engine)
    kept.of(engine)

    del engine
    gc.collect()

    assert gone() is None


# ---- what may be meant, and where else to look -------------------------------------------------------------------------


def meant(engine: Engine, text: str, vocabulary: Vocabulary | None = None) -> str:
    return spelling.corrected(text, hints.slips(engine, text, vocabulary))


def test_words_that_occur_nowhere_are_replaced_by_similar_ones_that_do() -> None:
    engine = collection()

    assert meant(engine, "Umzgu beglieten") == "Umzug begleiten"
    assert meant(engine, "Umzug der Meiten") == "Umzug der Mieten"
    assert meant(engine, "Miete Umzüge Quantenphysik") == ""
    assert meant(engine, '"Umzgu" -Umzgu Umzgu*') == ""
    assert meant(engine, "") == ""


def test_names_of_the_vocabulary_are_no_slips() -> None:
    engine = collection()
    assert meant(engine, "Umzu Mietn") == "Umzug Mieten"

    assert meant(engine, "Mietn", NAMES) == ""
    assert meant(engine, "Umzu Kredit", NAMES) == ""
    assert meant(engine, "Umzu Mietn", NAMES) == "Umzug Mietn"  # half of a name is none
    assert meant(engine, "Kredit Umzu", NAMES) == "Kredit Umzug"
    assert meant(engine, "beglieten Umzu Kredit", NAMES) == "begleiten Umzu Kredit"


def test_what_is_meant_follows_the_index() -> None:
    engine = collection()
    assert meant(engine, "Gaten") == ""

    with engine.write() as batch:
        batch.replace(guide("garten", title="Garten"), passages("garten", "Der Garten."))

    assert meant(engine, "Gaten") == "Garten"
    assert meant(engine, "Gärten") == ""  # the same stem


def test_words_are_only_gathered_for_a_word_that_occurs_nowhere() -> None:
    class Counting(DictionaryEngine):
        n_gathered = 0

        def counts(self) -> Callable[[str], int]:
            return {"umzug": 1}.__contains__

        def words(self) -> Mapping[str, int]:
            self.n_gathered += 1
            return super().words()

    engine = Counting((), ())
    for text in ("Umzug", "Umzug und Umzüge", "Umzgu", "Meite"):
        meant(engine, text)

    assert engine.n_gathered == 1


def test_topics_that_resemble_what_was_typed_come_before_the_largest() -> None:
    engine = collection()

    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["mietvertraege"]) == TopicsNearby(("geld.unterkunft",), are_alike=True)
    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["geldleistung"]) == TopicsNearby(("geld",), are_alike=True)
    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["quantenphysik"]) == TopicsNearby(("geld",), are_alike=False)
    assert hints.topics_nearby(engine, TAXONOMY, NAMES, []) == TopicsNearby(("geld",), are_alike=False)


def test_topics_are_known_by_the_names_of_the_vocabulary() -> None:
    engine = collection()

    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["tapetenwechseln"]) == TopicsNearby(
        ("geld.unterkunft",), are_alike=True
    )
    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["kredite"]).are_alike is False  # its topic has no guide
    assert hints.topics_nearby(engine, TAXONOMY, NAMES, ["hilfebedürftige"]).are_alike is False  # without a topic


def test_topics_without_guides_are_not_offered() -> None:
    assert hints.topics_nearby(collection(), TAXONOMY, NAMES, ["netzwerke"]).are_alike is False
    assert hints.topics_nearby(DictionaryEngine(), TAXONOMY, NAMES, ["netzwerke"]).ids == ()


def test_the_largest_topics_of_the_first_level_come_in_order() -> None:
    taxonomy = replace(TAXONOMY, topics=tuple(Topic(id=f"t{n}", title=f"T{n}") for n in range(9)))
    engine = DictionaryEngine([guide(f"g{n}.{i}", topics=(f"t{n}.x",)) for n in range(9) for i in range(n)])

    assert hints.topics_nearby(engine, taxonomy, NAMES, ["quantenphysik"]).ids == ("t8", "t7", "t6", "t5", "t4")


def test_the_statutes_of_a_section_are_those_that_guides_name() -> None:
    guides = [
        guide("budget", title="Vermittlungsbudget nach § 44 SGB III", norms=("sgb3:44", "sgb2:16")),
        guide("falsch", title="Überprüfung", norms=("sgb10:44", "sgb2:44", "sgb2:165")),
        guide("auch", title="Rücknahme", norms=("sgb10:44", "sgb2:16", "sgb3:165")),
        guide("noch", title="Insolvenzgeld", norms=("sgb3:16", "sgb3:16a", "sgb2:165")),
    ]
    engine = DictionaryEngine(guides)

    assert hints.statutes_with(engine, "44") == ["SGB III", "SGB II", "SGB X"]  # a title, the default, the most frequent
    assert hints.statutes_with(engine, "16") == ["SGB II", "SGB III"]
    assert hints.statutes_with(engine, "16a") == ["SGB III"]
    assert hints.statutes_with(engine, "165") == ["SGB III", "SGB II"]  # the SGB II has no such section
    assert hints.statutes_with(engine, "7") == ()
