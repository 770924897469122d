from urllib.parse import parse_qs, urlsplit

import pytest

from kb.model import Axis
from kb.ui import address
from kb.ui.address import View


def read(query: str) -> View:
    values = parse_qs(query)
    return address.read(lambda name: values.get(name, []))


def test_an_address_leads_to_the_view_it_was_made_from() -> None:
    selection = {Axis.TOPIC: frozenset({"beratung", "foerderung.avgs"}), Axis.VALIDITY: frozenset({"gilt"})}
    view = View(text='Umzug & "§ 22" +1', selection=selection, page=3)

    assert read(urlsplit(view.href()).query) == view


@pytest.mark.parametrize("page", ["0", "-1", "zwei", "", "999999", "²"])
def test_a_page_that_makes_no_sense_is_the_first(page: str) -> None:
    assert read(f"q=Umzug&seite={page}").page == 1


def test_empty_and_unprintable_choices_are_ignored() -> None:
    assert read("thema=&thema=%00&art=weisung").selection == {Axis.KIND: frozenset({"weisung"})}


def test_a_pasted_file_is_cut() -> None:
    assert len(read("q=" + "x" * 5000).text) == address.MAX_CHARS


def test_norms_are_chosen_by_their_index_terms() -> None:
    view = View(text="Umzug").toggled(Axis.NORM, "sgb2:16e", is_on=True)

    assert view.href() == "/?q=Umzug&norm=sgb2%3A16e"
    assert read("q=Umzug&norm=sgb2:16e") == view


def test_a_topic_and_its_subtopics_exclude_each_other() -> None:
    view = View().toggled(Axis.TOPIC, "beratung", is_on=True)

    narrowed = view.toggled(Axis.TOPIC, "beratung.plan", is_on=True)
    widened = narrowed.toggled(Axis.TOPIC, "beratung", is_on=True)

    assert narrowed.chosen(Axis.TOPIC) == {"beratung.plan"}
    assert widened.chosen(Axis.TOPIC) == {"beratung"}
    assert widened.toggled(Axis.TOPIC, "beratung", is_on=False).is_start


def test_topics_with_a_common_beginning_are_strangers() -> None:
    view = View().toggled(Axis.TOPIC, "beratung", is_on=True).toggled(Axis.TOPIC, "beratungsstellen", is_on=True)

    assert view.chosen(Axis.TOPIC) == {"beratung", "beratungsstellen"}


def test_new_words_and_filters_start_at_the_first_page() -> None:
    view = View(text="Umzug", page=4)

    assert view.with_text("Miete").page == 1
    assert view.toggled(Axis.KIND, "weisung", is_on=True).page == 1


def test_what_is_taken_out_stays_with_its_words_only() -> None:
    view = read("q=KdU&ohne=kdu%3Amietzuschuss&ohne=kdu%3Akosten+der+unterkunft&ohne=%00")

    assert view.without == {"kdu:mietzuschuss", "kdu:kosten der unterkunft"}
    assert view.href() == "/?q=KdU&ohne=kdu%3Akosten+der+unterkunft&ohne=kdu%3Amietzuschuss"
    assert view.with_text("KdU").without == view.without
    assert view.with_text("Umzug").without == frozenset()
    assert view.with_addition("kdu:mietzuschuss", is_in=True).without == {"kdu:kosten der unterkunft"}
    assert view.without_filters().without == view.without
