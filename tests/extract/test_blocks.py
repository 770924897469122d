import pytest

from kb.extract.blocks import Drawn, breaks, may_hold_cells


def line(text: str, *, left: float = 70, right: float = 400, base: float = 0, size: float = 10) -> Drawn:
    return Drawn(text=text, left=left, right=right, base=base, size=size)


def text(*lines: Drawn) -> str:
    return "".join(f"{between}{drawn.text}" for between, drawn in zip(breaks(lines), lines, strict=True))


def page(*texts: str, step: float = 12) -> list[Drawn]:
    """Return lines of full width, one below the other."""
    return [line(text, base=700 - step * i) for i, text in enumerate(texts)]


BODY = page(
    "Die Miete wird anerkannt, wenn der",
    "Antrag vor dem Umzug gestellt und",
    "Angaben zur Wohnung gemacht sind",
    "oder folgen.",
)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(line("Danach gilt", base=652), "\n", id="the next line"),
        pytest.param(line("Danach gilt", base=645), "\n\n", id="after a gap"),
        pytest.param(line("danach gilt", base=645), "\n", id="a small letter goes on after a gap"),
        pytest.param(line("§ 22 SGB II", base=645), "\n\n", id="a sign begins anew"),
        pytest.param(line("1 Siehe dort", base=652, size=8), "\n\n", id="other type"),
        pytest.param(line("(22.3)", left=440, right=480, base=700), "\n\n", id="a note in the margin"),
        pytest.param(line("Zusicherung", left=440, right=500, base=664), "\n\n", id="beside it"),
        pytest.param(line("weiter", left=430, right=760, base=700), "\n\n", id="the next column, after the end of a sentence"),
    ],
)
def test_what_is_set_apart_begins_a_block(after: Drawn, expected: str) -> None:
    assert [*breaks([*BODY, after])] == ["", "\n", "\n", "\n", expected]


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left, right = page("Die Miete wird in der", "Regel für"), page("Menschen anerkannt", "und gezahlt.")
    columns = [*left, *(line(each.text, left=430, right=760, base=each.base + 200) for each in right)]

    assert text(*columns) == "Die Miete wird in der\nRegel für\nMenschen anerkannt\nund gezahlt."


def test_cells_are_blocks_and_what_is_wrapped_in_them_is_not() -> None:
    table = [
        line("Fachstelle", left=70, right=120, base=600),
        line("Wohnen", left=70, right=105, base=588),
        line("prüft die Miete", left=200, right=270, base=600),
        line("Karenzzeit", left=70, right=120, base=576),
        line("läuft", left=70, right=90, base=564),
    ]

    assert text(*table) == "Fachstelle\nWohnen\n\nprüft die Miete\n\nKarenzzeit\nläuft"


def test_a_line_that_was_broken_on_purpose_ends_a_block() -> None:
    items = page(
        "Zuschüsse des Arbeitgebers zur Krankenkasse", "Urlaubsgeld", "Werkzeuggeld und Reisekosten, auch für", "Monteure"
    )
    short = [line(each.text, right=70 + 5 * len(each.text), base=each.base) for each in items]

    assert text(*short) == (
        "Zuschüsse des Arbeitgebers zur Krankenkasse\nUrlaubsgeld\n\nWerkzeuggeld und Reisekosten, auch für\nMonteure"
    )


def test_lines_of_narrow_columns_are_not_held_against_wide_ones() -> None:
    title = line("Ein Titel über die ganze Seite ohne Ende", right=760, base=760)
    column = [line(each.text, right=230, base=each.base) for each in BODY]

    assert text(title, *column).count("\n\n") == 1


@pytest.mark.parametrize("hyphen", ["-", "\ufffe", "\x02"])
def test_a_divided_word_is_never_parted(hyphen: str) -> None:
    assert (
        text(line(f"Bedarfs{hyphen}", base=100), line("Gemeinschaft", left=430, base=700)) == f"Bedarfs{hyphen}\nGemeinschaft"
    )


def test_a_raised_mark_does_not_end_the_line() -> None:
    lines = [
        line("Der Plan3", right=168, base=229),
        line("enthält den Schritt. Die", left=171, base=229),
        line("Lage steht dort nicht", base=217),
        line(", sagt die Weisung", left=402, right=480, base=217),
    ]

    assert text(*lines) == "Der Plan3 enthält den Schritt. Die\nLage steht dort nicht, sagt die Weisung"


def test_a_page_without_lines_has_no_breaks() -> None:
    assert [*breaks([])] == []
    assert [*may_hold_cells([])] == []


def test_cells_are_looked_for_in_wide_lines_and_over_the_next_cell() -> None:
    lines = [*BODY, line("Lage Frist", base=600), line("Miete läuft über der Grenze der Angemessenheit", base=588)]
    below = line("prüfen", left=300, right=330, base=576)

    assert [*may_hold_cells([*lines, below])] == [False, False, False, True, True, True, False]
