import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb import analysis, config, errors, messages, metadata, questions, topics, vocabulary
from kb.errors import (
    CollectionError,
    CollectionProblem,
    ConfigError,
    EntryError,
    EntryProblem,
    ExtractionError,
    ExtractionReason,
    IndexUnusableError,
    KbError,
    LibraryMissingError,
    MetadataError,
    MetadataProblem,
    ModelError,
    ModelProblem,
    QuestionsError,
    QuestionsProblem,
    SourceError,
    SourceReason,
)
from kb.ingestion import Verdict
from kb.model import Axis, Relation

ENGLISH = frozenset(
    analysis.words(
        "and are at by cannot could damaged empty error expected file for found from guide has have invalid is it locked "
        "missing must no not of or outdated please query shrunk than that the this too unknown unreadable value were with "
        "wrong you"
    )
)
# What a reader types or reads elsewhere: commands, settings, values of TOML
VERBATIM = re.compile(r"python (?:ingest|app)\.py|make ingest|--allow-removals|PORT=\d+")


def all_errors() -> list[KbError]:
    found: list[KbError] = [ExtractionError("umzug.pdf", reason, "detail") for reason in ExtractionReason]
    found += [SourceError("docs_source", reason, 30, 120) for reason in SourceReason]
    found += [MetadataError("umzug.toml", 3, p, key="stand", value="bald", hint="themen") for p in MetadataProblem]
    found += [QuestionsError("fragen.toml", p, entry="3 („EGV“)", key="bis") for p in QuestionsProblem]
    found += [
        ConfigError("kb.toml", "workers", r)
        for r in ("unknown", "missing", "path", "text", "number", "Invalid value (at line 3)")
    ]
    found += [CollectionError("sammlung/qrels.tsv", 3, problem, "q1") for problem in CollectionProblem]
    found += [LibraryMissingError("ir-measures", "eval"), LibraryMissingError("onnxruntime", "semantic")]
    found += [ModelError("modell", problem, "input x") for problem in ModelProblem]
    found += [EntryError("synonyme.toml", "kdu", problem, "kurz") for problem in EntryProblem]
    found += [kind("index", "format 0") for kind in IndexUnusableError.__subclasses__()]
    return found


def sentences() -> Iterator[str]:
    """Yield every text that the module holds, and every one that it makes of an error."""
    pending: list[object] = [value for name, value in vars(messages).items() if name.isupper() and name[0] != "_"]
    while pending:
        match pending.pop():
            case str() as text:
                yield text
            case dict() as table:
                pending += table.values()
            case tuple() as texts:
                pending += texts
    yield from map(messages.explain, all_errors())
    yield from map(messages.passed_over, (".doc", ".rtf", ".toml", ".xlsx"))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(messages.number(0), "0", id="nought"),
        pytest.param(messages.number(1_234_567), "1.234.567", id="thousands"),
        pytest.param(messages.day(date(2026, 7, 1)), "01.07.2026", id="day"),
        pytest.param(messages.edition("2026-07-15"), "Stand 07/2026", id="edition of a day"),
        pytest.param(messages.edition("2026-07"), "Stand 07/2026", id="edition of a month"),
        pytest.param(messages.edition("2026"), "Stand 2026", id="edition of a year"),
        pytest.param(messages.edition(""), "", id="no edition"),
        pytest.param(messages.n_guides(0), "0 Handlungshilfen", id="no guide"),
        pytest.param(messages.n_guides(1), "1 Handlungshilfe", id="one guide"),
        pytest.param(messages.n_guides(1_200), "1.200 Handlungshilfen", id="many guides"),
        pytest.param(messages.n_passages(1), "1 Textstelle", id="one passage"),
        pytest.param(messages.n_passages(2), "2 Textstellen", id="two passages"),
        pytest.param(messages.page(12), "Seite\u00a012", id="page"),
        pytest.param(messages.found(1, 0, has_many_words=False), "1 Handlungshilfe", id="found by one word"),
        pytest.param(messages.found(3, 4, has_many_words=False), "7 Handlungshilfen", id="found in sum"),
        pytest.param(messages.found(3, 0, has_many_words=True), "3 Handlungshilfen mit allen Wörtern", id="found by all words"),
        pytest.param(
            messages.found(1, 4, has_many_words=True),
            "1 Handlungshilfe mit allen Wörtern, 4 weitere",
            id="found by some words, too",
        ),
        pytest.param(
            messages.found(0, 4, has_many_words=True),
            "Keine Handlungshilfe mit allen Wörtern, 4 mit einem Teil davon",
            id="found by some words only",
        ),
        pytest.param(
            messages.found(0, 4, has_many_words=True, is_near=True),
            "Keine Handlungshilfe mit allen Wörtern, 4 mit einem Teil davon oder inhaltlich ähnlich",
            id="found by some words or by meaning",
        ),
        pytest.param(
            messages.embedded(1_234, 12),
            "Suche nach Bedeutung: 1.234 Textstellen, davon 12 neu erfasst",
            id="embedded",
        ),
        pytest.param(messages.more_hits(1, 1), "1 weitere Fundstelle", id="one more hit"),
        pytest.param(messages.more_hits(2, 2), "2 weitere Fundstellen", id="two more hits"),
        pytest.param(messages.more_hits(2, 9), "2 von 9 weiteren Fundstellen", id="two of many hits"),
        pytest.param(messages.nothing_found("Mietkaution"), "Keine Treffer für „Mietkaution“", id="nothing found"),
        pytest.param(messages.tab(["Umzug", "", "Seite 2"], "Wissen"), "Umzug · Seite 2 – Wissen", id="tab"),
        pytest.param(messages.tab([], "Wissen"), "Wissen", id="tab of the start"),
        pytest.param(messages.passed_over(".DOC"), "altes Word-Format; bitte als .docx speichern", id="old Word file"),
    ],
)
def test_numbers_dates_and_plurals_take_their_german_form(made: str, expected: str) -> None:
    assert made == expected


