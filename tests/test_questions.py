from pathlib import Path

import pytest
from builders import guide, passages
from dictionary_engine import DictionaryEngine

from kb import questions
from kb.errors import QuestionsError, QuestionsProblem
from kb.model import Engine
from kb.questions import Move, Outcome, Question, Standing, Verdict


def engine() -> Engine:
    """Each guide has more of the words "Umzug Kaution Miete Heizung" than the next; the first has an earlier edition."""
    guides = [
        guide("neu", title="Umzug", work_id="umzug", edition="2026"),
        guide("alt", title="Umzug früher", work_id="umzug", edition="2017"),
        guide("kaution", title="Kaution"),
        guide("heizung", title="Heizung"),
    ]
    found = [
        *passages("neu", "Umzug Kaution Miete Heizung", "Möbel", heading=("4 Umzug", "4.1 Vor der Unterschrift")),
        *passages("alt", "Umzug Zusicherung"),
        *passages("kaution", "Kaution Miete Heizung"),
        *passages("heizung", "Heizung"),
    ]
    return DictionaryEngine(guides, found)


def ask(text: str, *expected: str, **facts: object) -> Outcome:
    return questions.ask(engine(), Question(text=text, expected=expected, **facts))  # type: ignore[arg-type]  # named by the tests


ALL = "Umzug Kaution Miete Heizung"


def test_a_guide_is_expected_among_the_first() -> None:
    assert [one.id for one in ask(ALL, "neu.pdf").first] == ["neu", "kaution", "heizung"]
    assert ask(ALL, "heizung.pdf").verdict is Verdict.PASSED
    assert ask(ALL, "kaution.pdf", within=1).verdict is Verdict.FAILED
    assert ask(ALL, "kaution.pdf", within=1).ranks == (2,)


def test_a_guide_may_be_named_by_its_title() -> None:
    assert ask(ALL, "Kaution").ranks == (2,)


def test_what_does_not_match_is_not_found() -> None:
    outcome = ask("Möbel", "kaution.pdf")

    assert (outcome.rank, outcome.strangers) == (None, ())
    assert outcome.verdict is Verdict.FAILED


def test_what_the_index_does_not_have_is_told_apart() -> None:
    assert ask(ALL, "neu.pdf", "weg.pdf").strangers == ("weg.pdf",)


def test_all_expected_must_be_there_unless_one_is_enough() -> None:
    assert ask(ALL, "neu.pdf", "heizung.pdf", within=1).rank == 3
    assert ask(ALL, "neu.pdf", "heizung.pdf", within=1, any_suffices=True).verdict is Verdict.PASSED
    assert ask(ALL, "neu.pdf", "weg.pdf").rank is None
    assert ask(ALL, "neu.pdf", "weg.pdf", any_suffices=True).rank == 1


@pytest.mark.parametrize(
    ("passage", "is_there"),
    [
        pytest.param("4.1 vor der", True, id="part of a heading"),
        pytest.param("4 Umzug › 4.1", True, id="part of the trail"),
        pytest.param("Seite 1", True, id="page"),
        pytest.param("Seite 2", False, id="page that is not shown"),
        pytest.param("4.2", False, id="another heading"),
    ],
)
def test_the_passage_must_be_shown(passage: str, is_there: bool) -> None:
    outcome = ask("Kaution", "neu.pdf", passage=passage)

    assert outcome.misses_passage is not is_there
    assert outcome.is_as_expected is is_there


def test_an_earlier_edition_counts_where_a_passage_of_it_is_shown() -> None:
    assert ask("Zusicherung", "alt.pdf").ranks == (1,)
    assert ask("Umzug", "alt.pdf").ranks == (1,)  # folded into the current edition
    assert ask("Möbel", "alt.pdf").ranks == (None,)


def test_what_is_not_wanted_must_not_speak_for_one_of_the_first() -> None:
    assert ask(ALL, "neu.pdf", unwanted=("kaution.pdf",)).intruders == (("kaution.pdf", 2),)
    assert ask(ALL, "neu.pdf", unwanted=("kaution.pdf",), within=1).verdict is Verdict.PASSED
    assert ask("Umzug", "neu.pdf", unwanted=("alt.pdf",)).intruders == ()  # the current one speaks
    assert ask("Zusicherung", "neu.pdf", unwanted=("alt.pdf",)).verdict is Verdict.FAILED


def test_what_is_known_to_fail_is_told_apart_until_it_passes() -> None:
    assert ask("Möbel", "kaution.pdf", known="noch kein Synonym").verdict is Verdict.KNOWN
    assert ask("Möbel", "neu.pdf", known="noch kein Synonym").verdict is Verdict.SOLVED


# ---- earlier runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(Standing(3, True), Move.BETTER, id="further up"),
        pytest.param(Standing(None, False), Move.BETTER, id="found now"),
        pytest.param(Standing(2, False), Move.BETTER, id="same rank, passes now"),
        pytest.param(Standing(1, True), Move.WORSE, id="further down"),
        pytest.param(Standing(2, True), None, id="as before"),
        pytest.param(None, Move.NEW, id="not asked before"),
    ],
)
def test_moves_are_told_by_rank_and_by_what_passes(before: Standing | None, expected: Move | None) -> None:
    outcome = ask(ALL, "kaution.pdf")

    moved = list(questions.moves([outcome], {ALL: before} if before else {}))

    assert moved == ([(outcome, expected)] if expected else [])


