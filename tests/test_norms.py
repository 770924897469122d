import random
import time
import unicodedata
from collections.abc import Callable, Sequence
from operator import attrgetter

import pytest

from kb import norms
from kb.norms import Mention, Norm


def cited(mentions: Sequence[Mention]) -> list[str]:
    return [str(norm).replace("\u00a0", " ") for mention in mentions for norm in mention.norms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # one section
        pytest.param("§ 16e SGB II", "§ 16e SGB II", id="plain"),
        pytest.param("§16e SGB II", "§ 16e SGB II", id="no blank"),
        pytest.param("§ 16 e SGB II", "§ 16e SGB II", id="letter apart"),
        pytest.param("§ 16E SGB II", "§ 16e SGB II", id="capital letter"),
        pytest.param("§\u00a016e\u00a0SGB\u00a0II", "§ 16e SGB II", id="no-break spaces"),
        pytest.param("§\u200916e\u202fSGB\u2009II", "§ 16e SGB II", id="thin spaces"),
        pytest.param("§\n16e\nSGB\nII", "§ 16e SGB II", id="line breaks"),
        pytest.param("§ 16\u00ade SG\u00adB II", "§ 16e SGB II", id="soft hyphens"),
        pytest.param("§ 16e", "§ 16e SGB II", id="default"),
        pytest.param("Nach § 16 e. Danach", "§ 16e SGB II", id="letter apart at the end of a sentence"),
        pytest.param("§ 16f Abs. 2 SGB II", "§ 16f Abs. 2 SGB II", id="f is a letter"),
        pytest.param("§ 16 f SGB II", "§ 16f SGB II", id="f apart, one section"),
        pytest.param("§ 7 a", "§ 7a SGB II", id="a apart"),
        pytest.param("§ 16e-Förderung", "§ 16e SGB II", id="compound"),
        pytest.param("„§157“", "§ 157 SGB II", id="in quotes"),
        pytest.param("(§ 16 e)", "§ 16e SGB II", id="in brackets"),
        pytest.param("Paragraf 16e", "§ 16e SGB II", id="Paragraf"),
        pytest.param("Paragraph 16 e", "§ 16e SGB II", id="Paragraph"),
        pytest.param("PARAGRAF 16e", "§ 16e SGB II", id="PARAGRAF"),
        pytest.param("des Paragrafen 16e", "§ 16e SGB II", id="Paragrafen"),
        pytest.param("Para\u00adgraf 16e", "§ 16e SGB II", id="Paragraf with a soft hyphen"),
        pytest.param("Par. 16e", "§ 16e SGB II", id="Par."),
        pytest.param("FW_SGB_III_Par_106a_Weiterbildung", "§ 106a SGB III", id="file name"),
        # statutes
        pytest.param("16e SGB II", "§ 16e SGB II", id="no sign"),
        pytest.param("16e SGB 2", "§ 16e SGB II", id="no sign, Arabic book"),
        pytest.param("nach 22 SGB II", "§ 22 SGB II", id="no sign, no letter, led in"),
        pytest.param("SGB II § 16e", "§ 16e SGB II", id="statute first"),
        pytest.param("SGB III, § 45", "§ 45 SGB III", id="statute first, comma"),
        pytest.param("BA Intranet » SGB IX » § 19", "§ 19 SGB IX", id="statute first, path"),
        pytest.param("im SGB X (§ 67)", "§ 67 SGB X", id="statute first, brackets"),
        pytest.param("§ 16e SGB-II", "§ 16e SGB II", id="SGB-II"),
        pytest.param("§ 16e SGB2", "§ 16e SGB II", id="SGB2"),
        pytest.param("§ 16e SGBII", "§ 16e SGB II", id="SGBII"),
        pytest.param("§ 16e sgb ii", "§ 16e SGB II", id="sgb ii"),
        pytest.param("§ 16e SGB\u2011II", "§ 16e SGB II", id="no-break hyphen"),
        pytest.param("§ 16e SGB II-Leistungen", "§ 16e SGB II", id="statute in a compound"),
        pytest.param("§ 41 SGB XII", "§ 41 SGB XII", id="SGB XII"),
        pytest.param("§ 41 SGB 12", "§ 41 SGB XII", id="SGB 12"),
        pytest.param("§ 16e Zweites Buch Sozialgesetzbuch", "§ 16e SGB II", id="book spelt out"),
        pytest.param("§ 16e des Zweiten Buches Sozialgesetzbuch", "§ 16e SGB II", id="book in the genitive"),
        pytest.param("§ 2 Absatz 1 des Neunten Buches", "§ 2 Abs. 1 SGB IX", id="book alone"),
        pytest.param("§ 16e Sozialgesetzbuch II", "§ 16e SGB II", id="Sozialgesetzbuch II"),
        pytest.param("§ 16e Sozialgesetzbuch (SGB) Zweites Buch", "§ 16e SGB II", id="Sozialgesetzbuch (SGB)"),
        pytest.param("§ 1601 BGB", "§ 1601 BGB", id="four digits"),
        pytest.param("§ 433 des Bürgerlichen Gesetzbuches", "§ 433 BGB", id="adjective"),
        pytest.param("§ 1 des Betriebsrentengesetzes", "§ 1 BetrAVG", id="law spelt out"),
        pytest.param("§ 207 der Insolvenzordnung", "§ 207 InsO", id="ordinance spelt out"),
        pytest.param("§ 14 des Teilzeit- und Befristungsgesetzes", "§ 14 TzBfG", id="law of two words"),
        pytest.param("§ 28 dieses Gesetzes", "§ 28 SGB II", id="law that is quoted"),
        pytest.param("§ 6a BKGG", "§ 6a BKGG", id="BKGG"),
        pytest.param("§ 4 Bürgergeld-V", "§ 4 Bürgergeld-V", id="Bürgergeld-V"),
        pytest.param("§ 11 Alg II-V", "§ 11 Alg II-V", id="Alg II-V"),
        pytest.param("§ 7 BAföG", "§ 7 BAföG", id="BAföG"),
        pytest.param("§ 4 BITV", "§ 4 BITV", id="BITV"),
        pytest.param("§ 8 BayBITV", "§ 8 BayBITV", id="not in the table"),
        pytest.param("§ 3 des Hinweisgeberschutzgesetzes", "§ 3 Hinweisgeberschutzgesetz", id="not in the table, spelt out"),
        pytest.param("Art. 3 GG", "Art. 3 GG", id="article"),
        pytest.param("Artikel 6 Abs. 1 Buchst. b DSGVO", "Art. 6 Abs. 1 Buchst. b DSGVO", id="Artikel"),
        pytest.param("Art. 6 DS-GVO", "Art. 6 DSGVO", id="DS-GVO"),
        pytest.param("Art. 13 BayBGG", "Art. 13 BayBGG", id="article of Bavaria"),
        pytest.param("§ 95 KuG", "§ 95 SGB II", id="a benefit is no statute"),
        # parts of a section
        pytest.param("§ 16e Absatz 1", "§ 16e Abs. 1 SGB II", id="Absatz"),
        pytest.param("§ 31a Abs 1 S. 2", "§ 31a Abs. 1 Satz 2 SGB II", id="Abs without a dot"),
        pytest.param("§ 150 Abs.1 S.2 SGB III", "§ 150 Abs. 1 Satz 2 SGB III", id="no blanks"),
        pytest.param("§ 22 (2) SGB III", "§ 22 Abs. 2 SGB III", id="paragraph in brackets"),
        pytest.param(
            "§ 16e Abs. 1 Satz 2 Nr. 3 Buchst. a SGB II", "§ 16e Abs. 1 Satz 2 Nr. 3 Buchst. a SGB II", id="all parts"
        ),
        pytest.param("§ 60 Abs. 1 Satz 1 Ziffer 2 SGB I", "§ 60 Abs. 1 Satz 1 Nr. 2 SGB I", id="Ziffer"),
        pytest.param("§ 104 Absatz 1 Nummer 2a SGB III", "§ 104 Abs. 1 Nr. 2a SGB III", id="Nummer"),
        pytest.param("§ 187 Abs. 1 Nr. 3 lit. a SGB IX", "§ 187 Abs. 1 Nr. 3 Buchst. a SGB IX", id="lit."),
        pytest.param("§ 16 I 2 SGB II", "§ 16 Abs. 1 Satz 2 SGB II", id="Roman paragraph"),
        pytest.param("§ 7 III Nr. 3 SGB II", "§ 7 Abs. 3 Nr. 3 SGB II", id="Roman paragraph, number"),
        pytest.param("§ 16 I und", "§ 16 SGB II", id="Roman number without a statute"),
        pytest.param("§ 92 Abs. 1 Nr. 2, 2. Halbsatz SGB III", "§ 92 Abs. 1 Nr. 2 SGB III", id="Halbsatz"),
        pytest.param("§ 55 Abs. 1 Nr. 2, 2. Alt. InsO", "§ 55 Abs. 1 Nr. 2 InsO", id="Alternative"),
        pytest.param("§ 10 Abs. 1 letzter Satz AÜG", "§ 10 Abs. 1 AÜG", id="letzter Satz"),
        pytest.param("§ 16e a. F. SGB II", "§ 16e SGB II", id="old version"),
        # several sections
        pytest.param("§§ 16e, 16i und 16k SGB II", "§ 16e SGB II; § 16i SGB II; § 16k SGB II", id="list"),
        pytest.param("§§ 16e (alte und neue Fassung) und 16i SGB II", "§ 16e SGB II; § 16i SGB II", id="list with a remark"),
        pytest.param("Paragrafen 45 und 46 SGB III", "§ 45 SGB III; § 46 SGB III", id="plural Paragrafen"),
        pytest.param("§ § 45, 46 SGB III", "§ 45 SGB III; § 46 SGB III", id="signs apart"),
        pytest.param("§ 156 bzw. 281 InsO", "§ 156 InsO; § 281 InsO", id="list after one sign"),
        pytest.param("§ 16e, 16i", "§ 16e SGB II; § 16i SGB II", id="letters after one sign"),
        pytest.param("§§ 31 bis 32 SGB II", "§ 31 SGB II; § 32 SGB II", id="bis"),
        pytest.param("§§ 323 – 325 SGB III", "§ 323 SGB III; § 324 SGB III; § 325 SGB III", id="dash"),
        pytest.param("§§ 31-31b", "§ 31 SGB II; § 31a SGB II; § 31b SGB II", id="range into letters"),
        pytest.param("§§ 16a bis 16c", "§ 16a SGB II; § 16b SGB II; § 16c SGB II", id="range of letters"),
        pytest.param("§§ 16a-c", "§ 16a SGB II; § 16b SGB II; § 16c SGB II", id="range of bare letters"),
        pytest.param("§§ 16a, b und d SGB II", "§ 16a SGB II; § 16b SGB II; § 16d SGB II", id="bare letters"),
        pytest.param("§§ 1 bis 900 SGB III", "§ 1 SGB III; § 900 SGB III", id="long range"),
        pytest.param("§ 44 ff.", "§ 44 SGB II", id="ff."),
        pytest.param("§§ 44ff SGB X", "§ 44 SGB X", id="ff"),
        pytest.param("§§ 44 f. SGB X", "§ 44 SGB X", id="f."),
        pytest.param("§§ 44f. SGB X", "§ 44 SGB X", id="f. without a blank"),
        pytest.param("§ 7 Abs. 1 und 2", "§ 7 Abs. 1 SGB II; § 7 Abs. 2 SGB II", id="paragraphs"),
        pytest.param(
            "§ 320 Abs. 1 Satz 2 und 3, Abs. 4a SGB III",
            "§ 320 Abs. 1 Satz 2 SGB III; § 320 Abs. 1 Satz 3 SGB III; § 320 Abs. 4a SGB III",
            id="sentences and paragraphs",
        ),
        pytest.param("§ 7 Abs. 1 i. V. m. Abs. 4 SGB II", "§ 7 Abs. 1 SGB II; § 7 Abs. 4 SGB II", id="i. V. m. inside"),
        pytest.param("§§ 87 Abs. 1, 87a Abs. 1 HGB", "§ 87 Abs. 1 HGB; § 87a Abs. 1 HGB", id="sections with paragraphs"),
        pytest.param("§§ 113 Abs. 1 Nr. 1 und 114 SGB III", "§ 113 Abs. 1 Nr. 1 SGB III; § 114 SGB III", id="back to sections"),
        pytest.param("§ 5 Abs. 1 Nr. 3 Satz 2 SGB II", "§ 5 Abs. 1 Satz 2 Nr. 3 SGB II", id="sentence after the number"),
        pytest.param("§ 404 Abs. 2 Nrn. 22 und 26", "§ 404 Abs. 2 Nr. 22 SGB II; § 404 Abs. 2 Nr. 26 SGB II", id="Nrn."),
        pytest.param(
            "§ 187 Abs. 1 Nr. 3 a - b SGB IX",
            "§ 187 Abs. 1 Nr. 3 Buchst. a SGB IX; § 187 Abs. 1 Nr. 3 Buchst. b SGB IX",
            id="letters without a name",
        ),
        # several references
        pytest.param("§ 45 SGB III i. V. m. § 16 Abs. 1 SGB II", "§ 45 SGB III; § 16 Abs. 1 SGB II", id="i. V. m."),
        pytest.param("§ 16i.V.m. § 45 SGB III", "§ 16 SGB III; § 45 SGB III", id="i.V.m. without a blank"),
        pytest.param("§ 16 i. V. m. § 45 SGB III", "§ 16 SGB III; § 45 SGB III", id="i is no letter"),
        pytest.param("§ 7 u. § 8 SGB III", "§ 7 SGB III; § 8 SGB III", id="u. is no letter"),
        pytest.param("§ 16e und § 16i SGB XII", "§ 16e SGB XII; § 16i SGB XII", id="statute passed on"),
        pytest.param(
            "§ 113 Nr. 1 und § 115 Satz 1 i.V.m. § 44 SGB III",
            "§ 113 Nr. 1 SGB III; § 115 Satz 1 SGB III; § 44 SGB III",
            id="statute passed on twice",
        ),
        pytest.param("§ 9, aber § 10 SGB III", "§ 9 SGB II; § 10 SGB III", id="statute not passed on"),
        pytest.param("§ 16e | § 45 SGB III", "§ 16e SGB II; § 45 SGB III", id="cells of a table"),
        pytest.param("§§ 66 BBiG/ § 42r HwO", "§ 66 BBiG; § 42r HwO", id="slash"),
    ],
)
def test_a_spelling_in_running_text_is_read(text: str, expected: str) -> None:
    assert cited(norms.find(text)) == expected.split("; ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("16e", "§ 16e SGB II", id="bare"),
        pytest.param("31A", "§ 31a SGB II", id="bare capital"),
        pytest.param("16e coaching", "§ 16e SGB II", id="bare and a word"),
        pytest.param("16e-förderung", "§ 16e SGB II", id="bare in a compound"),
        pytest.param("16e sgb2", "§ 16e SGB II", id="sgb2"),
        pytest.param("16e sgb 3", "§ 16e SGB III", id="sgb 3"),
        pytest.param("sgb ii 16e", "§ 16e SGB II", id="statute first"),
        pytest.param("sgb 2 22", "§ 22 SGB II", id="statute first, no letter"),
        pytest.param("sgb2 §16e", "§ 16e SGB II", id="statute first, sign"),
        pytest.param("bgb 1601", "§ 1601 BGB", id="other statute first"),
        pytest.param("22 sgb 2", "§ 22 SGB II", id="no letter"),
        pytest.param("22 SGB II Unterkunft", "§ 22 SGB II", id="no letter, word after"),
        pytest.param("11 bgb", "§ 11 BGB", id="bgb"),
        pytest.param("par 16e", "§ 16e SGB II", id="par"),
        pytest.param("paragraf 16 e abs 2", "§ 16e Abs. 2 SGB II", id="paragraf"),
        pytest.param("7 abs 2", "§ 7 Abs. 2 SGB II", id="no sign, paragraph"),
        pytest.param("16 e abs 2", "§ 16e Abs. 2 SGB II", id="letter apart, paragraph"),
        pytest.param("§16i", "§ 16i SGB II", id="sign"),
        pytest.param("§ 44", "§ 44 SGB II", id="no letter, sign"),
        pytest.param("§§ 16e, 16i", "§ 16e SGB II; § 16i SGB II", id="list"),
        pytest.param("16e, 16i", "§ 16e SGB II; § 16i SGB II", id="bare list"),
        pytest.param("16e 16i", "§ 16e SGB II; § 16i SGB II", id="two bare"),
        pytest.param("16e/16i", "§ 16e SGB II; § 16i SGB II", id="slash"),
        pytest.param("7, 8 sgb ii", "§ 7 SGB II; § 8 SGB II", id="bare list before a statute"),
        pytest.param("§ 7 und 8", "§ 7 SGB II; § 8 SGB II", id="list after one sign"),
        pytest.param("§ 44 ff.", "§ 44 SGB II", id="ff."),
        pytest.param("art 3 gg", "Art. 3 GG", id="article"),
        pytest.param("§ 3 uvg", "§ 3 UVG", id="uvg"),
        pytest.param("1, 2 und 16e", "§ 16e SGB II", id="numbers before"),
        pytest.param("Coaching nach 16e und 2 Kinder", "§ 16e SGB II", id="a number is no section"),
    ],
)
def test_a_typed_spelling_is_read(text: str, expected: str) -> None:
    assert cited(norms.find_typed(text)) == expected.split("; ")


