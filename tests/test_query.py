import random
from datetime import date

import pytest

from kb import analysis, query, vocabulary
from kb.analysis import Token
from kb.everyday import Everyday
from kb.model import Alternative, Axis, Clause, How, Occur, Query, Relation
from kb.query import OF_SHORT, OTHER_CASE
from kb.vocabulary import Entry, Vocabulary

DAY = date(2026, 11, 1)


def parse(text: str) -> Query:
    return query.parse(text, as_of=DAY)


def asked(text: str) -> dict[str, list[str]]:
    """Return the terms of every clause, by what the clause asks; a prefix bears a star."""
    found: dict[str, list[str]] = {}
    for clause in parse(text).clauses:
        asked = clause.alternatives[0]
        found.setdefault(clause.occur, []).append(" ".join(asked.terms) + "*" * (asked.how is How.PREFIX))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Umzug Miete", {"should": ["umzug", "miet"]}, id="any word may match"),
        pytest.param("nach dem SGB 8 zahlen", {"should": ["sgb 8", "zahl"]}, id="a book of the SGB is one word"),
        pytest.param("SGB vierzehn sgb II", {"should": ["sgb", "vierzehn", "sgb ii"]}, id="nothing else behind SGB is"),
        pytest.param("des BGB", {"should": ["bgb"]}, id="nor is a statute with its article"),
        pytest.param("Umzug Umzugs UMZUG", {"should": ["umzug"]}, id="a word counts once"),
        pytest.param("E-Mail", {"should": ["e", "mail"]}, id="hyphens part words"),
        pytest.param('"Kosten der Unterkunft"', {"must": ["kost der unterkunft"]}, id="phrase"),
        pytest.param("„Kosten der Unterkunft“", {"must": ["kost der unterkunft"]}, id="German quotes"),
        pytest.param("»Kosten der Unterkunft«", {"must": ["kost der unterkunft"]}, id="pointed quotes"),
        pytest.param('"Umzug"', {"must": ["umzug"]}, id="one word in quotes is strict"),
        pytest.param('Umzug "Kosten der', {"should": ["umzug", "kost"]}, id="a quote that does not end"),
        pytest.param('"" Umzug', {"should": ["umzug"]}, id="empty quotes"),
        pytest.param("Umzug -Darlehen", {"must_not": ["darleh"], "should": ["umzug"]}, id="excluded word"),
        pytest.param("Umzug –Darlehen", {"must_not": ["darleh"], "should": ["umzug"]}, id="an en dash excludes, too"),
        pytest.param('-"mit Darlehen" Umzug', {"must_not": ["mit darleh"], "should": ["umzug"]}, id="excluded phrase"),
        pytest.param("-Darlehen", {"must_not": ["darleh"]}, id="only excluded"),
        pytest.param("Umzug - Darlehen", {"should": ["umzug", "darleh"]}, id="a dash by itself is none"),
        pytest.param("Wohnungs*", {"must": ["wohnungs*"]}, id="prefix as written"),
        pytest.param("Umzug Wohn*", {"must": ["wohn*"], "should": ["umzug"]}, id="prefix beside a word"),
        pytest.param("Umzug -Wohn*", {"must_not": ["wohn*"], "should": ["umzug"]}, id="excluded prefix"),
        pytest.param("W*", {"should": ["w"]}, id="one letter is no prefix"),
        pytest.param("darf ich bei Umzug", {"should": ["umzug"]}, id="words without meaning are left out"),
        pytest.param("was ist das", {"should": ["was", "ist", "das"]}, id="unless nothing else was typed"),
        pytest.param('der "Umzug"', {"must": ["umzug"]}, id="or only something strict"),
        pytest.param("", {}, id="nothing"),
        pytest.param(' - * "-" – ', {}, id="operators only"),
    ],
)
def test_what_was_typed_becomes_clauses(text: str, expected: dict[str, list[str]]) -> None:
    assert asked(text) == expected


def test_the_text_stays_as_typed() -> None:
    assert parse(" „Umzug“  -Miete ").text == " „Umzug“  -Miete "


