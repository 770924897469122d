"""The commands of `kb`: a module each with `add_arguments(parser)` and `run(options, settings, taxonomy)`, and what they share.

A module is imported when its command is called: the others' libraries would take longer than many a command does.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb import messages
from kb.errors import KbError

DONE, SOME_FAILED, WRONG_USE, REFUSED = 0, 1, 2, 3
"""Exit statuses."""


def add_index(parser: argparse.ArgumentParser) -> None:
    """Add what every command has that uses an index."""
    parser.add_argument("--index", type=Path, metavar="ORDNER", help=messages.COMMAND_LINE_HELP["index"])


def positive(text: str) -> int:
    """Return the number in an argument; ValueError unless it is 1 or more."""
    if (value := natural(text)) < 1:
        raise ValueError
    return value


def natural(text: str) -> int:
    """Return the number in an argument; ValueError unless it is 0 or more."""
    if (value := int(text)) < 0:
        raise ValueError
    return value


def complain(error: KbError, status: int) -> int:
    """Say in German what is wrong; return the exit status."""
    print(messages.explain(error), file=sys.stderr)
    return status


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, from the first progress on."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from tqdm import tqdm  # noqa: PLC0415  # its import costs a tenth of a run without a change

    with tqdm(desc=what, unit="", leave=False, file=sys.stderr, delay=1e-6) as bar:

        def show(n_done: int, total: int) -> None:
            bar.total = total
            bar.update(n_done - bar.n)

        yield show