@pytest.mark.parametrize(
    "text",
    [
        *("", "§", "§§", "§ §", "§ e", "§ 0", "16 e-Mails", "Kapitel 16", "am 16. Mai", "Seite 22", "100 SGB-Fälle", "1 a"),
        *("16", "24h", "16er", "2024", "12.5a", "31.12.2025", "SGB II", "sgb 2", "16 Euro", "Art. 5", "in der Art 3 Fälle"),
        *("Partner 3", "§ 5 der Satzung", "§ 3 des Mietvertrages", "100 SGB II-Fälle", "Artikel 7 der Richtlinie 2016/2102"),
    ],
)
def test_what_looks_alike_is_no_norm(text: str) -> None:
    assert norms.find(text) == []
    assert norms.find_typed(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "16e",
            "31a",
            "22 SGB II",
            "3 SGB II im Überblick",
            "Kapitel 16 SGB II",
            "• Nr. 2 Abs. 1: neu gefasst",
            "1, 2 und 16e",
        ),
        *("Seite 22 SGB II", "30 SGB II-Empfänger", "Stand 2024 SGB II"),
    ],
)
def test_running_text_needs_more_than_a_number(text: str) -> None:
    assert norms.find(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("nach § 16 a und b", "§ 16 a und b", id="two letters"),
        pytest.param("im § 5 Absatz ohne Zahl", "§ 5", id="a word after the number"),
        pytest.param("im § 7 und 3 weitere", "§ 7", id="a number after und"),
        pytest.param("im § 31a SGB II.", "§ 31a SGB II", id="no full stop"),
        pytest.param("das SGB II (§ 16e) sagt", "SGB II (§ 16e", id="statute first"),
        pytest.param("Für Arbeitslose: Zu\u00adschuss (§ 16e SGB\u00adII) gibt es", "§ 16e SGB\u00adII", id="soft hyphens"),
        pytest.param(
            unicodedata.normalize("NFD", "Für die Härte: § 7 BAföG gilt"), unicodedata.normalize("NFD", "§ 7 BAföG"), id="NFD"
        ),
        pytest.param(
            unicodedata.normalize("NFD", "nach § 2 AÜG."), unicodedata.normalize("NFD", "§ 2 AÜG"), id="NFD, composed inside"
        ),
    ],
)
def test_offsets_refer_to_the_text_as_given(text: str, expected: str) -> None:
    (mention,) = norms.find(text)

    assert text[mention.start : mention.end] == expected


