"""The figures of `engines` as Markdown tables. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.contenders import NAMES, SIZE
from benchmarks.statistics import best_per_query, median_per_query, ratio, spread

Json = Mapping[str, Any]
BASE = "tantivy"


def markdown(result: Json) -> str:
    """Return all tables of a result, the machine and the versions first."""
    machine = result["machine"]
    lines = [
        f"{result['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:.0f} GB, {machine['system']}, "
        f"Python {machine['python']}, load before {machine['load']:.1f}",
        "",
        f"{result['n_queries']} queries, {result['n_rounds']} rounds, seed {result['seed']}; corpus {result['corpus']}",
        "",
        *(f"- {name}: {NAMES[name]} ({version})" for name, version in result["versions"].items()),
    ]
    for n, size in result["sizes"].items():
        lines += ["", f"## {int(n):,} passages"]
        lines += ["", "### Answer, CPU ms (p50 / p95 / p99), best of the rounds per query", "", *_latency(size["latency"])]
        lines += ["", "### Index", "", *_indexing(size)]
        lines += ["", "### Open and memory", "", *_first(size["first"])]
        if "threads" in size:
            lines += ["", "### Threads, any word", "", *_threads(size["threads"])]
        if "correct" in size:
            lines += ["", "### Against plain BM25", "", *_correct(size["correct"])]
    if "growth" in result:
        lines += ["", "## From the smallest to the largest, asked in turns", "", *_growth(result["growth"])]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; all columns but the first are figures."""
    return [_row(head), _row(["---", *["---:"] * (len(head) - 1)]), *(_row(row) for row in rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _latency(latency: Json) -> list[str]:
    spreads = {mode: {name: spread(best_per_query(r)) for name, r in latency[mode]["cpu_ms"].items()} for mode in latency}
    medians = {mode: {name: spread(median_per_query(r)) for name, r in latency[mode]["cpu_ms"].items()} for mode in latency}
    rows = []
    for name in latency["any"]["cpu_ms"]:
        row = [name]
        for mode in ("all", "any"):
            own, base = spreads[mode][name], spreads[mode].get(BASE)
            row.append(f"{own.p50:.2f} / {own.p95:.2f} / {own.p99:.2f}")
            row.append(f"{ratio(own.p50, base.p50):.2f}; {ratio(own.p95, base.p95):.2f}" if base else "–")
        row.append(f"{medians['all'][name].p95:.2f}; {medians['any'][name].p95:.2f}")
        row.append(f"{100 * max(latency[mode]['process'][name] for mode in latency):.0f} %")
        rows.append(row)
    head = ["", "all words", f"to {BASE} p50; p95", "any word", f"to {BASE} p50; p95", "p95 by medians", "other threads"]
    return table(head, rows)


def _growth(growth: Json) -> list[str]:
    """Return p95 of both sizes, and how many times the one the other is."""
    p95 = {
        mode: {name: spread(best_per_query(rounds)).p95 for name, rounds in growth[mode]["cpu_ms"].items()} for mode in growth
    }
    names = dict.fromkeys(name.partition(SIZE)[0] for name in p95["any"])
    sizes = sorted({int(name.partition(SIZE)[2]) for name in p95["any"]})
    rows = []
    for name in names:
        row = [name]
        for mode in ("all", "any"):
            small, large = (p95[mode][f"{name}{SIZE}{n}"] for n in sizes)
            row += [f"{small:.2f} / {large:.2f}", f"{ratio(large, small):.2f}"]
        rows.append(row)
    return table(["", "all words, p95 ms", "times", "any word, p95 ms", "times"], rows)


def _indexing(size: Json) -> list[str]:
    rows = []
    for name, built in size["indexing"].items():
        writing = "–"
        if name == "kb" and built["cpu_s"] > size["analysis_cpu_s"]:
            writing = f"{built['n_passages'] / (built['cpu_s'] - size['analysis_cpu_s']):,.0f}"
        rows.append(
            [
                name,
                f"{built['n_passages'] / built['cpu_s']:,.0f}",
                writing,
                f"{built['bytes'] / 1e6:,.1f} MB",
                f"{built['bytes'] / built['text_bytes']:.2f}",
                f"{built['peak_rss'] / 1e6:,.0f} MB",
            ]
        )
    return table(["", "passages per CPU s", "without analysis", "size", "index / text", "peak memory"], rows)


def _first(first: Json) -> list[str]:
    rows = [
        [
            name,
            f"{one['open_cpu_ms'] + one['answer_cpu_ms']:.0f} ({one['open_wall_ms'] + one['answer_wall_ms']:.0f})",
            *(f"{one[when]['rss'] / 1e6:.0f} / {one[when]['anonymous'] / 1e6:.0f} MB" for when in ("after_first", "after_all")),
        ]
        for name, one in first.items()
    ]
    after = "after all queries: resident / anonymous"
    return table(["", "open + first answer, CPU ms (clock)", "after the first: resident / anonymous", after], rows)


def _threads(threads: Json) -> list[str]:
    rows = []
    for name, found in threads.items():
        one = max(found["one"], key=lambda load: float(load["per_s"]))
        two = max(sum(load["per_s"] for load in both) for both in found["two"])
        loads = [*found["one"], *(load for both in found["two"] for load in both)]
        wrong, errors, n = (sum(load[key] for load in loads) for key in ("n_wrong", "n_errors", "n_compared"))
        rows.append([name, f"{one['per_s']:.0f}", f"{one['p95_ms']:.0f}", f"{two:.0f}", f"{wrong} + {errors} of {n}"])
    return table(["", "16 threads, per s", "p95 ms", "2 processes x 8, per s", "wrong + exceptions"], rows)


def _correct(correct: Json) -> list[str]:
    rows = []
    for name, modes in correct.items():
        if name.endswith("-page"):
            continue  # passages, not guides
        row = [name]
        for mode in ("all", "any"):
            one = modes[mode]
            row += [f"{one['top10']:.3f} ({one['all_right']} of {one['n']})", f"{one['same_numbers']} of {one['n']}"]
        rows.append(row)
    head = ["", "all words: share of the top ten (all ten)", "same totals", "any word: share (all ten)", "same totals"]
    return table(head, rows)