def test_the_summary_names_only_what_happened() -> None:
    assert messages.summary(1, 0, 0, 118, 3.44) == "1 Handlungshilfe übernommen, 118 unverändert (3,4 s)"
    assert messages.summary(2, 1, 3, 0, 61) == "2 Handlungshilfen übernommen, 1 Fehler, 3 entfernt, 0 unverändert (61,0 s)"


def test_a_thousand_guides_keep_their_dots_in_the_summary() -> None:
    assert "1.200 Handlungshilfen" in messages.summary(1_200, 0, 0, 0, 3.4)


@pytest.mark.parametrize("error", all_errors(), ids=str)
def test_every_error_is_explained(error: KbError) -> None:
    explained = messages.explain(error)

    assert explained != messages.FAILURE
    assert len(analysis.words(explained)) >= 3


def test_errors_of_one_kind_are_told_apart() -> None:
    explained = [messages.explain(error) for error in all_errors()]

    assert len(set(explained)) == len(explained)


def test_every_name_that_is_looked_up_has_its_words() -> None:
    assert set(messages.VERDICTS) == set(Verdict)
    assert set(messages.AXES) == set(Axis)
    assert set(messages.RELATIONS) == set(Relation)


def test_where_it_helps_the_explanation_names_file_line_and_way_out() -> None:
    wrong = MetadataError("umzug.toml", 3, MetadataProblem.UNKNOWN_KEY, key="thema", hint="themen")
    shrunk = SourceError("docs_source", SourceReason.SHRUNK, 30, 120)

    assert messages.explain(wrong) == "umzug.toml, Zeile 3: „thema“ ist kein bekanntes Feld; gemeint „themen“?"
    assert (
        messages.explain(EntryError("haus.toml", "kdu", EntryProblem.UNKNOWN_FIELD, "kuerzel"))
        == "haus.toml: Eintrag „kdu“: das Feld „kuerzel“ gibt es nicht"
    )
    assert "30 von 120 Handlungshilfen" in messages.explain(shrunk)
    assert "--allow-removals" in messages.explain(shrunk)


@pytest.mark.parametrize("content", [b"titel = Umzug", b'titel = "\xfc"', b'titel = "Umzug"\n[[', b"= 3"])
def test_broken_files_are_explained_without_the_words_of_the_parser(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "umzug.toml"
    file.write_bytes(content)

    with pytest.raises(MetadataError) as sidecar:
        metadata.read_sidecar(file, "umzug.toml", topics.Taxonomy((), (), ()))
    with pytest.raises(ConfigError) as settings:
        config.load({"KB_CONFIG": str(file)})
    with pytest.raises(ConfigError) as taxonomy:
        topics.load(file)
    with pytest.raises(ConfigError) as synonyms:
        vocabulary.load(file)

    for error in (sidecar.value, settings.value, taxonomy.value, synonyms.value):
        assert ENGLISH.isdisjoint(analysis.words(messages.explain(error).replace(str(file), "")))


def test_no_sentence_has_an_english_word() -> None:
    for sentence in sentences():
        assert ENGLISH.isdisjoint(analysis.words(VERBATIM.sub("", sentence))), sentence


def test_no_sentence_has_the_name_of_a_class_or_of_a_field() -> None:
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)}
    settings = {*config.NAMES, *metadata.KEYS, *questions.KEYS, "schema_version"}
    for sentence in sentences():
        named = set(re.findall(r"[A-Za-z_]+", sentence))
        assert named.isdisjoint(classes), sentence
        assert {name for name in named if "_" in name} <= settings | {"docs_source"}, sentence


def test_german_quotes_come_in_pairs() -> None:
    for sentence in sentences():
        assert sentence.count("„") == sentence.count("“"), sentence
        assert sentence.count('"') % 2 == 0, sentence
