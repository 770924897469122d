import pytest

from kb import statutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SGB II und", ("SGB II", 6), id="book"),
        pytest.param("sgb xiv", ("SGB XIV", 7), id="last book, small letters"),
        pytest.param("SGB 14", ("SGB XIV", 6), id="last book, Arabic"),
        pytest.param("des Siebenten Buches Sozialgesetzbuch", ("SGB VII", 37), id="Siebenten"),
        pytest.param("Zwölftes Buch (SGB XII)", ("SGB XII", 13), id="ordinal with an umlaut"),
        pytest.param("des Zivilprozessordnungs", ("ZPO", 24), id="genitive"),
        pytest.param("BGB-Kommentar", ("BGB", 3), id="first part of a compound"),
        pytest.param("KonzVO", ("KonzVO", 6), id="table"),
        pytest.param("LVwVfG", ("LVwVfG", 6), id="by its looks"),
        pytest.param("des Bundeselterngeld- und Elternzeitgesetzes", ("BEEG", 44), id="two words"),
        pytest.param("des Teilzeit- und\nBefristungsgesetzes", ("TzBfG", 37), id="two lines"),
        pytest.param("des Melde- und\nPassgesetzes", ("Melde- und Passgesetz", 27), id="two lines, by its looks"),
        pytest.param("der Werkstättenverordnung", ("Werkstättenverordnung", 25), id="ordinance"),
        pytest.param("der Bundeshaushaltsordnung", ("Bundeshaushaltsordnung", 26), id="federal rules"),
        pytest.param("des Gesetzes über Rechte", ("", 12), id="law without a short name"),
        pytest.param("Verordnungsermächtigung", None, id="title that begins like one"),
        pytest.param("Werkstättenverordnung", None, id="title like an ordinance"),
        pytest.param("der Hausordnung", ("", 15), id="local rule"),
        pytest.param("SGB 15", None, id="no such book"),
        pytest.param("SGB IIX", None, id="no such number"),
        pytest.param("SGB-Fälle", None, id="SGB in a compound"),
        pytest.param("Hausordnung", None, id="title"),
        pytest.param("FÖRDERUNG", None, id="capitals"),
        pytest.param("BSG", None, id="court"),
        pytest.param("BVerfG", None, id="court by its looks"),
        pytest.param("der", None, id="article"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_statute_is_read_where_its_name_begins(text: str, expected: tuple[str, int] | None) -> None:
    found = statutes.at(text, 0)

    assert (found and (found.name, found.end)) == expected


def test_a_statute_that_has_to_be_known_is_not_read_by_its_looks() -> None:
    assert statutes.at("LVwVfG", 0, is_known=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("nach dem SGB II", "SGB II", id="book"),
        pytest.param("im BGB", "BGB", id="word"),
        pytest.param("Zweites Buch Sozialgesetzbuch", "SGB II", id="spelt out"),
        pytest.param("das SGB II sagt", None, id="a word between"),
        pytest.param("nach SGB II.", None, id="end of a sentence"),
        pytest.param("SGB II\n", None, id="line before"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_statute_is_read_where_its_name_ends(text: str, expected: str | None) -> None:
    found = statutes.before(text, len(text))

    assert (found and found.name) == expected
    assert found is None or text[found.start : found.end].endswith(text[-2:])


def test_looking_back_stops() -> None:
    assert statutes.before("BGB", 3, start=1) is None


@pytest.mark.parametrize("name", ["SGB II", "SGB XIV", "BGB", "Bürgergeld-V", "Alg II-V", "UN-BRK", "FreizügG/EU", "BayBITV"])
def test_a_term_stands_for_one_name(name: str) -> None:
    assert statutes.from_term(statutes.term(name)) == name
    assert ":" not in statutes.term(name)


@pytest.mark.parametrize(
    ("name", "expected"), [("GG", True), ("DSGVO", True), ("BayBGG", True), ("BayBITV", False), ("SGB II", False)]
)
def test_some_statutes_have_articles(name: str, expected: bool) -> None:
    assert statutes.has_articles(name) is expected


def test_a_title_may_name_several_statutes() -> None:
    assert statutes.named_in("SGB II, III und XII, BGB und der beg") == {"SGB II", "SGB III", "SGB XII", "BGB"}
