"""`python -m benchmarks engines`: builds every index, then measures latency, memory, threads and correctness.

Each step runs in a process of its own (`worker`); steps of different contenders that are compared by the clock take turns.
What cannot be measured is left out with a line that says why; nothing else is.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import contenders, prepared, queries
from benchmarks.queries import Asked
from benchmarks.reference import Reference

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]

MAX_REFERENCE = 20_000  # passages: the slow way takes about a second per query there
N_REFERENCE = 40
N_LOAD = 60  # queries for the threads: each is first answered by a single one, which takes stock Whoosh long
MODES = ("all", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is measured, and how long."""

    passages: tuple[int, ...]
    corpus: Path
    work: Path
    contenders: tuple[str, ...]
    n_queries: int = 200
    n_rounds: int = 3
    seed: int = 42
    n_threads: int = 16
    load_s: float = 4.0  # 0 leaves the threads out
    n_load_rounds: int = 2
    n_reference: int = N_REFERENCE


def run(options: Options) -> Json:
    """Measure everything; returns the figures by number of passages, as JSON types."""
    corpus = prepared.ensure(options.corpus, options.work, n_passages=max(options.passages), seed=options.seed)
    available = _available(options.contenders)
    drawn = queries.draw(prepared.read(corpus, queries.SAMPLE), n=options.n_queries, seed=options.seed)
    sizes = {str(n): _measure(options, corpus, n, available, drawn) for n in options.passages}
    found = {"versions": available, "n_queries": len(drawn), "n_rounds": options.n_rounds, "seed": options.seed, "sizes": sizes}
    return found | ({"growth": _grown(options, corpus, available, drawn)} if len(sizes) > 1 else {})


def _available(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of those contenders that can be had here, and say which cannot."""
    found = {}
    for name in names:
        try:
            found[name] = contenders.load(name).version()
        except (ImportError, ValueError) as error:
            _say(f"{name} skipped: {error}")
    return found


def _measure(options: Options, corpus: Path, n: int, versions: Mapping[str, str], drawn: Sequence[Asked]) -> Json:
    _say(f"{n} passages: indexing")
    built = {name: _built(options, corpus, n, name, version) for name, version in versions.items()}
    indexes = {name: str(index["folder"]) for name, index in built.items()}
    asked = {"any": list(drawn), "all": queries.with_all_words(drawn)}
    result: Json = {"indexing": {name: index["figures"] for name, index in built.items()}}
    if "kb" in built:
        result["analysis_cpu_s"] = _worker("analyse", corpus=str(corpus), n_passages=n)["cpu_s"]
    _say(f"{n} passages: latency")
    result["latency"] = {
        mode: _worker("latency", indexes=indexes, asked=_json(asked[mode]), n_rounds=options.n_rounds, seed=options.seed)
        for mode in MODES
    }
    _say(f"{n} passages: memory")
    result["first"] = {name: _worker("first", name=name, folder=indexes[name], asked=_json(drawn)) for name in indexes}
    if options.load_s:
        _say(f"{n} passages: threads")
        result["threads"] = _threads(options, indexes, drawn)
    if n <= MAX_REFERENCE and options.n_reference:
        _say(f"{n} passages: correctness")
        result["correct"] = _correct(options, corpus, n, indexes, asked)
    return result


def _grown(options: Options, corpus: Path, versions: Mapping[str, str], drawn: Sequence[Asked]) -> Json:
    """Ask the smallest and the largest index in turns: runs that are minutes apart differ by more than what is looked for."""
    _say("growth")
    indexes = {
        f"{name}{contenders.SIZE}{n}": str(_built(options, corpus, n, name, version)["folder"])
        for name, version in versions.items()
        for n in (min(options.passages), max(options.passages))
    }
    asked = {"any": drawn, "all": queries.with_all_words(drawn)}
    given: Json = {"indexes": indexes, "n_rounds": options.n_rounds, "seed": options.seed}
    return {mode: _worker("latency", asked=_json(asked[mode]), **given) for mode in MODES}


def _built(options: Options, corpus: Path, n: int, name: str, version: str) -> Json:
    """Build the contender's index, unless this very index is there."""
    index = contenders.load(name).index
    folder = options.work / f"{corpus.stem}-{n}-{index}-{version.replace(' ', '-')}"
    noted = folder.parent / f"{folder.name}.json"
    if not noted.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        noted.write_text(json.dumps(_worker("build", name=name, folder=str(folder), corpus=str(corpus), n_passages=n)), "utf-8")
    return {"folder": folder, "figures": json.loads(noted.read_text("utf-8"))}


def _threads(options: Options, indexes: Mapping[str, str], asked: Sequence[Asked]) -> Json:
    """Put each contender under load, in turns: 16 threads of one process, and half of them in each of two."""
    found: Json = {name: {"one": [], "two": []} for name in indexes}
    given: Json = {"asked": _json(asked[:N_LOAD]), "seconds": options.load_s}
    for _ in range(options.n_load_rounds):
        for name, folder in indexes.items():
            given |= {"name": name, "folder": folder}
            found[name]["one"].append(_worker("load", n_threads=options.n_threads, **given))
            with ThreadPoolExecutor(2) as pool:
                both = [pool.submit(_worker, "load", n_threads=options.n_threads // 2, **given) for _ in range(2)]
                found[name]["two"].append([future.result() for future in both])
    return found


def _correct(options: Options, corpus: Path, n: int, indexes: Mapping[str, str], asked: Mapping[str, Sequence[Asked]]) -> Json:
    """Compare the contenders' answers with the slow way's, for the first queries of each mode."""
    some = {mode: asked[mode][: options.n_reference] for mode in MODES}
    reference = Reference(prepared.read(corpus, n), [one for asks in some.values() for one in asks])
    found: Json = {name: {} for name in indexes}
    for mode, asks in some.items():
        right = [reference.answer(one) for one in asks]
        for name, answers in _worker("answers", indexes=indexes, asked=_json(asks)).items():
            pairs = list(zip(right, answers, strict=True))
            numbers = [(len(r.scores), r.n_passages) == (a["n_guides"], a["n_passages"]) for r, a in pairs]
            shares = [r.share_right(a["guides"]) for r, a in pairs]
            found[name][mode] = {
                "top10": sum(shares) / len(shares),
                "all_right": sum(share == 1 for share in shares),
                "same_numbers": sum(numbers),
                "n": len(shares),
            }
    return found


def _json(asked: Iterable[Asked]) -> list[Json]:
    return [asdict(one) for one in asked]


def _worker(task: str, **given: Any) -> Json:
    """Run a task in a new process.

    Raises:
        subprocess.CalledProcessError: it failed; its own words are on stderr.
    """
    # Whoosh 2.7.4 warns of itself at every import
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.worker", task, json.dumps(given)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: Json = json.loads(done.stdout)
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