def test_selection_and_day_are_handed_on() -> None:
    chosen = {Axis.KIND: frozenset({"weisung"})}

    parsed = query.parse("Umzug", selection=chosen, as_of=DAY)

    assert (parsed.selection, parsed.as_of) == (chosen, DAY)


def test_a_pasted_letter_is_cut_after_its_first_words() -> None:
    parsed = parse(" ".join(f"Anliegen{n}" for n in range(1_000)))

    assert len(parsed.clauses) == query.MAX_CLAUSES
    assert parsed.clauses[0].alternatives[0].terms == ("anliegen0",)


def test_the_words_of_phrases_count_as_well() -> None:
    parsed = parse(" ".join(f'"Anliegen{n} der Woche {n}"' for n in range(100)))

    assert len(parsed.clauses) == query.MAX_CLAUSES // 4


def test_of_a_pasted_page_in_quotes_the_beginning_is_looked_for() -> None:
    (clause,) = parse(f'"{" ".join(f"Wort{n}" for n in range(1_000))}"').clauses

    assert clause.alternatives[0].terms == tuple(f"wort{n}" for n in range(query.MAX_CLAUSES))


def test_what_is_too_long_for_a_word_is_like_no_other() -> None:
    for n_letters, has_kin in ((query.MAX_ALIKE, True), (query.MAX_ALIKE + 1, False)):
        (clause,) = parse("a" * n_letters).clauses

        assert any(one.how is How.ALIKE for one in clause.alternatives) == has_kin


def test_strict_parts_of_a_pasted_letter_count_wherever_they_stand() -> None:
    parsed = parse(" ".join(f"Anliegen{n}" for n in range(1_000)) + ' -Darlehen "im Voraus"')

    assert {Occur.MUST, Occur.MUST_NOT} < {clause.occur for clause in parsed.clauses}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Wohnung zu teuer", "Wohnung zu teuer", id="as it is"),
        pytest.param("Umzug -Darlehen –Miete*", "Umzug", id="what is excluded"),
        pytest.param('-"im Voraus" „Kosten der Unterkunft“', "Kosten der Unterkunft", id="quotes"),
        pytest.param("Wohnungs* nach § 22", "Wohnungs nach § 22", id="star"),
        pytest.param("Umzug -§ 31 SGB II", "Umzug", id="an excluded norm"),
        pytest.param("-Umzug", "", id="nothing but what is excluded"),
        pytest.param(' "" ', "", id="nothing"),
    ],
)
def test_what_is_meant_is_said_without_signs(text: str, expected: str) -> None:
    assert query.spoken(text) == expected


def odd_texts() -> list[str]:
    source = random.Random(22)
    signs = '"„“-–−*()[]:/\\+~^&|!?.,;<>{}\t\n\r\0\x07\x1b\u00ad\u200b\u202e\ufeff\ufffe😀👩‍👧\ud800\udfffäßﬁ½²İ漢ع'
    words = ["Umzug", "der", "16e", "SGB", "Wohnungs*", "-Miete", "AND", "NOT"]
    texts = ["".join(source.choices(signs, k=source.randint(1, 30))) for _ in range(300)]
    texts += [" ".join(source.choices([*words, *signs], k=source.randint(1, 12))) for _ in range(300)]
    return [*texts, "a" * 5_000, "Umzug " * 833, '"' * 5_000, "-" * 5_000, "*" * 5_000, "ä\u0308" * 2_500]


def test_any_input_is_a_valid_query() -> None:
    for text in odd_texts():
        parsed = parse(text)

        assert parsed.text == text
        assert len(parsed.clauses) <= query.MAX_CLAUSES
        for clause in parsed.clauses:
            assert clause.alternatives
            for one in clause.alternatives:
                assert one.terms
                assert all(one.terms)
                assert one.how is How.STEMS or len(one.terms) == 1


def test_terms_are_those_that_the_index_holds() -> None:
    (clause,) = parse('"Überprüfungen der U\u0308berprüfung"').clauses

    assert clause == Clause(
        alternatives=(Alternative(tuple(analysis.stems("Überprüfungen der Überprüfung"))),),
        occur=Occur.MUST,
        typed="Überprüfungen der Überprüfung",
    )


