from pathlib import Path

import pytest

from kb import topics
from kb.errors import ConfigError
from kb.model import Axis, Validity
from kb.topics import NO_TOPIC, Taxonomy

HOUSE = """
[[thema]]
id = "geld"
titel = "Geldleistungen"
  [[thema.unterthema]]
  id = "geld.unterkunft"
  titel = "Unterkunft und Heizung"
[[thema]]
id = "junge-menschen"
titel = "Junge Menschen"
  [[thema.unterthema]]
  id = "junge-menschen.uebergang"
  titel = "Übergang"
[[dokumentart]]
id = "weisung"
titel = "Weisung"
verbindlich = true
[[dokumentart]]
id = "vorlage"
titel = "Vorlage"
[[partner]]
id = "krankenkasse"
titel = "Krankenkassen"
"""


@pytest.fixture
def house(tmp_path: Path) -> Taxonomy:
    file = tmp_path / "topics.toml"
    file.write_text(HOUSE, "utf-8")
    return topics.load(file)


def test_the_file_gives_the_values_of_three_axes(house: Taxonomy) -> None:
    assert house.ids(Axis.TOPIC) == ("geld", "geld.unterkunft", "junge-menschen", "junge-menschen.uebergang")
    assert house.ids(Axis.KIND) == ("weisung", "vorlage")
    assert house.ids(Axis.PARTNER) == ("krankenkasse",)
    assert [kind.is_binding for kind in house.kinds] == [True, False]
    assert house.kind_by_id["weisung"].title == "Weisung"


@pytest.mark.parametrize(
    ("axis", "value", "title"),
    [
        (Axis.TOPIC, "geld.unterkunft", "Unterkunft und Heizung"),
        (Axis.TOPIC, NO_TOPIC, "ohne Thema"),
        (Axis.KIND, "", "ohne Angabe"),
        (Axis.PARTNER, "krankenkasse", "Krankenkassen"),
        (Axis.VALIDITY, Validity.EXPIRED, "gilt nicht mehr"),
        (Axis.KIND, "gibt-es-nicht-mehr", "gibt-es-nicht-mehr"),
    ],
)
def test_every_value_has_a_title(house: Taxonomy, axis: Axis, value: str, title: str) -> None:
    assert house.title(axis, value) == title


def test_a_norm_is_titled_as_lawyers_cite_it(house: Taxonomy) -> None:
    assert house.title(Axis.NORM, "sgb2:16e") == "§\u00a016e\u00a0SGB\u00a0II"
    assert house.title(Axis.NORM, "gg:6") == "Art.\u00a06\u00a0GG"
    assert house.title(Axis.NORM, "irgendwas") == "irgendwas"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        pytest.param("geld", "geld", id="id"),
        pytest.param("Geldleistungen", "geld", id="title"),
        pytest.param("01_geldleistungen", "geld", id="number in front"),
        pytest.param("Junge Menschen", "junge-menschen", id="title with a blank"),
        pytest.param("JUNGE_MENSCHEN", "junge-menschen", id="capitals"),
        pytest.param("unterkunft", "geld.unterkunft", id="second half of an id"),
        pytest.param("geld/unterkunft", "geld.unterkunft", id="the innermost wins"),
        pytest.param("geld/2026", "geld", id="a folder that names none"),
        pytest.param("Uebergang", "junge-menschen.uebergang", id="umlaut written out"),
        pytest.param("U\u0308bergang", "junge-menschen.uebergang", id="decomposed umlaut"),
        pytest.param("ohne-thema", NO_TOPIC, id="no topic on purpose"),
        pytest.param("Ablage", None, id="unknown"),
        pytest.param("", None, id="no folder"),
    ],
)
def test_a_folder_names_a_topic_by_id_or_title(house: Taxonomy, folder: str, expected: str | None) -> None:
    assert house.topic_of_folder(folder.split("/")) == expected


@pytest.mark.parametrize(
    ("content", "key"),
    [
        pytest.param('[[thema]]\ntitel = "Geld"', "id", id="no id"),
        pytest.param('[[partner]]\nid = "kasse"', "titel", id="no title"),
        pytest.param("[[thema", "topics", id="no TOML"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str, key: str) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(content, "utf-8")

    with pytest.raises(ConfigError) as caught:
        topics.load(file)

    assert (caught.value.origin, caught.value.key) == (str(file), key)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        topics.load(tmp_path / "topics.toml")


def test_the_packaged_file_is_sound() -> None:
    packaged = topics.load()

    ids = [topic.id for parent in packaged.topics for topic in (parent, *parent.children)]
    assert len(ids) == len(set(ids)) > 50
    assert all(child.id.startswith(f"{parent.id}.") for parent in packaged.topics for child in parent.children)
    assert any(kind.is_binding for kind in packaged.kinds)
    assert all(kind.title and kind.short for kind in packaged.kinds)
    assert packaged.partners


def test_every_folder_of_a_packaged_topic_is_found() -> None:
    packaged = topics.load()

    for id_ in packaged.ids(Axis.TOPIC):
        assert packaged.topic_of_folder([id_]) == id_
        assert packaged.topic_of_folder([packaged.title(Axis.TOPIC, id_)]) == id_
