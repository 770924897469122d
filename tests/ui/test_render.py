from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from dictionary_engine import DictionaryEngine, guide, passage

from kb import messages, query, search, topics
from kb.everyday import Everyday
from kb.model import Answer, Axis, Guide, Passage, Snippet, Totals
from kb.ui import glossar, overview, parts, render
from kb.ui.address import View
from kb.vocabulary import Entry, Vocabulary

DAY = date(2026, 11, 22)
TAXONOMY = topics.load()
HOSTILE = "<script>alert(1)</script>"


def ask(
    text: str, guides: Sequence[Guide], passages: Sequence[Passage], *, offset: int = 0, limit: int = search.PAGE_SIZE
) -> Answer:
    return search.answer(DictionaryEngine(guides, passages), text, offset=offset, limit=limit, as_of=DAY)


def html(text: str, guides: Sequence[Guide], passages: Sequence[Passage]) -> str:
    return render.results(ask(text, guides, passages), TAXONOMY)


def test_title_leads_to_the_page_of_the_best_passage() -> None:
    one = guide("Umzug begleiten")

    shown = html("Umzug", [one], [passage(one, 1, "Der Umzug beginnt.", page=12, heading=("3 Ablauf", "3.2 Erstgespräch"))])

    assert '<a href="/original/umzug-begleiten/umzug-begleiten.pdf#page=12" target="_blank">Umzug begleiten' in shown
    assert "Seite\u00a012" in shown
    assert '<p class="kb-trail">3 Ablauf › 3.2 Erstgespräch</p>' in shown
    assert "Der <mark>Umzug</mark> beginnt." in shown


def test_word_file_names_its_section_and_is_a_download() -> None:
    one = guide("Umzug", places=("beratung/umzug.docx",))

    shown = html("Umzug", [one], [passage(one, 1, "Der Umzug.", page=None, heading=("2 Kosten",))])

    assert '<a href="/original/umzug/umzug.docx" download>' in shown
    assert "Word-Datei zum Herunterladen" in shown
    assert "Abschnitt 2 Kosten" in shown
    assert "Seite" not in shown


def test_everything_from_a_guide_is_escaped() -> None:
    one = guide(HOSTILE, id='"><i>', places=(f"beratung/{HOSTILE}.pdf",), kind="<b>", topics=("<u>",), edition="<i>-<i>")
    other = guide("Alt " + HOSTILE, work_id=one.work_id, edition="2017")
    answer = ask("alert", [one, other], [passage(one, n, HOSTILE, page=n, heading=(HOSTILE,)) for n in (1, 2)])

    shown = render.results(answer, TAXONOMY) + parts.chips(
        View(text=HOSTILE, selection={Axis.TOPIC: frozenset({"<u>"})}), TAXONOMY
    )

    for tag in ("<script", "<i>", "<b>", "<u>"):
        assert tag not in shown
    assert "&lt;<mark>script</mark>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("snippet", "expected"),
    [
        pytest.param(Snippet(text="a & b", spans=((4, 5),)), "a &amp; <mark>b</mark>", id="escapes around marks"),
        pytest.param(Snippet(text="<a>", spans=((0, 3),)), "<mark>&lt;a&gt;</mark>", id="escapes within marks"),
        pytest.param(
            Snippet(text="mitten", is_cut_before=True, is_cut_after=True), "…\u00a0mitten\u00a0…", id="cut on both sides"
        ),
        pytest.param(Snippet(text="ganz"), "ganz", id="not cut"),
    ],
)
def test_dots_stand_only_where_text_is_cut(snippet: Snippet, expected: str) -> None:
    assert render.marked(snippet) == expected


def test_a_result_says_which_words_its_passage_lacks() -> None:
    both, one = guide("Beide"), guide("Eines")

    answer = ask("Umzug Miete", [both, one], [passage(both, 1, "Umzug und Miete"), passage(one, 1, "Umzug")])

    shown = render.results(answer, TAXONOMY)
    assert shown.index("Beide") < shown.index("Eines") < shown.index(messages.without(["Miete"]))
    assert shown.count("Hier ohne") == 1
    assert "1 Handlungshilfe mit allen Wörtern, 1 weitere" in render.heading(answer)