def test_the_pieces_of_a_word_with_hyphens_are_found_joined_too() -> None:
    mini, job, other = parse("(Mini–Job) Alter").clauses

    assert [one.terms for one in mini.alternatives] == [("mini",), ("minijob",)]
    assert [one.terms for one in job.alternatives] == [("job",), ("minijob",)]
    assert ("minijob",) not in [one.terms for one in other.alternatives]


def test_a_word_of_five_letters_is_found_within_others_too() -> None:
    long, short, with_digit = parse("Beratung EGV 2026").clauses

    assert [one.how for one in long.alternatives] == [How.STEMS, How.ALIKE]
    assert long.alternatives[1].terms == ("beratung",)
    assert long.alternatives[1].weight < long.alternatives[0].weight
    assert [len(clause.alternatives) for clause in (short, with_digit)] == [1, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Umzug Miete", ["Umzug", "Miete"], id="words"),
        pytest.param('Umzug „Kosten der Unterkunft“ -"Miete" Heizung', ["Umzug", "Heizung"], id="not in quotes"),
        pytest.param("-Umzug –Miete Jobcenter-Termin", ["Jobcenter-Termin"], id="not excluded"),
        pytest.param("Umzug* Miete", ["Miete"], id="not a beginning"),
        pytest.param('"Umzug', ["Umzug"], id="a quote that does not end"),
        pytest.param(' "" - ', ["-"], id="operators"),
        pytest.param("Umzug Paragraf\u00a016 e SGB II Miete", ["Umzug", "Miete"], id="no norm"),
    ],
)
def test_what_is_not_strict_stands_in_the_text_as_typed(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in query.loose(text)] == expected


KDU = Entry(id="kdu", term="Bedarfe für Unterkunft", short=("KdU",), same=("Kosten der Unterkunft",), former=("Mietzuschuss",))
NAMES = Vocabulary([KDU, Entry(id="mag", term="Maßnahme beim Arbeitgeber", short=("MAG",), cased=("MAG",))])


def ways(text: str, **options: frozenset[str]) -> list[tuple[str, dict[str, float]]]:
    """Return what each clause stands for and the weight of each of its phrases of stems."""
    asked = query.parse(text, vocabulary=NAMES, as_of=DAY, **options)  # type: ignore[arg-type]  # only `without` is given
    return [
        (clause.typed, {" ".join(one.terms): one.weight for one in clause.alternatives if one.how is How.STEMS})
        for clause in asked.clauses
    ]


@pytest.mark.parametrize(
    ("n_typed", "n_added", "is_added"),
    [
        pytest.param(0, 0, True, id="neither is in a guide"),
        pytest.param(0, 5, True, id="no guide has the everyday word"),
        pytest.param(4, 50, True, id="hardly a guide has it"),
        pytest.param(5, 50, False, id="some have it"),
        pytest.param(1, 0, False, id="none has the other word"),
    ],
)
def test_what_an_everyday_word_stands_for_is_looked_for_where_guides_hardly_use_it(
    n_typed: int, n_added: int, is_added: bool
) -> None:
    names, counts = Vocabulary((), Everyday({"Chef": ("Arbeitgeber",)})), {"chef": n_typed, "arbeitgeb": n_added}

    asked = query.parse("der Chef zahlt", vocabulary=names, as_of=DAY, n_with=lambda stem: counts.get(stem, 0))

    assert [one.name for one in asked.added] == ["Arbeitgeber"] * is_added
    assert (Alternative(("arbeitgeb",), weight=query.OTHER_NAME * 0.8) in asked.clauses[0].alternatives) is is_added
    assert ("arbeitgeber" in asked.names) is is_added


def test_other_forms_of_a_verb_are_looked_for_if_there_are_any() -> None:
    counts = {"ablehn": 3, "abgelehnt": 2, "abzulehn": 0}

    asked = query.parse("Ablehnung", as_of=DAY, n_with=lambda stem: counts.get(stem, 0))

    assert asked.clauses[0].alternatives[:2] == (Alternative(("ablehn",)), Alternative(("abgelehnt",), weight=query.FORM))
    assert [one.terms for one in asked.clauses[0].alternatives[2:]] == [("ablehnung",)]  # words alike
    assert asked.added == ()


