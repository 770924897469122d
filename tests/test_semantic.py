import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tiny_model

from kb.errors import LibraryMissingError, ModelError, ModelProblem
from kb.semantic import BATCH, Model

MEAN, FIRST = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, {"pooling_mode_cls_token": True}
PROMPTS = {"prompts": {"query": "geld ", "document": "sucht "}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "modell"


def model(folder: Path, **how: object) -> Model:
    return Model(tiny_model.build(folder, **how))  # type: ignore[arg-type]  # named by the tests


def test_what_means_the_same_lies_near(folder: Path) -> None:
    one = model(folder)

    cosines = one.embed_passages(["Angemessenheit der Unterkunft", "Raten bei Schulden"]) @ one.embed_query("Wohnung zu teuer")

    assert cosines[0] > 0.9
    assert cosines[1] < 0.2


def test_vectors_have_the_length_one_and_stand_in_the_order_of_the_texts(folder: Path) -> None:
    one = model(folder)
    texts = [f"{'und ' * (n * 7 % 40)}{word}" for n in range(BATCH) for word in ("wohnung", "geld", "alkohol")]

    vectors = one.embed_passages(texts)

    assert vectors.dtype == np.float32
    assert vectors.shape == (len(texts), one.n_dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[:, :3].argmax(axis=1).tolist() == [0, 1, 2] * BATCH


def test_a_text_has_the_same_vector_whatever_stands_beside_it(folder: Path) -> None:
    one = model(folder)

    beside = one.embed_passages(["wohnung", "geld " * 60])[0]

    assert np.allclose(beside, one.embed_passages(["wohnung"])[0])


def test_no_text_is_no_vector(folder: Path) -> None:
    one = model(folder)

    assert one.embed_passages([]).shape == (0, one.n_dimensions)
    assert np.isfinite(one.embed_passages([""])).all()


@pytest.mark.parametrize(
    ("how", "nearest"),
    [
        pytest.param({}, 0, id="mean, unless something else is said"),
        pytest.param({"configs": {"1_Pooling/config.json": MEAN}}, 0, id="mean"),
        pytest.param({"configs": {"1_Pooling/config.json": {"pooling_mode": "mean"}}}, 0, id="mean, as newer exports say it"),
        pytest.param({"configs": {"1_Pooling/config.json": FIRST}}, 3, id="first token"),
        pytest.param({"configs": {"1_Pooling/config.json": {"pooling_mode": "cls"}}}, 3, id="first token, newer"),
        pytest.param({"output": "sentence_embedding"}, 3, id="the network pools"),
        pytest.param({"output": "embeddings"}, 0, id="output of another name"),
    ],
)
def test_tokens_become_one_vector_as_the_folder_says(folder: Path, how: dict[str, object], nearest: int) -> None:
    vector = model(folder, **how).embed_query("wohnung")  # the first token of all is [CLS], whose greatest value is the last

    assert vector.argmax() == nearest


def test_prompts_stand_before_queries_and_passages(folder: Path) -> None:
    one = model(folder, configs={"config_sentence_transformers.json": PROMPTS})

    assert one.embed_query("und")[:3].argmax() == 1
    assert one.embed_passages(["und"])[0, :3].argmax() == 2


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_a_passages_prompt_has_several_names(folder: Path, name: str) -> None:
    one = model(folder, configs={"config_sentence_transformers.json": {"prompts": {name: "sucht "}}})

    assert one.embed_passages(["und"])[0, 2] > 0.9
    assert one.embed_query("und")[2] < 0.5


def test_what_is_beyond_the_longest_input_does_not_count(folder: Path) -> None:
    one = model(folder, configs={"sentence_bert_config.json": {"max_seq_length": 4}})

    cut, short = one.embed_passages(["geld geld geld wohnung wohnung wohnung", "geld geld geld"])

    assert np.allclose(cut, short)


def test_a_network_in_its_own_folder_with_types_of_tokens_is_one_too(folder: Path) -> None:
    inputs = ("input_ids", "attention_mask", "token_type_ids")

    assert model(folder, network="onnx/model.onnx", inputs=inputs).embed_query("wohnung").argmax() == 0


def test_the_fingerprint_is_that_of_everything_that_makes_a_vector(tmp_path: Path) -> None:
    prints = [
        model(tmp_path / "a").fingerprint,
        model(tmp_path / "b", concepts=("wohnung", "geld", "alkohol")).fingerprint,
        model(tmp_path / "c", configs={"config_sentence_transformers.json": PROMPTS}).fingerprint,
        model(tmp_path / "d", configs={"1_Pooling/config.json": FIRST}).fingerprint,
    ]

    assert len(set(prints)) == len(prints)
    assert model(tmp_path / "again").fingerprint == prints[0]


def test_many_threads_get_the_vectors_of_one(folder: Path) -> None:
    one = model(folder)
    texts = [f"wohnung {'geld ' * (n % 7)}" for n in range(200)]
    alone = [one.embed_query(text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(one.embed_query, texts))

    assert all(np.allclose(a, b) for a, b in zip(alone, together, strict=True))


# ---- what is wrong is said ---------------------------------------------------------------------------------------------


def cut(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:-40])

    return change


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def with_config(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")

    return change


def with_network(**how: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        tiny_model.build(folder, **how)  # type: ignore[arg-type]  # named by the tests

    return change


DENSE = '[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Dense"}]'


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda folder: folder.rename(folder.parent / "anderswo"), ModelProblem.MISSING, id="no folder"),
        pytest.param(without("model.onnx"), ModelProblem.NO_NETWORK, id="no network"),
        pytest.param(without("tokenizer.json"), ModelProblem.NO_TOKENIZER, id="no tokenizer"),
        pytest.param(cut("model.onnx"), ModelProblem.DAMAGED, id="half a network"),
        pytest.param(cut("tokenizer.json"), ModelProblem.DAMAGED, id="half a tokenizer"),
        pytest.param(with_config("modules.json", "[{"), ModelProblem.DAMAGED, id="half a list of layers"),
        pytest.param(with_config("modules.json", DENSE), ModelProblem.UNSUITED, id="a layer that the network lacks"),
        pytest.param(
            with_config("1_Pooling/config.json", '{"pooling_mode_lasttoken": true}'), ModelProblem.UNSUITED, id="last token"
        ),
        pytest.param(
            with_config("1_Pooling/config.json", '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}'),
            ModelProblem.UNSUITED,
            id="two vectors in one",
        ),
        pytest.param(with_network(inputs=("input_ids", "position_ids")), ModelProblem.UNSUITED, id="unknown input"),
        pytest.param(with_network(factor=float("nan")), ModelProblem.UNSUITED, id="no numbers"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(folder: Path, change: Callable[[Path], None], problem: ModelProblem) -> None:
    tiny_model.build(folder)
    change(folder)

    with pytest.raises(ModelError) as caught:
        Model(folder)

    assert caught.value.problem == problem
    assert str(folder) in caught.value.place


def test_a_network_of_another_model_than_the_tokenizer_shows_at_the_first_word_it_lacks(folder: Path) -> None:
    tiny_model.mismatched(folder)

    with pytest.raises(ModelError) as caught:
        Model(folder).embed_query("alkohol")

    assert caught.value.problem is ModelProblem.DAMAGED


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_a_missing_package_is_named(folder: Path, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_model.build(folder)
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(LibraryMissingError) as caught:
        Model(folder)

    assert (caught.value.package, caught.value.extra) == (package, "semantic")


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    modules = "kb.cli, kb.commands.ingest, kb.commands.search, kb.web, kb.ui.library, kb.evaluation, kb.ingestion"
    code = f"import sys, {modules}; print(sorted({{'onnxruntime', 'tokenizers', 'huggingface_hub'}} & set(sys.modules)))"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"


def test_a_model_asks_nobody(folder: Path) -> None:
    tiny_model.build(folder)
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('a connection')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\nfrom kb.semantic import Model\n"
        f"Model(Path({str(folder)!r})).embed_passages(['wohnung'] * 50)\n"
        "print(sorted({'huggingface_hub', 'requests', 'httpx', 'httpx2', 'ssl'} & set(sys.modules)))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"
