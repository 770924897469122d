import re
import tomllib
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import pytest

from kb import analysis, topics, vocabulary
from kb.errors import ConfigError, EntryError, EntryProblem
from kb.model import Addition, Axis, Relation
from kb.vocabulary import Entry, Match, Vocabulary

DATA = resources.files("kb").joinpath("data")
TEXT = DATA.joinpath("synonyms.toml").read_text("utf-8")
FILE = tomllib.loads(TEXT)
PACKAGED = vocabulary.load()
NORM = re.compile(r"§ \d+[a-z]? (SGB [IVX]+|SGG|BKGG|AufenthG)")

PLAN = Entry(
    id="plan",
    term="Kooperationsplan",
    short=("KoopPlan", "KP"),
    same=("Plan zur Zusammenarbeit",),
    colloquial=("Fahrplan",),
    former=("Eingliederungsvereinbarung", "EGV"),
    related=("Potenzialanalyse",),
    confused=("Kooperationsvereinbarung",),
    cased=("KP",),
    norms=("§ 15 SGB II",),
)
HOUSING = Entry(id="kdu", term="Kosten der Unterkunft", short=("KdU",), colloquial=("Unterkunft",))


def found(typed: str, *entries: Entry) -> list[Match]:
    return Vocabulary(entries or (PLAN, HOUSING)).matches(analysis.apart(typed)[0])


def additions(typed: str, *entries: Entry) -> dict[str, Addition]:
    return {addition.name: addition for match in found(typed, *entries) for addition in match.additions}


def packaged(typed: str) -> dict[str, Addition]:
    return {one.name: one for match in PACKAGED.matches(analysis.apart(typed)[0]) for one in match.additions}


def meant(typed: str) -> list[tuple[str, ...]]:
    return [match.entries for match in PACKAGED.matches(analysis.apart(typed)[0])]


# ---- what is added -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(
            "Kooperationsplan",
            {"KoopPlan": "same", "KP": "same", "Plan zur Zusammenarbeit": "same", "EGV": "former"}
            | {"Eingliederungsvereinbarung": "former"},
            id="from the term to all but what is colloquial",
        ),
        pytest.param(
            "KP",
            {"Kooperationsplan": "same", "KoopPlan": "same", "Plan zur Zusammenarbeit": "same", "EGV": "former"}
            | {"Eingliederungsvereinbarung": "former"},
            id="from an abbreviation",
        ),
        pytest.param(
            "EGV",
            {"Kooperationsplan": "current", "KoopPlan": "current", "KP": "current", "Plan zur Zusammenarbeit": "current"}
            | {"Eingliederungsvereinbarung": "former"},
            id="from a former name to today's and to the other former ones",
        ),
        pytest.param(
            "Fahrplan",
            {"Kooperationsplan": "colloquial", "KoopPlan": "colloquial", "KP": "colloquial"}
            | {"Plan zur Zusammenarbeit": "colloquial"},
            id="from a colloquial name to today's names only",
        ),
        pytest.param("Potenzialanalyse", {}, id="related names lead nowhere"),
        pytest.param("Kooperationsvereinbarung", {}, id="nor do confused ones"),
    ],
)
def test_additions_follow_the_kind_of_name_that_was_typed(typed: str, expected: dict[str, str]) -> None:
    assert {name: addition.relation for name, addition in additions(typed).items()} == expected


def test_former_names_weigh_less_than_what_a_vague_name_leads_to_and_that_less_than_the_same() -> None:
    same, former = additions("Kooperationsplan")["KoopPlan"], additions("Kooperationsplan")["EGV"]
    current, proper = additions("EGV")["Kooperationsplan"], additions("Fahrplan")["Kooperationsplan"]

    assert 0 < former.weight < current.weight <= proper.weight < same.weight == 1.0