def test_a_decomposed_text_names_the_same_norms() -> None:
    text = "§ 7 BAföG, § 2 AÜG und § 4 der Bürgergeld-V"

    assert cited(norms.find(unicodedata.normalize("NFD", text))) == cited(norms.find(text))


def test_a_mention_knows_whether_the_text_names_the_statute() -> None:
    found = norms.find("§ 16e, dann § 45 und § 46 SGB III", default="SGB XII")

    assert [(mention.norms[0].statute, mention.has_statute) for mention in found] == [
        ("SGB XII", False),
        ("SGB III", True),
        ("SGB III", True),
    ]


def test_a_norm_is_named_once_per_mention() -> None:
    assert cited(norms.find("§§ 16e, 16e und 16e SGB II")) == ["§ 16e SGB II"]


# ---- norms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("norm", "terms"),
    [
        pytest.param(Norm("SGB II", "16e"), ("sgb2:16e",), id="section"),
        pytest.param(Norm("SGB XII", "41", "1a"), ("sgb12:41", "sgb12:41:1a"), id="paragraph"),
        pytest.param(Norm("GG", "3"), ("gg:3",), id="article"),
        pytest.param(Norm("Bürgergeld-V", "4"), ("bürgergeldv:4",), id="hyphen"),
        pytest.param(Norm("Alg II-V", "4"), ("algiiv:4",), id="blank"),
        pytest.param(Norm("BayBITV", "8"), ("BayBITV:8",), id="not in the table"),
    ],
)
def test_a_norm_and_its_terms_stand_for_each_other(norm: Norm, terms: tuple[str, ...]) -> None:
    assert norm.terms == terms
    assert norm.term == terms[0]
    assert Norm.from_term(terms[-1]) == norm


