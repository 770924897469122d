from pathlib import Path

import pytest

from kb import config
from kb.config import Settings
from kb.errors import ConfigError


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_file_the_defaults_count() -> None:
    assert config.load({}) == Settings()


def test_the_file_counts_before_the_defaults() -> None:
    Path("kb.toml").write_text('name = "Wissen"\nworkers = 2\n', "utf-8")

    assert config.load({}) == Settings(name="Wissen", workers=2)


def test_the_environment_counts_before_the_file() -> None:
    Path("kb.toml").write_text('name = "Wissen"\nworkers = 2\n', "utf-8")

    settings = config.load({"KB_NAME": "Handbuch", "KB_LOCK_TIMEOUT_S": "5"})

    assert settings == Settings(name="Handbuch", workers=2, lock_timeout_s=5)


def test_an_empty_variable_of_the_environment_is_none() -> None:
    assert config.load({"KB_NAME": "", "KB_CONFIG": ""}) == Settings()


def test_other_variables_of_the_environment_are_left_alone() -> None:
    assert config.load({"KB_SOMETHING": "1", "PATH": "/bin"}) == Settings()


def test_paths_of_the_file_start_at_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "haus.toml"
    file.parent.mkdir()
    file.write_text(
        'source = "akten"\nindex = "/srv/index"\ntopics = "topics.toml"\nsynonyms = "woerter.toml"\nsemantic_model = "m"\n',
        "utf-8",
    )

    settings = config.load({"KB_CONFIG": str(file)})

    assert settings.source == tmp_path / "etc" / "akten"
    assert settings.index == Path("/srv/index")
    assert settings.topics == tmp_path / "etc" / "topics.toml"
    assert settings.synonyms == tmp_path / "etc" / "woerter.toml"
    assert settings.semantic_model == tmp_path / "etc" / "m"


def test_paths_of_the_environment_start_at_the_working_folder() -> None:
    assert config.load({"KB_SOURCE": "akten"}).source == Path("akten")


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        pytest.param('quelle = "akten"', "quelle", "unknown", id="unknown setting"),
        pytest.param("source = 3", "source", "path", id="number for a path"),
        pytest.param('index = ""', "index", "path", id="empty path"),
        pytest.param("semantic_model = true", "semantic_model", "path", id="truth for a path"),
        pytest.param("name = 3", "name", "text", id="number for a text"),
        pytest.param('workers = "viele"', "workers", "number", id="word for a number"),
        pytest.param("workers = -1", "workers", "number", id="negative number"),
        pytest.param("workers = true", "workers", "number", id="truth for a number"),
        pytest.param("workers = 1.5", "workers", "number", id="fraction"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(content: str, key: str, reason: str) -> None:
    Path("kb.toml").write_text(content, "utf-8")

    with pytest.raises(ConfigError) as caught:
        config.load({})

    assert (caught.value.origin, caught.value.key, caught.value.reason) == ("kb.toml", key, reason)


def test_a_wrong_variable_of_the_environment_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        config.load({"KB_WORKERS": "viele"})

    assert (caught.value.origin, caught.value.reason) == ("KB_WORKERS", "number")


@pytest.mark.parametrize(
    "content",
    [pytest.param(b"name = ", id="no TOML"), pytest.param(b'name = "\xfc"', id="no UTF-8"), pytest.param(None, id="missing")],
)
def test_a_named_file_must_be_readable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "haus.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        config.load({"KB_CONFIG": str(file)})

    assert caught.value.origin == str(file)
