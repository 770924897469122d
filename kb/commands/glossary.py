"""The command `kb glossary`: looks words up in the vocabulary. Exit status: 0 done; 2 wrong use."""

import argparse
import json
import shutil

from kb import glossary, messages, vocabulary
from kb.commands import DONE
from kb.config import Settings
from kb.topics import Taxonomy

_WIDEST = 100  # characters of a line; longer ones are hard to read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("words", nargs="*", metavar="WORT", help=messages.GLOSSARY_HELP["words"])


def run(options: argparse.Namespace, settings: Settings, _taxonomy: Taxonomy) -> int:
    """Print the entries, and return the exit status."""
    found = glossary.look_up(vocabulary.load(settings.synonyms), options.words)
    if options.json:
        print(json.dumps({"entries": [glossary.to_json(entry) for entry in found]}, ensure_ascii=False, indent=1))
    elif found:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        print("\n\n".join("\n".join(glossary.lines(entry, width)) for entry in found))
    else:
        print(messages.no_entry(" ".join(options.words)) if options.words else messages.NO_ENTRIES)
    return DONE