def test_where_nothing_has_all_words_none_is_named() -> None:
    one, other = guide("Eines"), guide("Anderes")

    answer = ask("Umzug Miete", [one, other], [passage(one, 1, "Umzug"), passage(other, 1, "Miete")])

    assert "Hier ohne" not in render.results(answer, TAXONOMY)
    assert "Keine Handlungshilfe mit allen Wörtern, 2 mit einem Teil davon" in render.heading(answer)


def test_of_a_single_word_nothing_is_lacking() -> None:
    one = guide("Umzug")

    answer = ask("Umzug", [one], [passage(one, 1, "Umzug")])

    assert "Hier ohne" not in render.results(answer, TAXONOMY)
    assert ">1 Handlungshilfe<" in render.heading(answer)


def test_more_passages_are_folded_and_counted() -> None:
    one = guide("Umzug")

    shown = html("Umzug", [one], [passage(one, n, f"Umzug {n}", page=n) for n in range(1, 6)])

    assert "<summary>2 von 4 weiteren Fundstellen</summary>" in shown
    assert shown.count("<details") == 1


def test_facts_stand_in_their_order() -> None:
    one = guide("Umzug", kind="weisung", is_binding=True, edition="2026-03-15", topics=("beratung.kooperationsplan",))

    shown = render.facts(one, TAXONOMY, DAY)

    order = ["Weisung", "verbindlich", "Stand 03/2026", "Kooperationsplan"]
    assert [shown.index(word) for word in order] == sorted(shown.index(word) for word in order)
    assert "gilt" not in shown


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"valid_from": date(2027, 1, 1)}, "gilt ab 01.01.2027"),
        ({"valid_until": date(2023, 6, 30)}, "galt bis 30.06.2023"),
        ({"valid_until": date(2027, 1, 15)}, "gilt bis 15.01.2027"),
        ({"valid_until": date(2028, 1, 15)}, ""),
        ({"valid_from": date(2020, 1, 1)}, ""),
    ],
)
def test_validity_is_named_only_when_it_matters(fields: dict[str, object], expected: str) -> None:
    shown = render.facts(guide("Umzug", **fields), TAXONOMY, DAY)

    assert (expected in shown) if expected else "kb-warning" not in shown


def test_a_match_in_an_earlier_edition_only_says_so() -> None:
    old = guide("Eingliederungsvereinbarung", work_id="w", edition="2017-05")
    new = guide("Kooperationsplan", work_id="w", edition="2026-07", supersedes=("Eingliederungsvereinbarung",))

    shown = html("Profiling", [old, new], [passage(old, 1, "Profiling", page=3), passage(new, 1, "Potenziale")])

    assert "/original/eingliederungsvereinbarung/eingliederungsvereinbarung.pdf#page=3" in shown
    assert messages.ONLY_EARLIER in shown
    assert "ersetzt durch „Kooperationsplan“, Stand 07/2026" in shown
    assert "Frühere Ausgabe" not in shown


def test_earlier_editions_are_folded_with_their_best_passage() -> None:
    old = guide("Alt", work_id="w", edition="2017-05", valid_until=date(2023, 6, 30))
    new = guide("Neu", work_id="w", edition="2026-07", supersedes=("Alt",))

    shown = html("Plan", [old, new], [passage(old, 1, "Plan alt", page=8), passage(new, 1, "Plan neu")])

    assert "<summary>Frühere Ausgabe: Alt, Stand 05/2017</summary>" in shown
    assert "galt bis 30.06.2023" in shown
    assert "/original/alt/alt.pdf#page=8" in shown


def test_an_edition_to_come_is_not_called_earlier() -> None:
    new = guide("Neu", work_id="w", edition="2027", valid_from=date(2027, 1, 1), supersedes=("Jetzt",))
    now = guide("Jetzt", work_id="w", edition="2025")

    shown = html("Plan", [now, new], [passage(now, 1, "Plan")])

    assert "<summary>Künftige Ausgabe: Neu, Stand 2027</summary>" in shown