def test_a_name_of_the_vocabulary_is_found_by_the_others() -> None:
    ((typed, found),) = ways("KdU")

    assert typed == "KdU"
    assert list(found) == ["kdu", "bedarf fur unterkunft", "kost der unterkunft", "mietzuschuss"]
    assert found["kdu"] == OF_SHORT > found["mietzuschuss"]


def test_each_word_of_a_name_bears_what_is_added_to_it() -> None:
    found = dict(ways("Antrag Kosten der Unterkunft"))

    assert set(found) == {"Antrag", "Kosten", "Unterkunft"}
    assert "kdu" not in found["Antrag"]
    assert "kdu" in found["Kosten"]
    assert "kdu" in found["Unterkunft"]


def test_nothing_strict_is_added_to() -> None:
    for text in ('"KdU"', "-KdU", "KdU*", '"Kosten der Unterkunft"', 'Kosten "der" Unterkunft'):
        assert query.parse(text, vocabulary=NAMES, as_of=DAY).added == ()


def test_an_addition_can_be_taken_out_and_stays_named() -> None:
    asked = query.parse("KdU", vocabulary=NAMES, without=frozenset({"kdu:mietzuschuss"}), as_of=DAY)

    assert "mietzuschuss" not in ways("KdU", without=frozenset({"kdu:mietzuschuss"}))[0][1]
    assert "kdu:mietzuschuss" in {one.id for one in asked.added}
    assert asked.without == {"kdu:mietzuschuss"}


def test_abbreviations_that_keep_their_case_are_found_by_small_letters_too() -> None:
    assert list(ways("MAG")[0][1]) == ["MAG", "massnahm beim arbeitgeb"]
    assert list(ways("arge")[0][1]) == ["arg", "ARGE"]
    assert ways("mag") == [("mag", {"mag": OF_SHORT, "MAG": OF_SHORT * OTHER_CASE})]


def test_what_was_meant_by_a_slip_leads_to_its_other_names() -> None:
    asked = query.parse("Kosten der Untekrunft", vocabulary=NAMES, slips={Token("untekrunft", 11, 21): "Unterkunft"}, as_of=DAY)

    assert [one.id for one in asked.added][:2] == [":unterkunft", "kdu:bedarfe für unterkunft"]
    (typed, alternatives) = [(clause.typed, clause.alternatives) for clause in asked.clauses][1]
    assert typed == "Untekrunft"
    assert alternatives[0] == Alternative(("unterkunft",), weight=query.MEANT)
    assert [one.terms for one in alternatives if one.how is How.ALIKE] == [("unterkunft",), ("untekrunft",)]
    assert asked.words == ("kosten", "der", "unterkunft")


def test_an_abbreviation_counts_as_much_as_a_long_word_with_its_parts() -> None:
    found = [next(iter(found.values())) for _, found in ways("EGZ Antrag MAG mag kdu egz Amt Geld")]

    assert found == [2, 1, 2, 2, 2, 1, 1, 1]  # "egz" is not in this vocabulary


def test_a_pasted_letter_is_added_to_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MAX_ADDITIONS", 2)

    assert len(query.parse("KdU und MAG", vocabulary=NAMES, as_of=DAY).added) == 2


# ---- norms -------------------------------------------------------------------------------------------------------------


def asked_ways(clause: Clause) -> list[tuple[How, str, float]]:
    return [(one.how, " ".join(one.terms), one.weight) for one in clause.alternatives]


@pytest.mark.parametrize(
    "text", ["§ 16 e", "§16e", "Paragraf 16e", "16e SGB 2", "§ 16e SGB II", "sgb 2 16e", "16E", "§ 16e  SGB\u00a0II"]
)
def test_all_spellings_of_a_norm_ask_for_the_same(text: str) -> None:
    parsed = parse(text)

    (clause,) = parsed.clauses
    assert asked_ways(clause) == [(How.NORM, "sgb2:16e", 1.0), (How.STEMS, "16e", query.NUMBER_ALONE)]
    assert clause.occur is Occur.SHOULD
    assert parsed.words == ("16e",)