def test_an_addition_says_where_it_comes_from() -> None:
    addition = additions("Was steht in Eingliederungsvereinbarungen?")["Kooperationsplan"]

    assert addition == Addition(
        id="plan:kooperationsplan",
        entry="plan",
        typed="Eingliederungsvereinbarungen",
        name="Kooperationsplan",
        relation=Relation.CURRENT,
        weight=vocabulary.CURRENT_WEIGHT,
        stems=("kooperationsplan",),
    )


def test_a_match_names_its_words_entry_and_norms() -> None:
    (match,) = found("wann KP schreiben")

    assert (match.first, match.last, match.entries, match.norms) == (1, 2, ("plan",), ("§ 15 SGB II",))


def test_the_best_additions_come_first_and_there_are_not_too_many() -> None:
    entry = Entry(id="viel", term="Wort", former=("Altwort",), same=tuple(f"Wort{n}" for n in range(20)))

    (match,) = found("Altwort", entry)

    assert len(match.additions) == vocabulary.MAX_ADDITIONS
    assert match.additions[0].name == "Wort"
    weights = [addition.weight for addition in match.additions]
    assert weights == sorted(weights, reverse=True)


def test_what_finds_nothing_besides_is_not_added() -> None:
    entry = Entry(
        id="kdu",
        term="Bedarf der Unterkunft",
        same=("Kosten der Unterkunft", "Kosten der Unterkunft und Heizung", "Unterkunftskosten", "UNTERKUNFTSKOSTEN"),
    )

    assert set(additions("Kosten der Unterkunft", entry)) == {"Bedarf der Unterkunft", "Unterkunftskosten"}


def test_of_two_names_with_the_same_stems_the_first_list_counts() -> None:
    entry = Entry(id="e", term="Leistungsminderung", same=("Minderung",), colloquial=("Minderungen",), former=("Sanktion",))

    assert set(additions("Minderungen", entry)) == {"Leistungsminderung", "Sanktion"}


def test_two_things_of_one_name_are_both_meant() -> None:
    centre = Entry(id="jobcenter", term="Jobcenter", former=("ARGE",), norms=("§ 6d SGB II",))
    body = Entry(id="einrichtung", term="gemeinsame Einrichtung", former=("ARGE",), norms=("§ 44b SGB II",))

    (match,) = found("ARGE", centre, body)

    assert match.entries == ("jobcenter", "einrichtung")
    assert match.norms == ("§ 6d SGB II", "§ 44b SGB II")
    assert [(addition.entry, addition.name) for addition in match.additions] == [
        ("jobcenter", "Jobcenter"),
        ("einrichtung", "gemeinsame Einrichtung"),
    ]


