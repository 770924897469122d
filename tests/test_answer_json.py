import json
from dataclasses import replace
from datetime import date

from dictionary_engine import DictionaryEngine, guide, passage

from kb import answer_json, search, topics

TAXONOMY = topics.load()


def test_an_answer_becomes_types_of_json() -> None:
    old, new = guide("Alt", work_id="w", edition="2020"), guide("Neu", work_id="w", edition="2026", kind="weisung")
    texts = [passage(old, 1, "Der Umzug damals"), passage(new, 1, "Der Umzug", page=12, heading=("3 Ablauf",))]
    found = search.answer(DictionaryEngine([old, new], texts), "Umzug Miete", as_of=date(2026, 11, 1))

    made = json.loads(json.dumps(answer_json.to_json(found, TAXONOMY)))

    (result,) = made["results"]
    (hit,) = result["passages"]
    assert made["query"] == "Umzug Miete"
    assert made["totals"] == {"works": 1, "works_all_words": 0, "works_some_words": 1, "passages": found.totals.n_passages}
    assert (result["guide"]["title"], result["guide"]["source"]) == ("Neu", "beratung/neu.pdf")
    assert (hit["id"], hit["page"], hit["heading"]) == ("neu#1", 12, ["3 Ablauf"])
    assert hit["snippet"] == {"text": "Der Umzug", "spans": [[4, 9]]}
    assert (hit["all_words"], hit["missing"], hit["by_meaning"]) == (False, ["Miete"], False)
    assert [(other["title"], other["edition"]) for other in result["earlier"]] == [("Alt", "2020")]
    assert made["facets"]["kind"] == [{"value": "weisung", "title": "Weisung", "count": 1}]


def test_an_assumed_statute_and_the_norms_of_the_works_are_told() -> None:
    one = guide("Förderung", norms=("sgb2:16e",))
    engine = DictionaryEngine([one], [passage(one, 1, "Nach § 16e SGB II.")])

    assumed, typed = (
        answer_json.to_json(search.answer(engine, text, as_of=date(2026, 11, 1)), TAXONOMY) for text in ("16e", "§ 16e SGB II")
    )

    assert (assumed["assumed"], typed["assumed"]) == ([{"typed": "§\u00a016e", "statute": "SGB II"}], [])
    assert assumed["results"] == typed["results"]
    assert assumed["results"][0]["guide"]["norms"] == ["sgb2:16e"]
    assert assumed["facets"]["norm"] == [{"value": "sgb2:16e", "title": "§\u00a016e\u00a0SGB\u00a0II", "count": 1}]


def test_what_may_be_meant_is_told() -> None:
    engine = DictionaryEngine([guide("Umzug")])

    assert answer_json.to_json(search.answer(engine, "Umzgu"), TAXONOMY)["meant"] == ""
    engine = DictionaryEngine([guide("Umzug")], [passage(guide("Umzug"), 1, "Umzug")])
    assert answer_json.to_json(search.answer(engine, "Umzgu"), TAXONOMY)["meant"] == "Umzug"


def test_what_was_found_by_meaning_says_so() -> None:
    one = guide("Umzug")
    found = search.answer(DictionaryEngine([one], [passage(one, 1, "Umzug")]), "Umzug", as_of=date(2026, 11, 1))
    (result,) = found.results
    near = replace(result, hits=(replace(result.hits[0], is_by_meaning=True),))

    made = answer_json.to_json(replace(found, results=(near,)), TAXONOMY)

    assert made["results"][0]["passages"][0]["by_meaning"] is True