def test_a_paragraph_is_asked_for_before_its_section() -> None:
    (with_letter,), (without,) = parse("§ 7a Abs. 2 Satz 1").clauses, parse("22 (1) SGB XII").clauses

    whole = query.WHOLE_SECTION
    assert asked_ways(without) == [(How.NORM, "sgb12:22:1", 1.0), (How.NORM, "sgb12:22", whole)]
    assert asked_ways(with_letter)[1:] == [(How.NORM, "sgb2:7a", whole), (How.STEMS, "7a", whole * query.NUMBER_ALONE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("§§ 16e, 16i", {"should": ["sgb2:16e", "sgb2:16i"]}, id="list"),
        pytest.param("§§ 31 bis 32", {"should": ["sgb2:31", "sgb2:32"]}, id="range"),
        pytest.param("§§ 31 - 32", {"should": ["sgb2:31", "sgb2:32"]}, id="range with a dash"),
        pytest.param("§ 31 § 31", {"should": ["sgb2:31"]}, id="twice"),
        pytest.param("darf ich § 31", {"should": ["sgb2:31"]}, id="words without meaning are left out"),
        pytest.param("Umzug nach § 22 SGB II", {"should": ["sgb2:22", "umzug"]}, id="beside a word"),
        pytest.param("16e-Förderung", {"should": ["sgb2:16e", "forder"]}, id="in a compound"),
        pytest.param("-§ 31", {"must_not": ["sgb2:31"]}, id="excluded"),
        pytest.param("-§ 31 Abs. 2 SGB II", {"must_not": ["sgb2:31:2"]}, id="excluded paragraph"),
        pytest.param("−31a Umzug", {"must_not": ["sgb2:31a"], "should": ["umzug"]}, id="excluded without a sign"),
        pytest.param("darf ich -§ 31", {"must_not": ["sgb2:31"], "should": ["darf", "ich"]}, id="only excluded"),
        pytest.param("SGB X -§ 31", {"must_not": ["sgb2:31"], "should": ["sgb x"]}, id="a statute before a minus"),
        pytest.param("§§ 16e -16i", {"should": ["sgb2:16e"], "must_not": ["sgb2:16i"]}, id="a minus ends a list"),
        pytest.param('"§ 16e" Umzug', {"must": ["16e"], "should": ["umzug"]}, id="quotes are for words"),
        pytest.param('§ 31 "SGB X"', {"should": ["sgb2:31"], "must": ["sgb x"]}, id="a statute in quotes is words"),
        pytest.param("16e*", {"must": ["16e*"]}, id="begin of a word"),
        pytest.param("SGB II 2026", {"should": ["sgb ii", "2026"]}, id="a year is none"),
        pytest.param("§ 2 und Art. 6", {"should": ["sgb2:2", "art", "6"]}, id="an article needs a statute"),
    ],
)
def test_norms_stand_beside_words(text: str, expected: dict[str, list[str]]) -> None:
    assert asked(text) == expected


def test_a_book_of_the_sgb_is_found_by_its_other_names_without_a_word() -> None:
    parsed = query.parse("Sozialgesetzbuch II", as_of=DAY)
    named = query.parse("SGB 2", vocabulary=vocabulary.load(), as_of=DAY)

    assert [one.terms for one in parsed.clauses[0].alternatives] == [("sozialgesetzbuch", "ii"), ("sgb", "ii")]
    assert ("zweit", "buch") in [one.terms for one in named.clauses[0].alternatives]
    assert named.added == ()


def test_a_statute_that_was_not_typed_is_assumed_and_said() -> None:
    parsed = parse("§ 44 SGB X, § 16e -§ 31 und § 16e")

    assert parsed.assumed == (("§\u00a016e", "SGB II"), ("§\u00a031", "SGB II"))
    assert [clause.typed for clause in parsed.clauses] == ["§\u00a044\u00a0SGB\u00a0X", "§\u00a016e", "§\u00a031"]
    assert parse("§ 16e SGB II").assumed == ()
    assert parse("§ 165").assumed == ()  # the SGB II has no such section