# ---- what matches ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("Kooperationspläne", ["plan"], id="plural"),
        pytest.param("KOOPERATIONSPLANS", ["plan"], id="genitive, in capitals"),
        pytest.param("Kosten der Unterkünfte", ["kdu"], id="inflected within a sequence"),
        pytest.param("Kosten Unterkunft", ["kdu"], id="only the one word of an incomplete sequence"),
        pytest.param("Kooperationsplanung", [], id="a longer word"),
        pytest.param("Plan", [], id="a part of a word"),
        pytest.param("koopplan", ["plan"], id="abbreviation in small letters"),
        pytest.param("KdUs", [], id="abbreviation with an ending"),
        pytest.param("kp", [], id="abbreviation that keeps its case"),
        pytest.param("Kp", [], id="the same, half"),
        pytest.param("KP und Kosten der Unterkunft", ["plan", "kdu"], id="in the order of the words"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_whole_words_match_in_all_their_forms(typed: str, expected: list[str]) -> None:
    assert [entry for match in found(typed) for entry in match.entries] == expected


def test_the_longest_name_wins() -> None:
    (match,) = found("Kosten der Unterkunft")

    assert (match.first, match.last) == (0, 3)


@pytest.mark.parametrize("typed", ["kurz", "Grund", "anhören", "Jugend", "kürzen"])
def test_words_that_only_share_the_stem_are_not_the_name(typed: str) -> None:
    entry = Entry(id="e", term="Leistung", same=("Kürzung", "Gründung", "Anhörung", "Jugendliche"))

    assert found(typed, entry) == []
    assert found("Kürzungen", entry)
    assert found("Jugendlichen", entry)


@pytest.mark.parametrize("typed", ["Ärger", "arg", "argen"])
def test_capitals_are_an_abbreviation_in_any_list(typed: str) -> None:
    entry = Entry(id="e", term="Jobcenter", former=("ARGE",))

    assert found(typed, entry) == []
    assert found("Arge", entry)


def test_exactly_its_case_decides_between_two_abbreviations() -> None:
    households = Entry(id="bg", term="Bedarfsgemeinschaft", short=("BGs",), cased=("BGs",))
    voucher = Entry(id="schein", term="Bildungsgutschein", short=("BGS",))

    assert [match.entries for match in found("BGs BGS bgs", households, voucher)] == [("bg",), ("schein",), ("schein",)]


def test_what_is_only_mistaken_for_an_entry_does_not_lead_to_it() -> None:
    entry = Entry(id="e", term="erwerbstätige Leistungsberechtigte", colloquial=("Aufstocker",), confused=("Alg-I-Aufstocker",))

    assert found("Alg-I-Aufstocker", entry) == []
    assert [match.first for match in found("Alg-I-Aufstocker und Aufstocker", entry)] == [4]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("SGB II", 1), ("im SGB II", 1), ("§ 16e SGB II", 0), ("§ 31 Abs. 1 Satz 2 SGB II", 0), ("§§ 31 ff. SGB II", 0)],
)
def test_a_law_within_a_citation_is_not_expanded(typed: str, expected: int) -> None:
    assert len(found(typed, Entry(id="sgb-ii", term="Zweites Buch Sozialgesetzbuch", short=("SGB II",)))) == expected


# ---- what must not be mistaken -----------------------------------------------------------------------------------------


def test_nothing_is_added_that_lies_within_a_confused_name() -> None:
    entry = Entry(
        id="alg", term="Arbeitslosengeld", short=("Alg", "Alg I", "ALG 1"), confused=("Arbeitslosengeld II", "Alg II")
    )

    assert set(additions("Arbeitslosengeld", entry)) == {"Alg I", "ALG 1"}
    assert set(additions("ALG 1", entry)) == {"Alg I"}


def test_nothing_is_added_that_the_index_cannot_tell_from_a_confused_thing() -> None:
    young = Entry(id="u25", term="junge Menschen", short=("U25", "Haus 25"), confused=("Ü25",))
    older = Entry(id="ue25", term="Personen ab 25 Jahren", short=("Ü25", "Häuser 25"), confused=("U25",))

    assert set(additions("Ü25", young, older)) == {"Personen ab 25 Jahren"}
    assert set(additions("U25", young, older)) == {"junge Menschen"}


def test_a_confused_name_with_the_stems_of_a_name_of_its_own_bars_only_that() -> None:
    older = Entry(id="ue25", term="Personen ab 25 Jahren", short=("Ü25", "Häuser 25"), confused=("Haus 25",))

    assert set(additions("Ü25", older)) == {"Personen ab 25 Jahren"}


@pytest.mark.parametrize("trap", FILE["wortfalle"], ids=lambda trap: f"{trap['a']} {trap['b']}")
def test_no_trap_is_fallen_into(trap: dict[str, str]) -> None:
    for typed, other in ((trap["a"], trap["b"]), (trap["b"], trap["a"])):
        reached = {entry for entries in meant(typed) for entry in entries}

        assert reached.isdisjoint(entry for entries in meant(other) for entry in entries)
        assert vocabulary._stems(other) not in {addition.stems for addition in packaged(typed).values()}


@pytest.mark.parametrize("entry", [e for e in PACKAGED.entries.values() if e.confused], ids=lambda entry: entry.id)
def test_no_packaged_entry_adds_what_it_must_not_be_mistaken_for(entry: Entry) -> None:
    for name in (entry.term, *entry.short, *entry.same, *entry.former, *entry.colloquial):
        for addition in packaged(name).values():
            if addition.entry == entry.id:
                held = f" {' '.join(addition.stems)} "
                assert not any(held in f" {' '.join(vocabulary._stems(wrong))} " for wrong in entry.confused), addition


