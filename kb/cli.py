"""The command line: `kb ingest | search | glossary | eval | check-queries | explain`.

Results go to stdout, progress, warnings and log to stderr.
Exit status: 0 done; 1 some guides or questions failed; 2 wrong use; 3 refused, nothing was changed.
"""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from kb import config, messages, topics
from kb.commands import DONE, REFUSED, WRONG_USE, complain
from kb.errors import (
    CollectionError,
    ConfigError,
    IndexUnusableError,
    LibraryMissingError,
    ModelError,
    QuestionsError,
    SourceError,
)

COMMANDS = {
    "ingest": "kb.commands.ingest",
    "search": "kb.commands.search",
    "glossary": "kb.commands.glossary",
    "eval": "kb.commands.evaluate",
    "check-queries": "kb.commands.check_queries",
    "explain": "kb.commands.explain",
}
# argparse asks gettext for its own sentences; a compiled catalog for a dozen of them would be harder to keep
argparse._ = messages.of_argparse  # type: ignore[attr-defined]


def start() -> int:
    """Run a command in a process of its own, and return its exit status."""
    gc.disable()  # a run leaves hardly any rubbish in cycles; looking for it took 30 ms of every command
    try:
        return main()
    finally:
        gc.freeze()  # the process ends, and need not look through all that it has for rubbish


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):  # an argument may hold bytes that are no text, and a terminal may know ASCII only
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parser(next((name for name in arguments if name in COMMANDS), "")).parse_args(arguments)
    level = logging.INFO if options.verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    try:
        settings = config.load()
        taxonomy = topics.load(settings.topics)
        status: int = options.run(options, settings, taxonomy)
        return status
    except (ConfigError, CollectionError, LibraryMissingError, ModelError, QuestionsError) as error:
        return complain(error, WRONG_USE)
    except (SourceError, IndexUnusableError) as error:
        return complain(error, REFUSED)
    except KeyboardInterrupt:
        print(messages.STOPPED, file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return DONE
    except OSError as error:  # the index cannot be written: no space, no permission
        logging.getLogger(__name__).info("refused", exc_info=True)
        print(messages.file_trouble(error.filename, error.errno), file=sys.stderr)
        return REFUSED


def parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of the command line, which knows the arguments of one command only: no other module is imported."""
    whole = argparse.ArgumentParser(prog="kb", description=messages.COMMAND_LINE)
    commands = whole.add_subparsers(required=True, metavar="BEFEHL")
    for name, module in COMMANDS.items():
        one = commands.add_parser(name, help=messages.COMMANDS[name])
        if name == command:
            one.add_argument("--json", action="store_true", help=messages.COMMAND_LINE_HELP["json"])
            one.add_argument("--verbose", action="store_true", help=messages.COMMAND_LINE_HELP["verbose"])
            called = import_module(module)
            called.add_arguments(one)
            one.set_defaults(run=called.run)
    return whole


if __name__ == "__main__":
    sys.exit(start())
