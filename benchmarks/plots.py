"""Plots over the number of passages: latency, memory, index size, indexing. PNG, by matplotlib, imported when drawn."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.statistics import best_per_query, spread

Json = Mapping[str, Any]
Figure = Callable[[Json, str], float]


def _latency(mode: str) -> Figure:
    return lambda size, name: spread(best_per_query(size["latency"][mode]["cpu_ms"][name])).p95


def _memory(size: Json, name: str) -> float:
    return float(size["first"][name]["after_all"]["rss"]) / 1e6


def _index_size(size: Json, name: str) -> float:
    built = size["indexing"][name]
    return float(built["bytes"]) / float(built["text_bytes"])


def _indexing(size: Json, name: str) -> float:
    built = size["indexing"][name]
    return float(built["n_passages"]) / float(built["cpu_s"])


PLOTS: Mapping[str, tuple[str, str, Figure]] = {
    "latency-all": ("Answer, all words", "CPU ms, p95", _latency("all")),
    "latency-any": ("Answer, any word", "CPU ms, p95", _latency("any")),
    "memory": ("Memory for searching, above the imports", "MB resident", _memory),
    "index-size": ("Index", "bytes per byte of text", _index_size),
    "indexing": ("Indexing", "passages per CPU s, analysis included", _indexing),
}
"""Per file: title, unit, and how the figure comes from a size and a contender."""


def series(results: Sequence[Json], figure: Figure) -> dict[str, list[tuple[int, float]]]:
    """Return, per contender, (passages, figure) in the order of passages; of several results for a size the last one's."""
    found: dict[str, dict[int, float]] = {}
    for result in results:
        for n, size in result["sizes"].items():
            for name in size["indexing"]:
                found.setdefault(name, {})[int(n)] = figure(size, name)
    return {name: sorted(points.items()) for name, points in found.items()}


def draw(results: Sequence[Json], folder: Path) -> list[Path]:
    """Write one PNG per plot; returns their paths.

    Raises:
        ModuleNotFoundError: matplotlib is missing.
    """
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - only plots need it

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, (title, unit, figure) in PLOTS.items():
        canvas = Canvas(figsize=(8, 4.5), layout="constrained")
        axes = canvas.subplots()
        for name, points in series(results, figure).items():
            axes.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=2.5 if name == "kb" else 1.2)
        axes.set(title=title, xlabel="passages", ylabel=unit, xscale="log", yscale="log")
        axes.grid(visible=True, which="both", alpha=0.25)
        canvas.legend(loc="outside right upper")
        path = folder / f"{file}.png"
        canvas.savefig(path, dpi=110)
        written.append(path)
    return written