def test_a_term_leaves_out_what_is_finer_than_a_paragraph() -> None:
    assert Norm("SGB II", "16e", "1", "2", "3", "a").terms == ("sgb2:16e", "sgb2:16e:1")


@pytest.mark.parametrize(
    "term", ["", "sgb2", "sgb2:", ":16e", "sgb2:16ee", "sgb2:e", "sgb2:16e:", "sgb2:16e:1:2", "sgb2:16e\n"]
)
def test_what_is_no_term_is_refused(term: str) -> None:
    with pytest.raises(ValueError, match="no term of a norm"):
        Norm.from_term(term)


def test_a_norm_is_shown_without_a_place_to_break_the_line() -> None:
    assert str(Norm("SGB II", "16e", "1", "2")) == "§\u00a016e\u00a0Abs.\u00a01\u00a0Satz\u00a02\u00a0SGB\u00a0II"


def test_what_is_shown_is_read_again() -> None:
    norm = Norm("SGB III", "81", "1", "2", "3", "a")

    assert norms.find(str(norm))[0].norms == (norm,)


def test_norms_sort_as_statutes_count() -> None:
    ordered = [
        *(Norm("BGB", "1"), Norm("SGB II", "7"), Norm("SGB II", "16"), Norm("SGB II", "16", "2"), Norm("SGB II", "16", "10")),
        *(Norm("SGB II", "16a"), Norm("SGB II", "100"), Norm("SGB X", "5")),
    ]

    assert sorted(random.Random(1).sample(ordered, len(ordered)), key=attrgetter("order")) == ordered


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Fachliche Weisungen § 44 SGB III", "SGB III", id="with a section"),
        pytest.param("Fachliche Weisungen § 44 SGB III. Drittes Buch Sozialgesetzbuch", "SGB III", id="named twice"),
        pytest.param("FW_SGB_I_Par_14_Beratung", "SGB I", id="file name"),
        pytest.param("fw-sgb-iii-44", "SGB III", id="small letters"),
        pytest.param("Leitfaden zum Zweiten Buch", "SGB II", id="spelt out"),
        pytest.param("Anträge nach dem Bundeskindergeldgesetz", "BKGG", id="other statute"),
        pytest.param(unicodedata.normalize("NFD", "Hinweise zum AÜG"), "AÜG", id="NFD"),
        pytest.param("Übergang SGB II/III", None, id="two books"),
        pytest.param("Zwischen SGB II und XII", None, id="two books with und"),
        pytest.param("SGB II und BGB", None, id="two statutes"),
        pytest.param("Beratung gut führen", None, id="none"),
        pytest.param("Der Weg in Arbeit", None, id="a noun that looks like an abbreviation"),
        pytest.param("Leitfaden WEG", "WEG", id="an abbreviation that looks like a noun"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_title_names_one_statute_or_none(title: str, expected: str | None) -> None:
    assert norms.statute_of(title) == expected


# ---- any text ----------------------------------------------------------------------------------------------------------

SIGNS = ["§ 16", "§ 7 ", "§§ 45, 46", "Par. 31a", "16e ", "22 SGB II"]
PIECES = [
    *(
        "§",
        "§§",
        "§ ",
        "Art. ",
        "Paragraf ",
        "Par. ",
        "16",
        "7",
        "0",
        "1601",
        "e",
        "a",
        "f",
        "ff.",
        "i",
        " ",
        "  ",
        "\u00a0",
        "\n",
    ),
    *(",", ", ", "/", "-", "–", "(", ")", ".", " und ", " bis ", " i. V. m. ", " Abs. ", " Satz ", " Nr. ", " Buchst. ", "(1)"),
    *(
        " SGB II",
        "SGB 3",
        " BGB",
        " GG",
        " BayBITV",
        " des Neunten Buches",
        " der Satzung",
        " I",
        " V 2",
        "\u00ad",
        "\u0308",
        "BAfo",
    ),
    *("_", "²", "٣", "😀", "x"),
]


@pytest.mark.parametrize("find", [norms.find, norms.find_typed])
def test_any_text_yields_ascending_disjoint_mentions(find: Callable[[str], list[Mention]]) -> None:
    chance = random.Random(16)
    n_norms = 0
    for _ in range(5_000):
        text = "".join(chance.choice(SIGNS if chance.random() < 0.3 else PIECES) for _ in range(chance.randint(1, 24)))

        at = 0
        for start, end, named, _has_statute in find(text):
            assert at <= start < end <= len(text), text
            assert named, text
            assert all(Norm.from_term(norm.terms[-1]).term == norm.term for norm in named), text
            at, n_norms = end, n_norms + len(named)
    assert n_norms > 5_000


def cpu_s(find: Callable[[str], list[Mention]], text: str) -> float:
    started = time.process_time()
    find(text)
    return time.process_time() - started


@pytest.mark.parametrize("find", [norms.find, norms.find_typed])
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "§ § 1 1 a a , und ",
            "§",
            " ",
            "1",
            "1 ",
            "§ 1, ",
            "§ 1 und ",
            "7 Abs ",
            "1, ",
            "1 und ",
            "16e, ",
            "§ 1 Abs. 1 Satz 1 Nr. 1 ",
        ),
        *(
            "SGB ",
            "SGB II ",
            "A",
            "§ 1 " + "A" * 200,
            "Art. 1 ",
            "( § (1) ",
            " i.V.m.  und ",
            "§§ 1-41, 1-41, ",
            "\u00ad§\u00ad 1\u00ad6e",
        ),
    ],
)
def test_time_grows_with_the_length_of_the_text(find: Callable[[str], list[Mention]], piece: str) -> None:
    n_chars = 8_000
    text = piece * (4 * n_chars // len(piece) + 1)

    short, long = (min(cpu_s(find, text[:n]) for _ in range(2)) for n in (n_chars, 4 * n_chars))

    assert long < 10 * short + 0.02  # 16 times where it grows with the square


@pytest.mark.parametrize(
    ("term", "is_lost"),
    [
        ("sgb2:99", False),
        ("sgb2:100", True),
        ("sgb2:165:1", True),
        ("sgb2:65e", False),
        ("sgb2:165a", True),
        ("sgb3:165", False),
    ],
)
def test_the_sgb_ii_has_no_section_above_its_last(term: str, is_lost: bool) -> None:
    assert norms.is_lost(term) is is_lost