def test_abbreviations_of_the_index_keep_their_case() -> None:
    assert packaged("Maßnahme bei einem Arbeitgeber")["MAG"].stems == ("MAG",)
    assert packaged("Eingliederungszuschuss")["EGZ"].stems == ("egz",)


# ---- the packaged file -------------------------------------------------------------------------------------------------


def test_the_packaged_file_has_all_its_entries() -> None:
    ids = [fields["id"] for fields in FILE["eintrag"]]

    assert len(ids) == len(set(ids)) == len(PACKAGED.entries) == 437
    assert set(FILE) == {"schema_version", "sprache", "rechtsstand", "eintrag", "wortfalle"}


@pytest.mark.parametrize("fields", FILE["eintrag"], ids=lambda fields: fields["id"])
def test_every_field_of_the_packaged_file_is_read(fields: dict[str, object]) -> None:
    entry = asdict(PACKAGED.entries[str(fields["id"])])

    read = {name: entry[attribute] for name, (attribute, _) in vocabulary._FIELDS.items() if name in fields}
    assert read == {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


@pytest.mark.parametrize("entry", PACKAGED.entries.values(), ids=lambda entry: entry.id)
def test_every_packaged_entry_is_sound(entry: Entry) -> None:
    names = (entry.term, *entry.short, *entry.same, *entry.former, *entry.colloquial)

    assert len(set(names)) == len(names)
    assert set(entry.cased) <= set(names)
    assert set(names).isdisjoint(entry.confused)
    assert entry.topic in topics.load().ids(Axis.TOPIC)
    assert all(map(NORM.fullmatch, entry.norms))
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)


@pytest.mark.parametrize("entry", PACKAGED.entries.values(), ids=lambda entry: entry.id)
def test_every_name_of_a_packaged_entry_leads_to_it(entry: Entry) -> None:
    for name in (name for name, other in PACKAGED.names() if other is entry):
        words = analysis.apart(name)[0]
        (match,) = PACKAGED.matches(words)

        assert (match.first, match.last) == (0, len(words)), name
        assert entry.id in match.entries, name
        assert len(match.additions) <= vocabulary.MAX_ADDITIONS
        stems = [addition.stems for addition in match.additions]
        assert len(set(stems)) == len(stems)
        assert vocabulary._stems(name) not in stems


def test_cased_names_of_the_packaged_file_count_in_their_case_only() -> None:
    for entry in PACKAGED.entries.values():
        for name in entry.cased:
            for other in {name.lower(), name.upper(), name.capitalize()} - set(entry.cased):
                assert all(entry.id not in entries for entries in meant(other)), (name, other)


def test_everyday_words_lead_nowhere() -> None:
    for word in analysis.STOP_WORDS:
        assert meant(word) == meant(word.capitalize()) == [], word


def test_no_abbreviation_is_looked_for_as_an_everyday_word() -> None:
    everyday = {analysis.stem(word) for word in (*analysis.STOP_WORDS, "ärger", "ev", "ff", "bez", "mag", "au", "ab", "ad")}

    for name, _ in PACKAGED.names():
        assert everyday.isdisjoint(addition.stems[0] for addition in packaged(name).values() if len(addition.stems) == 1), name