def test_what_has_none_of_the_words_says_so() -> None:
    both, near = guide("Beide"), guide("Nah")
    answer = ask(
        "Umzug Miete", [both, near], [passage(both, 1, "Umzug und Miete"), *(passage(near, n, "Umzug") for n in (1, 2))]
    )
    assert messages.BY_MEANING not in render.results(answer, TAXONOMY)

    first, second = answer.results
    hits = tuple(replace(hit, is_by_meaning=True) for hit in second.hits)
    answer = replace(answer, results=(first, replace(second, hits=hits)))
    alone = replace(answer, results=answer.results[1:], totals=Totals(n_works=1, n_passages=2))

    shown = render.results(answer, TAXONOMY)
    assert shown.count(messages.BY_MEANING) == 2
    assert shown.index("Beide") < shown.index(messages.BY_MEANING)
    assert "Hier ohne" not in shown
    assert "1 mit einem Teil davon oder inhaltlich ähnlich" in render.heading(alone)


def test_browsing_shows_no_passages() -> None:
    one = guide("Umzug")

    shown = html("", [one], [passage(one, 1, "Inhalt", page=4), passage(one, 2, "Mehr", page=5)])

    assert "Inhalt" not in shown
    assert "Fundstelle" not in shown
    assert '/umzug.pdf"' in shown


NAMES = Vocabulary([Entry(id="kdu", term="Bedarfe für Unterkunft", short=("KdU",), former=("Mietzuschuss",))])


def test_what_the_vocabulary_adds_is_named_and_can_be_taken_out() -> None:
    view = View(text="KdU", selection={Axis.KIND: frozenset({"weisung"})}, page=3)
    answer = search.answer(DictionaryEngine(), "KdU", vocabulary=NAMES, as_of=DAY)

    shown = parts.additions(view, answer.query)

    assert f"{messages.ALSO_SEARCHED}: " in shown
    assert "früher: Mietzuschuss" in shown
    assert 'href="/?q=KdU&amp;ohne=kdu%3Amietzuschuss&amp;art=weisung"' in shown
    assert 'aria-label="Ohne „Mietzuschuss“ suchen"' in shown
    assert messages.NOT_SEARCHED not in shown


def test_what_was_taken_out_can_be_put_back() -> None:
    view = View(text="KdU", without=frozenset({"kdu:mietzuschuss"}))
    answer = search.answer(DictionaryEngine(), "KdU", vocabulary=NAMES, without=view.without, as_of=DAY)

    shown = parts.additions(view, answer.query)

    assert shown.index(messages.NOT_SEARCHED) < shown.index("Mietzuschuss")
    assert 'href="/?q=KdU"' in shown
    assert parts.additions(View(text="Umzug"), search.answer(DictionaryEngine(), "Umzug", vocabulary=NAMES).query) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("§ 16e", "§ 16e gelesen als § 16e SGB II", id="one"),
        pytest.param("16e und § 31 Abs. 1", "§ 16e und § 31 Abs. 1 gelesen als § 16e SGB II und § 31 Abs. 1 SGB II", id="two"),
        pytest.param("§§ 1, 2, 3", "§ 1, § 2 und § 3 gelesen als § 1 SGB II, § 2 SGB II und § 3 SGB II", id="three"),
        pytest.param("§§ 1 bis 4", "Vorschriften ohne Angabe des Gesetzes gelesen als SGB II", id="many"),
    ],
)
def test_an_assumed_statute_is_said_in_one_line(text: str, expected: str) -> None:
    shown = parts.read_as(query.parse(text, as_of=DAY)).replace("\u00a0", " ")

    assert shown == f'<p class="kb-read-as kb-quiet">{expected}</p>'


@pytest.mark.parametrize("text", ["§ 16e SGB II", "Umzug", ""])
def test_where_nothing_is_assumed_nothing_is_said(text: str) -> None:
    assert parts.read_as(query.parse(text, as_of=DAY)) == ""


def test_chips_remove_one_filter_or_all() -> None:
    view = View(text="Umzug", selection={Axis.TOPIC: frozenset({"beratung"}), Axis.KIND: frozenset({"weisung"})}, page=3)

    shown = parts.chips(view, TAXONOMY)

    assert 'href="/?q=Umzug&amp;art=weisung"' in shown
    assert 'href="/?q=Umzug&amp;thema=beratung"' in shown
    assert 'href="/?q=Umzug"' in shown


def test_pages_are_links_with_gaps() -> None:
    shown = parts.pages(View(text="Umzug", page=6), 20)

    assert 'href="/?q=Umzug"' in shown  # page 1 needs no number
    assert 'href="/?q=Umzug&amp;seite=7"' in shown
    assert shown.count("kb-gap") == 2
    assert 'aria-current="page" aria-label="Seite\u00a06"' in shown
    assert parts.pages(View(text="Umzug"), 1) == ""


