"""A sentence-embedding model small enough to be built by a test: each word has a vector, words of one concept the same.

The network is a table of word vectors: an embedding layer, as the real ones begin with. Files and names are those of an export
of sentence-transformers.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

CONCEPTS = ("wohnung miete teuer unterkunft angemessenheit angemessen", "geld schulden inkasso raten", "sucht alkohol therapie")
PAD, START, UNKNOWN = range(3)


def build(
    folder: Path,
    concepts: Sequence[str] = CONCEPTS,
    *,
    output: str = "last_hidden_state",
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
    network: str = "model.onnx",
    configs: Mapping[str, object] | None = None,
    factor: float = 1.0,
) -> Path:
    """Write a model and return its folder. Each concept has a dimension of its own; the last one is that of all other words.

    With the output "sentence_embedding" the network gives the first token's vector: one per text, not one per token. With a
    `factor` that is not a number, it gives none.
    """
    words = {word: number for number, concept in enumerate(concepts) for word in concept.split()}
    table = np.zeros((3 + len(words), len(concepts) + 1), np.float32)
    table[UNKNOWN, -1] = 0.1
    table[START] = 0.01 * np.arange(1, len(concepts) + 2)
    table[PAD] = 9  # would show if padding were not masked
    table[[*range(3, len(table))], [*words.values()]] = 1
    table *= factor
    folder.mkdir(parents=True, exist_ok=True)
    _write_network(folder / network, table, inputs, output)
    _write_tokenizer(folder / "tokenizer.json", [*words])
    for name, content in (configs or {}).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), "utf-8")
    return folder


def mismatched(folder: Path) -> Path:
    """Write a model whose network has no vectors for the words of the last concept, so that it fails over them."""
    build(folder)
    tokenizer = (folder / "tokenizer.json").read_bytes()
    build(folder, CONCEPTS[:-1])
    (folder / "tokenizer.json").write_bytes(tokenizer)
    return folder


def _write_network(
    path: Path, table: np.ndarray[tuple[int, int], np.dtype[np.float32]], inputs: Sequence[str], output: str
) -> None:
    of_tokens = "tokens" if output == "sentence_embedding" else output
    nodes = [helper.make_node("Gather", ["table", inputs[0]], [of_tokens])]
    constants = [numpy_helper.from_array(table, "table")]
    if output == "sentence_embedding":
        constants.append(numpy_helper.from_array(np.array(0), "first"))
        nodes.append(helper.make_node("Gather", ["tokens", "first"], [output], axis=1))
    shape: list[str | int | None] = ["batch", "width"] if of_tokens == output else ["batch"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "width"]) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*shape, table.shape[1]])],
        constants,
    )
    path.parent.mkdir(exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


def _write_tokenizer(path: Path, words: Sequence[str]) -> None:
    vocabulary = {word: number for number, word in enumerate(("[PAD]", "[CLS]", "[UNK]", *words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106  # no password
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", START)])
    tokenizer.enable_padding(pad_id=PAD, length=128)  # as some exports have it: to a fixed length
    tokenizer.save(str(path))