def test_the_index_is_told_of_all_abbreviations_that_keep_their_case() -> None:
    lines = DATA.joinpath("abbreviations.txt").read_text("utf-8").splitlines()

    assert lines[0].startswith("# ")
    assert lines[1:] == sorted({name for fields in FILE["eintrag"] for name in fields.get("gross", [])})


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("schon der dritte geplatzte Termin", "Meldeversäumnis"),
        ("Kunde meldet sich nicht mehr", "Kontaktabbruch"),
        ("hat wieder blau gemacht", "Arbeitsunfähigkeit"),
        ("den Job geschmissen", "Eigenkündigung"),
        ("Job geschmissen", "Arbeitsaufgabe"),
        ("schmeißt die Lehre hin", "Ausbildungsabbruch"),
        ("Sprachkurs abgebrochen", "Maßnahmeabbruch"),
        ("keinen Bock auf Arbeit", "Motivation"),
        ("darf man das Geld kürzen", "Leistungsminderung"),
        ("in die Heimat fahren", "Ortsabwesenheit"),
        ("welche Bude ist zu teuer", "Unterkunft"),
        ("lebt auf der Straße", "Wohnungslosigkeit"),
        ("fliegt aus der Wohnung", "Wohnungsverlust"),
        ("Strom abgestellt", "Energiesperre"),
        ("Konto gesperrt", "Pfändungsschutz"),
        ("bis zum Hals in Schulden", "Überschuldung"),
        ("woher die Knete kommt", "Einkommen"),
        ("von Oma geerbt", "Erbschaft"),
        ("Waschmaschine kaputt", "unabweisbarer Bedarf"),
        ("riecht nach Alkohol", "Alkoholabhängigkeit"),
        ("zockt jeden Tag, alles verspielt", "Glücksspielsucht"),
        ("will sich umbringen", "Suizidalität"),
        ("kommt nicht aus dem Bett", "Tagesstruktur"),
        ("vom Mann geschlagen", "häusliche Gewalt"),
        ("keinen Kitaplatz bekommen", "Kinderbetreuung"),
        ("kümmert sich um ihre Mutter", "Pflege von Angehörigen"),
        ("Zeugnisse aus der Heimat", "Anerkennungsverfahren"),
        ("kann nicht lesen", "gering literalisiert"),
        ("Tochter übersetzt", "Dolmetscher"),
        ("war im Knast", "Justizvollzugsanstalt"),
        ("Laden läuft nicht", "Tragfähigkeit"),
        ("Zuschuss für den Arbeitgeber", "Eingliederungszuschuss"),
        ("kein Auto, fährt kein Bus", "Mobilität"),
        ("Kunde bedroht Kollegin", "Übergriff"),
        ("den Hausherrn spielen: Kunden rauswerfen", "Hausverbot"),
        ("bringt einen Freund mit", "Beistand"),
        ("Akte einsehen", "Akteneinsicht"),
        ("Brief an falsche Adresse", "Datenpanne"),
        ("Frist verpasst", "Wiedereinsetzung"),
        ("alle an einen Tisch", "Fallkonferenz"),
        ("Termin per Skype", "Videoberatung"),
    ],
)
def test_everyday_words_lead_to_what_guides_call_it(typed: str, name: str) -> None:
    assert packaged(typed)[name].relation in (Relation.COLLOQUIAL, Relation.SAME)


@pytest.mark.parametrize(
    "typed",
    ["sucht Arbeit als Lagerhelfer", "kurz", "Unternehmen", "Messe", "Post", "Kurs", "hört zu", "bleiben", "wagen", "raten"],
)
def test_what_only_has_the_stem_of_an_everyday_word_is_not_taken_for_it(typed: str) -> None:
    assert meant(typed) == []


# ---- the house's file --------------------------------------------------------------------------------------------------


def house(folder: Path, text: str) -> Path:
    file = folder / "haus.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_house_adds_replaces_and_drops_entries(tmp_path: Path) -> None:
    file = house(
        tmp_path,
        """
        [[eintrag]]
        id = "lotse"
        begriff = "Teilhabelotse"
        gleich = ["Lotsin"]
        [[eintrag]]
        id = "kdu"
        begriff = "Bedarfe für Unterkunft und Heizung"
        kurz = ["BUH"]
        [[eintrag]]
        id = "hega"
        entfaellt = true
        """,
    )

    ours = vocabulary.load(file)

    assert ours.entries["lotse"].same == ("Lotsin",)
    assert ours.entries["kdu"].short == ("BUH",)
    assert ours.entries["kdu"].norms == ()
    assert "hega" not in ours.entries
    assert len(ours.entries) == len(PACKAGED.entries)
    assert ours.matches(["HEGA"]) == ours.matches(["KdU"]) == []
    assert ours.matches(["Lotsin"])