def test_guides_that_end_or_are_to_be_reviewed_soon_are_due() -> None:
    ends = guide("Endet", valid_until=date(2027, 1, 1))
    overdue = guide("Überfällig", review_by=date(2026, 1, 1))
    later = guide("Später", valid_until=date(2028, 1, 1), review_by=date(2027, 12, 1))
    over = guide("Vorbei", valid_until=date(2026, 1, 1))

    due = overview.expiring([ends, overdue, later, over], DAY)

    assert [one.title for _, one in due] == ["Überfällig", "Endet"]


def test_newest_guides_come_first_and_undated_ones_not_at_all() -> None:
    old, new, undated = guide("Alt", edition="2020"), guide("Neu", edition="2026-07"), guide("Ohne")
    begun = guide("Beginnt", edition="2019", valid_from=date(2026, 8, 1))

    assert [one.title for one in overview.newest([old, new, undated, begun])] == ["Beginnt", "Neu", "Alt"]


def test_an_answer_of_another_page_says_where_it_stands() -> None:
    guides = [guide(f"Umzug {n}") for n in range(25)]
    answer = ask("Umzug", guides, [passage(one, 1, "Umzug") for one in guides], offset=10)

    assert "Seite 2 von 3" in render.heading(answer)


def test_the_glossary_has_letters_that_jump_and_an_anchor_for_each_entry() -> None:
    plan = Entry(
        id="plan",
        term="Kooperationsplan",
        short=("KoopPlan",),
        former=("EGV",),
        norms=("§ 15 SGB II",),
        since=date(2023, 7, 1),
        is_unchecked=True,
    )

    shown = glossar.page(Vocabulary([plan, Entry(id="aed", term="Ärztlicher Dienst")]))

    assert '<li><a href="#buchstabe-a">A</a></li><li><a href="#buchstabe-k">K</a></li>' in shown
    assert (
        shown.index('id="buchstabe-a"') < shown.index('id="aed"') < shown.index('id="buchstabe-k"') < shown.index('id="plan"')
    )
    assert "<dt>Abkürzung</dt><dd>KoopPlan</dd>" in shown
    assert "<dt>früher</dt><dd>EGV</dd>" in shown
    assert "§\u00a015\u00a0SGB\u00a0II" in shown
    assert "seit 01.07.2023" in shown
    assert "bitte prüfen" in shown
    assert 'href="/?q=Kooperationsplan" data-kb="top" aria-label="Suchen: Kooperationsplan">Suchen</a>' in shown


def test_names_of_other_entries_lead_to_them() -> None:
    shown = glossar.page(
        Vocabulary(
            [
                Entry(id="kdu", term="Kosten der Unterkunft", confused=("Wohngeld",), related=("Miete", "Heizung")),
                Entry(id="wohngeld", term="Wohngeld", former=("Heizung II",)),
            ]
        )
    )

    assert '<dd><a href="#wohngeld">Wohngeld</a></dd>' in shown
    assert "<dd>Miete, Heizung</dd>" in shown


def test_everything_from_the_vocabulary_is_escaped() -> None:
    names = (HOSTILE, '"><i>')
    entry = Entry(
        id='"><i>',
        term=HOSTILE,
        short=names,
        same=names,
        former=names,
        colloquial=names,
        related=names,
        confused=names,
        norms=names,
    )

    shown = glossar.page(Vocabulary([entry]))

    assert "<script" not in shown
    assert "<i>" not in shown


def test_words_are_looked_up_with_everyday_words_among_them() -> None:
    vocabulary = Vocabulary([Entry(id="plan", term="Kooperationsplan", short=("KPl",))], Everyday({"Chef": ("Arbeitgeber",)}))

    assert 'id="plan"' in glossar.looked_up(vocabulary, ["kooperation"])
    assert "1 Eintrag<" in glossar.looked_up(vocabulary, ["KPl"])
    assert "<dd>Arbeitgeber</dd>" in glossar.looked_up(vocabulary, ["Chef"])
    assert glossar.looked_up(vocabulary, ["<b>"]) == f'<p role="status">{messages.not_listed("&lt;b&gt;")}</p>'


def test_an_empty_glossary_says_so() -> None:
    assert messages.NO_ENTRIES in glossar.page(Vocabulary([]))
