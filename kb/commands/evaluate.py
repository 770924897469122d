"""The command `kb eval`: measures the search on a test collection.

Exit status: 0 done; 2 wrong use or wrong file; 3 refused.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from kb import evaluation, messages
from kb.commands import DONE, add_index, positive, progress
from kb.config import Settings
from kb.evaluation import Evaluation
from kb.topics import Taxonomy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    texts = messages.COMMAND_LINE_HELP
    add_index(parser)
    parser.add_argument("folder", type=Path, metavar="SAMMLUNG", help=texts["folder"])
    parser.add_argument("--run", type=Path, metavar="DATEI", dest="run_file", help=texts["run"])
    parser.add_argument("--limit", type=positive, default=evaluation.DEPTH, metavar="N", help=texts["run_limit"])


def run(options: argparse.Namespace, settings: Settings, _taxonomy: Taxonomy) -> int:
    """Measure, print the figures, and return the exit status.

    Raises:
        CollectionError, LibraryMissingError: the collection or a library that it takes is not as it should be.
    """
    with progress(messages.EVALUATING) as evaluating:
        found = evaluation.run(
            options.folder,
            index=options.index,
            run_file=options.run_file,
            limit=options.limit,
            semantic_model=settings.semantic_model,
            progress=evaluating,
        )
    if options.json:
        print(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        print(messages.measured(found.n_documents, found.n_queries, found.n_left_out))
        for name, value in found.measures.items():
            print(f"{name:<12}{messages.decimal(value, 4):>8}")
        print(messages.took(found.seconds_index, found.n_documents, found.ms_per_query))
    return DONE


def _as_json(found: Evaluation) -> dict[str, Any]:
    return {
        **{name: round(value, 6) for name, value in found.measures.items()},
        "queries": found.n_queries,
        "queries_left_out": found.n_left_out,
        "documents": found.n_documents,
        "seconds_index": round(found.seconds_index, 3),
        "ms_per_query": {name: round(value, 3) for name, value in found.ms_per_query.items()},
    }