def test_a_house_says_by_itself_what_everyday_words_stand_for(tmp_path: Path) -> None:
    file = house(tmp_path, "[alltag]\nchef = ['Vorgesetzte']\nBrief = []\n'Zoff machen' = ['Konflikt', 'Beschwerde']")

    ours = vocabulary.load(file)

    assert ours.everyday.words["chef"] == ["Vorgesetzte"]
    assert ours.everyday.words["Zoff machen"] == ["Konflikt", "Beschwerde"]
    assert {"Chef", "Brief"} <= {*PACKAGED.everyday.words} - {*ours.everyday.words}
    assert len(ours.everyday.words) == len(PACKAGED.everyday.words)


@pytest.mark.parametrize(
    ("text", "entry", "problem", "field"),
    [
        pytest.param("alltag = 'Chef'", "alltag", "no_everyday", "", id="a text for the table of everyday words"),
        pytest.param("[alltag]\nChef = 'Arbeitgeber'", "alltag", "no_list", "Chef", id="a text for a list of words of guides"),
        pytest.param("[alltag]\nChef = ['§']", "alltag", "no_list", "Chef", id="a word of guides that is none"),
        pytest.param("[alltag]\n'?' = ['Frage']", "alltag", "no_list", "?", id="an everyday word that is none"),
        pytest.param("[eintrag]\nid = 'a'", "eintrag", "no_table", "", id="a table in place of a list"),
        pytest.param("[[eintrag]]\nbegriff = 'A'", "1", "missing", "id", id="no id"),
        pytest.param("[[eintrag]]\nid = 'a'", "a", "missing", "begriff", id="no term"),
        pytest.param(
            "[[eintrag]]\nid = 'a'\nbegriff = 'A'\nkuerzel = ['B']", "a", "unknown_field", "kuerzel", id="unknown field"
        ),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 3", "a", "no_text", "begriff", id="number for a text"),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = '§'", "a", "no_text", "begriff", id="a text without a word"),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 'A'\nkurz = 'B'", "a", "no_list", "kurz", id="text for a list"),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 'A'\nkurz = ['B', 3]", "a", "no_list", "kurz", id="number in a list"),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 'A'\nseit = 2026", "a", "no_date", "seit", id="year for a date"),
        pytest.param(
            "[[eintrag]]\nid = 'a'\nbegriff = 'A'\nseit = 2026-07-01T08:00:00", "a", "no_date", "seit", id="moment for a date"
        ),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 'A'\npruefen = 'ja'", "a", "no_truth", "pruefen", id="text for a truth"),
        pytest.param("[[eintrag]]\nid = 'a'\nbegriff = 'A'\ngross = ['B']", "a", "no_name", "gross", id="case of no name"),
        pytest.param(
            "[[eintrag]]\nid = 'a'\nbegriff = 'A'\nseit = 2026-07-01\nbis = 2026-06-30",
            "a",
            "ends_early",
            "bis",
            id="too early",
        ),
        pytest.param(
            "[[eintrag]]\nid = 'a'\nbegriff = 'A'\n[[eintrag]]\nid = 'a'\nbegriff = 'B'", "a", "twice", "id", id="id twice"
        ),
        pytest.param(
            "[[eintrag]]\nid = 'a'\nentfaellt = true", "a", "unknown_entry", "entfaellt", id="drops what is not there"
        ),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, entry: str, problem: str, field: str) -> None:
    file = house(tmp_path, text)

    with pytest.raises(EntryError) as caught:
        vocabulary.load(file)

    error = caught.value
    assert (error.origin, error.key, error.problem, error.field) == (str(file), entry, EntryProblem(problem), field)


@pytest.mark.parametrize("content", [b"[[eintrag", b'[[eintrag]]\nid = "\xfc"', None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "haus.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        vocabulary.load(file)

    assert (caught.value.origin, caught.value.key) == (str(file), "synonyms")