def test_a_section_that_guides_name_of_other_statutes_is_looked_for_there_too() -> None:
    statutes = {"44": ["SGB II", "SGB III", "SGB X"], "88": ["SGB III", "SGB XII"], "850c": ["ZPO"]}

    def norms_of(text: str, *without: str) -> dict[str, float]:
        found = query.parse(text, as_of=DAY, without=frozenset(without), statutes_with=lambda one: statutes.get(one, ()))
        return {one.terms[0]: one.weight for clause in found.clauses for one in clause.alternatives if one.how is How.NORM}

    other, whole = query.OTHER_STATUTE, query.WHOLE_SECTION
    assert norms_of("§ 44") == {"sgb2:44": 1.0, "sgb3:44": other, "sgb10:44": other}
    assert norms_of("§ 44", "§sgb3:44") == {"sgb2:44": 1.0, "sgb10:44": other}
    assert norms_of("§ 88 Abs. 1") == {
        "sgb3:88:1": 1.0,
        "sgb3:88": whole,
        "sgb12:88:1": other,
        "sgb12:88": other * whole,
    }
    assert norms_of("§ 850c") == {"zpo:850c": 1.0}
    assert norms_of("§ 31") == {"sgb2:31": 1.0}
    assert norms_of("§ 44 SGB III") == {"sgb3:44": 1.0}


def test_a_long_list_of_sections_is_added_to_within_bounds() -> None:
    parsed = query.parse("§§ 1 bis 40", as_of=DAY, statutes_with=lambda _: ("SGB II", "SGB III", "SGB X"))
    few = query.parse("§§ 1 bis 10", as_of=DAY, statutes_with=lambda _: ("SGB II", "SGB III", "SGB X"))

    assert len(parsed.assumed) == 40
    assert parsed.added == ()
    assert len(few.added) == 20 <= query.MAX_ADDITIONS


def test_sections_of_other_statutes_are_additions_and_no_words() -> None:
    parsed = query.parse("§ 88 -§ 44", as_of=DAY, statutes_with=lambda _: ("SGB III", "SGB XII"))

    assert parsed.assumed == (("§\u00a088", "SGB III"), ("§\u00a044", "SGB III"))
    assert [(one.id, one.typed, one.name, one.relation) for one in parsed.added] == [
        ("§sgb12:88", "§\u00a088", "§\u00a088\u00a0SGB\u00a0XII", Relation.SAME)
    ]
    assert parsed.names == ()


def test_an_excluded_norm_refines_nothing() -> None:
    assert parse("Umzug -§ 31 SGB II").words == ("umzug",)


def test_other_names_of_a_norm_stand_for_its_whole_section() -> None:
    names = Vocabulary([Entry(id="taam", term="Teilhabe am Arbeitsmarkt", same=("§ 16i",))])

    def weights(text: str) -> list[float]:
        (clause,) = query.parse(text, vocabulary=names, as_of=DAY).clauses
        return [one.weight for one in clause.alternatives if one.terms == ("teilhab", "am", "arbeitsmarkt")]

    (whole,) = weights("§ 16i SGB II")
    assert 0 < whole < 1
    assert weights("§ 16i Abs. 1") == [pytest.approx(query.WHOLE_SECTION * whole)]
    assert weights("§ 16i SGB III") == weights("-§ 16i") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("§ 16e", {"sgb2:16e"}, id="sign"),
        pytest.param("sgb 12 22 Abs. 1", {"sgb12:22"}, id="paragraph"),
        pytest.param("31", {"sgb2:31"}, id="number alone"),
        pytest.param("sgb2:16e", {"sgb2:16e"}, id="index term"),
        pytest.param("§§ 16e, 16i", {"sgb2:16e", "sgb2:16i"}, id="list"),
        pytest.param("Umzug", set(), id="word"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_sections_are_typed_in_any_spelling(text: str, expected: set[str]) -> None:
    assert query.sections(text) == expected