def test_a_run_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    outcomes = [ask(ALL, "kaution.pdf"), ask("Möbel", "kaution.pdf")]

    questions.save(tmp_path / "plaetze.json", outcomes)

    before = questions.load_standings(tmp_path / "plaetze.json")
    assert before == {ALL: Standing(2, True), "Möbel": Standing(None, False)}
    assert list(questions.moves(outcomes, before)) == []


@pytest.mark.parametrize("content", [None, "{", "[1]", '{"Umzug": 1}', '{"Umzug": {"rank": 1}}'])
def test_another_file_is_no_earlier_run(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "plaetze.json").write_text(content, "utf-8")

    with pytest.raises(QuestionsError) as caught:
        questions.load_standings(tmp_path / "plaetze.json")

    assert caught.value.problem is QuestionsProblem.NO_BASELINE


# ---- the file ----------------------------------------------------------------------------------------------------------


def load(folder: Path, text: str) -> list[Question]:
    file = folder / "fragen.toml"
    file.write_text(text, "utf-8")
    return questions.load(file)


FRAGE = '[[frage]]\nsuche = "EGV"\nerwartet = ["a.pdf"]\n'


def test_a_question_says_what_it_says(tmp_path: Path) -> None:
    more = 'bis = 1\nstelle = "3.2"\nnicht = ["b.pdf"]\nohne_gemeinsames_wort = true\nbekannt = "fehlt"\n'

    assert load(tmp_path, "schema_version = 1\n" + FRAGE + more) == [
        Question(
            text="EGV",
            expected=("a.pdf",),
            within=1,
            passage="3.2",
            unwanted=("b.pdf",),
            shares_no_word=True,
            known="fehlt",
        )
    ]


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path, "schema_version = 1\n" + FRAGE) == [Question(text="EGV", expected=("a.pdf",))]


@pytest.mark.parametrize(
    ("text", "problem", "entry", "key"),
    [
        pytest.param(FRAGE, QuestionsProblem.OTHER_VERSION, "", "", id="no version"),
        pytest.param("schema_version = 2\n" + FRAGE, QuestionsProblem.OTHER_VERSION, "", "", id="other version"),
        pytest.param("schema_version = 1", QuestionsProblem.NO_QUESTIONS, "", "", id="no question"),
        pytest.param("schema_version = 1\nfrage = []", QuestionsProblem.NO_QUESTIONS, "", "", id="empty"),
        pytest.param("schema_version = 1\nbis = 3\n" + FRAGE, QuestionsProblem.NO_QUESTIONS, "", "", id="key outside"),
        pytest.param("schema_version = 1\nfrage = [1]", QuestionsProblem.MISSING, "1", "suche", id="no table"),
        pytest.param(
            'schema_version = 1\n[[frage]]\nerwartet = ["a"]', QuestionsProblem.MISSING, "1", "suche", id="nothing to search"
        ),
        pytest.param(
            'schema_version = 1\n[[frage]]\nsuche = "EGV"', QuestionsProblem.MISSING, "1 („EGV“)", "erwartet", id="no target"
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, problem: QuestionsProblem, entry: str, key: str) -> None:
    with pytest.raises(QuestionsError) as caught:
        load(tmp_path, text)

    assert (caught.value.problem, caught.value.entry, caught.value.key) == (problem, entry, key)


@pytest.mark.parametrize(
    ("line", "problem", "key"),
    [
        pytest.param("rang = 1", QuestionsProblem.UNKNOWN_KEY, "rang", id="unknown key"),
        pytest.param("bis = 0", QuestionsProblem.NO_RANK, "bis", id="zero"),
        pytest.param("bis = 51", QuestionsProblem.NO_RANK, "bis", id="beyond what is looked at"),
        pytest.param("bis = true", QuestionsProblem.NO_RANK, "bis", id="truth for a number"),
        pytest.param("stelle = 4", QuestionsProblem.NO_TEXT, "stelle", id="number for a text"),
        pytest.param('bekannt = " "', QuestionsProblem.NO_TEXT, "bekannt", id="empty reason"),
        pytest.param('nicht = "b.pdf"', QuestionsProblem.NO_LIST, "nicht", id="text for a list"),
        pytest.param("nicht = []", QuestionsProblem.NO_LIST, "nicht", id="empty list"),
        pytest.param("nicht = [1]", QuestionsProblem.NO_LIST, "nicht", id="list of numbers"),
        pytest.param('eine_genuegt = "ja"', QuestionsProblem.NO_TRUTH, "eine_genuegt", id="text for a truth"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, line: str, problem: QuestionsProblem, key: str) -> None:
    with pytest.raises(QuestionsError) as caught:
        load(tmp_path, f"schema_version = 1\n{FRAGE}{line}\n")

    assert (caught.value.problem, caught.value.entry, caught.value.key) == (problem, "1 („EGV“)", key)


def test_a_passage_is_asked_of_one_guide_only(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as caught:
        load(tmp_path, 'schema_version = 1\n[[frage]]\nsuche = "EGV"\nerwartet = ["a", "b"]\nstelle = "3.2"\n')

    assert caught.value.problem is QuestionsProblem.AMBIGUOUS


def test_a_question_is_asked_once(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as caught:
        load(tmp_path, "schema_version = 1\n" + FRAGE + FRAGE)

    assert (caught.value.problem, caught.value.entry) == (QuestionsProblem.TWICE, "2 („EGV“)")


@pytest.mark.parametrize("content", [None, b"schema_version = ", b'schema_version = "\xfc"'])
def test_a_file_must_be_readable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "fragen.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(QuestionsError) as caught:
        questions.load(file)

    assert (caught.value.file, caught.value.problem) == (str(file), QuestionsProblem.NOT_TOML)
