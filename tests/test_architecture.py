"""The rules of ARCHITECTURE.md that imports and file names can show."""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = 400

# From the bottom up; a module may import from its own layer and those below
LAYERS = (
    r"kb\.(model|errors)",
    r"kb|kb\.(analysis|answer_json|catalog_json|cleaning|config|dates|editions|everyday|glossary|messages|metadata|norms|passages|query"
    r"|snippets|spelling|statutes|suggestions|topics|verbs|vocabulary)",
    r"kb\.semantic|kb\.(extract|engines)(\..+)?",
    r"kb\.(search|hints|ingestion|catalog|evaluation|questions)",
    r"kb\.(answers|cli|commands|web|ui)(\..+)?|app|ingest",
)
HOMES = {
    "whoosh": r"kb\.engines\..+",
    "zlib_ng": r"kb\.extract\..+",
    "zstandard": r"kb\.engines\..+",
    "pypdf": r"kb\.extract\..+",
    "pypdfium2": r"kb\.extract\..+",
    "docx": r"kb\.extract\..+",
    "lxml": r"kb\.extract\..+",
    "rapidfuzz": r"kb\.spelling",
    "spellchecker": r"kb\.spelling",
    "streamlit": r"app|kb\.ui\..+",
    "ir_measures": r"kb\.evaluation",
    "onnxruntime": r"kb\.semantic",
    "tokenizers": r"kb\.semantic",
}
LONGER = {
    "kb.messages": 900,  # every German sentence, so that an editor can correct them in one sitting
    "kb.model": 460,  # every noun: where a reader starts
}
TESTED_WITH = {
    # scripts and what they are made of: only a page that Streamlit ran shows whether they are right
    **{
        f"kb.ui.{name}": "tests/ui/test_pages.py"
        for name in ("main", "suche", "bestand", "glossar", "hilfe", "filters", "trouble", "navigation", "library")
    },
    **dict.fromkeys(("kb.ui.overview", "kb.ui.parts"), "tests/ui/test_render.py"),
    **dict.fromkeys(("kb.commands.ingest", "kb.commands.search", "kb.commands.glossary"), "tests/test_cli.py"),
    "kb.commands.evaluate": "tests/test_evaluation.py",
}

Graph = Mapping[str, frozenset[str]]
"""Per module of ours, the modules that it imports: ours by their full names, others by their first."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {name_of(path): path for path in (*sorted((ROOT / "kb").rglob("*.py")), ROOT / "app.py", ROOT / "ingest.py")}


def imports(source: str, ours: frozenset[str]) -> Iterator[str]:
    """Yield what a module imports, inside functions, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports are not used here"
            origin = node.module or ""
            named = [full if (full := f"{origin}.{alias.name}") in ours else origin for alias in node.names]
        else:
            continue
        yield from (name if name in ours else name.partition(".")[0] for name in named)


def read() -> Graph:
    ours = frozenset(FILES)
    return {name: frozenset(imports(path.read_text("utf-8"), ours)) for name, path in FILES.items()}


def layer(module: str) -> int:
    (number,) = (number for number, names in enumerate(LAYERS) if re.fullmatch(names, module))
    return number


def upward(graph: Graph) -> list[str]:
    return [f"{a} imports {b}" for a, named in graph.items() for b in named & set(graph) if layer(b) > layer(a)]


def astray(graph: Graph) -> list[str]:
    return [f"{a} imports {b}" for a, named in graph.items() for b in named & set(HOMES) if not re.fullmatch(HOMES[b], a)]


def cycle(graph: Graph) -> list[str]:
    """Return the modules of a cycle; none if there is no cycle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


GRAPH = read()


def test_every_module_stands_in_one_layer() -> None:
    for module in GRAPH:
        assert sum(bool(re.fullmatch(names, module)) for names in LAYERS) == 1, module


def test_imports_go_down_only() -> None:
    assert upward(GRAPH) == []


def test_extractors_and_engines_do_not_know_each_other() -> None:
    for module, named in GRAPH.items():
        for one, other in (("kb.extract", "kb.engines"), ("kb.engines", "kb.extract")):
            assert not module.startswith(one) or not any(name.startswith(other) for name in named), module


def test_the_errors_and_nouns_know_nobody() -> None:
    assert GRAPH["kb.model"] & set(GRAPH) == GRAPH["kb.errors"] & set(GRAPH) == set()


def test_libraries_are_imported_in_their_homes_only() -> None:
    assert astray(GRAPH) == []


def test_imports_make_no_cycle() -> None:
    assert cycle(GRAPH) == []


@pytest.mark.parametrize("module", FILES)
def test_no_module_is_too_long(module: str) -> None:
    n_lines = len(FILES[module].read_text("utf-8").splitlines())

    assert n_lines <= LONGER.get(module, MAX_LINES)


@pytest.mark.parametrize("module", [name for name, path in FILES.items() if name.startswith("kb.") and path.stem != "__init__"])
def test_every_module_has_its_tests(module: str) -> None:
    *folders, name = module.split(".")[1:]
    own = ROOT.joinpath("tests", *folders, f"test_{name}.py")

    assert own.exists() or (module in TESTED_WITH and (ROOT / TESTED_WITH[module]).exists())


# ---- do the rules notice? ----------------------------------------------------------------------------------------------


def test_the_graph_holds_what_is_known() -> None:
    assert {"kb.query", "kb.model"} <= GRAPH["kb.search"]
    assert "whoosh" in GRAPH["kb.engines.codec"]
    assert "kb.ui.suche" in GRAPH["app"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import kb.search", {"kb.search"}, id="module"),
        pytest.param("from kb import search, query as q", {"kb.search", "kb.query"}, id="from the package"),
        pytest.param("from kb.search import answer", {"kb.search"}, id="a name of a module"),
        pytest.param("from whoosh.index import create_in", {"whoosh"}, id="library"),
        pytest.param("def ask():\n    import streamlit as st", {"streamlit"}, id="inside a function"),
        pytest.param('"""import whoosh"""', set(), id="only talked about"),
    ],
)
def test_every_way_to_import_is_noticed(source: str, expected: set[str]) -> None:
    assert set(imports(source, frozenset(FILES))) == expected


def test_broken_rules_are_noticed() -> None:
    assert upward({"kb.query": frozenset({"kb.search"}), "kb.search": frozenset()}) == ["kb.query imports kb.search"]
    assert astray({"kb.search": frozenset({"whoosh"})}) == ["kb.search imports whoosh"]
    assert set(cycle({"kb.query": frozenset({"kb.dates"}), "kb.dates": frozenset({"kb.query"})})) == {"kb.query", "kb.dates"}
