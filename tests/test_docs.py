"""The README names every command, option and setting, and nothing that is not there."""

import argparse
import re
from pathlib import Path

import pytest

from kb import cli, config, metadata

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def subcommands() -> dict[str, argparse.ArgumentParser]:
    found = {}
    for name in cli.COMMANDS:
        (action,) = (a for a in cli.parser(name)._actions if isinstance(a, argparse._SubParsersAction))
        found[name] = action.choices[name]
    return found


@pytest.mark.parametrize("name", subcommands())
def test_every_command_and_option_is_named(name: str) -> None:
    options = {option for action in subcommands()[name]._actions for option in action.option_strings if option.startswith("--")}
    (section,) = re.findall(rf"Schalter von `kb {name}`:(.*?)(?:Schalter|Rückgabewert)", README, re.DOTALL)

    assert f"`kb {name}" in README
    assert set(re.findall(r"--[a-z-]+", section)) == options - {"--help"}


def test_every_setting_is_named_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(KB_\w+)` \|", README, re.M))

    assert rows == {name: f"KB_{name.upper()}" for name in config.NAMES}
    assert "KB_CONFIG" in README
    for name in config.NAMES:
        default = getattr(config.Settings(), name)
        assert re.search(rf"^\| `{name}` .*\| (?:`{default}`|–) \|", README, re.M), name


def test_every_key_of_a_sidecar_is_named() -> None:
    example = re.findall(r"^    (\w+) = ", README, re.M)

    assert set(example) == set(metadata.KEYS)


def test_every_make_target_is_named() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)

    assert phony
    assert {f"make {target}" for target in phony[1].split()} <= set(re.findall(r"make [a-z]+", README))


def test_every_file_named_is_there() -> None:
    named = re.findall(r"\]\(([^)]+)\)|`((?:kb|deploy|tests)/[\w./-]+|[A-Z]+\.md)`", README)

    assert [path for pair in named if not (ROOT / (path := "".join(pair))).exists()] == []
