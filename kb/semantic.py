"""A sentence-embedding model that the operator brings: texts -> vectors that lie near each other where meanings do.

The folder is what sentence-transformers exports:

    model.onnx, or onnx/model.onnx      the network, for onnxruntime
    tokenizer.json                      text -> numbers of tokens
    config_sentence_transformers.json   `prompts`: what stands before a query and before a passage
    sentence_bert_config.json           `max_seq_length`: tokens beyond it are cut off
    1_Pooling/config.json               how the vectors of tokens become one: their mean, or the first (CLS)
    modules.json                        the layers; only a network with all of them in it can be used

Only the first two must be there. Vectors are float32 and of length 1, so that their product is the cosine. Nothing is fetched
from anywhere; onnxruntime and tokenizers, an extra, are imported when a model is loaded.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import LibraryMissingError, ModelError, ModelProblem

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

VERSION = 1  # of `passage_text` and of all that makes a vector of it
NETWORKS = ("model.onnx", "onnx/model.onnx")
TOKENIZER = "tokenizer.json"
CONFIGS = ("config_sentence_transformers.json", "sentence_bert_config.json", "1_Pooling/config.json", "modules.json")
MAX_TOKENS = 512  # where the folder names no limit; most models have been trained with no more
BATCH = 16  # texts of like length at a time; more only take memory on a processor

_PASSAGE_PROMPTS = ("document", "passage", "corpus")  # names in the order in which sentence-transformers looks for them
_POOLED = "sentence_embedding"  # an output of this name has gone through all layers
_OF_TOKENS = ("last_hidden_state", "token_embeddings")
_PADDING = ("<pad>", "[PAD]")

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


def passage_text(title: str, heading: Sequence[str], text: str) -> str:
    """Return what is made a vector of: the passage, with its guide's title and its headings above it."""
    return "\n".join((title, *heading, text))


class Model:
    """A network with its tokenizer. May be used by many threads at once."""

    def __init__(self, folder: Path) -> None:
        """Load the model; this takes about a second.

        Raises:
            ModelError: the folder is not there, lacks a file, or holds something that cannot be used.
            LibraryMissingError: onnxruntime or tokenizers is not installed.
        """
        self._folder = folder
        network = self._network()
        configs = {name: self._config(name) for name in CONFIGS}
        prompts = configs["config_sentence_transformers.json"].get("prompts") or {}
        self._before_query = str(prompts.get("query") or "")
        self._before_passage = next((str(prompts[name] or "") for name in _PASSAGE_PROMPTS if name in prompts), "")
        self._open(network, configs["sentence_bert_config.json"].get("max_seq_length"))
        self._is_first = self._pooling(configs["1_Pooling/config.json"]) == "cls"
        if self._output != _POOLED and (layers := _more_layers(configs["modules.json"])):
            raise self._unsuited(f"layers {', '.join(layers)}")
        probe = self.embed_query("Probe")  # what is wrong with a model shows here, not at the first search
        if not probe.any():
            raise self._unsuited("no vector")
        self.n_dimensions = len(probe)
        self.fingerprint = _fingerprint(folder, network)

    def embed_query(self, text: str) -> Floats:
        """Return the vector of what somebody asks, of shape (n_dimensions,)."""
        vector: Floats = self._embed([self._before_query + text])[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts as `passage_text` makes them, of shape (len(texts), n_dimensions)."""
        if not texts:
            return np.empty((0, self.n_dimensions), np.float32)
        return self._embed([self._before_passage + text for text in texts])

    def _embed(self, texts: list[str]) -> Floats:
        tokens = [each.ids for each in self._tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))  # so that little is filled up
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        vectors = np.concatenate([self._run([tokens[i] for i in batch]) for batch in batches])
        found = np.empty_like(vectors)
        found[order] = vectors
        return found

    def _run(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """Return the vectors of texts given as tokens, which are filled up to the length of the longest."""
        ids = np.full((len(tokens), max(1, *map(len, tokens))), self._padding, np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            (raw,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        except Exception as error:  # onnxruntime's errors have no common class
            raise ModelError(str(self._folder), ModelProblem.DAMAGED, str(error)) from error
        pooled = self._pooled(np.asarray(raw, np.float32), mask)
        # One odd text must not stop the others: it lies near to nothing
        sound: Floats = np.where(np.isfinite(pooled).all(axis=1, keepdims=True), pooled, np.float32(0))
        lengths = np.maximum(np.linalg.norm(sound, axis=1, keepdims=True), np.float32(1e-12))
        vectors: Floats = np.divide(sound, lengths, dtype=np.float32)
        return vectors

    def _pooled(self, found: Floats, mask: Numbers) -> Floats:
        if found.ndim == 2:
            return found
        if found.ndim != 3:
            raise self._unsuited(f"output {self._output} of {found.ndim} dimensions")
        if self._is_first:
            return found[:, 0]
        weights = mask[:, :, None].astype(np.float32)
        total: Floats = (found * weights).sum(axis=1)
        n_tokens: Floats = np.maximum(weights.sum(axis=1), 1)
        return total / n_tokens

    def _network(self) -> Path:
        """Return the network's file; that the tokenizer is there, too, is made sure."""
        if not self._folder.is_dir():
            raise ModelError(str(self._folder), ModelProblem.MISSING)
        network = next((path for name in NETWORKS if (path := self._folder / name).is_file()), None)
        if network is None:
            raise ModelError(str(self._folder), ModelProblem.NO_NETWORK)
        if not (self._folder / TOKENIZER).is_file():
            raise ModelError(str(self._folder), ModelProblem.NO_TOKENIZER)
        return network

    def _config(self, name: str) -> Any:
        """Return what a JSON file of the folder holds; an empty object if there is none."""
        try:
            return json.loads((self._folder / name).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ModelError(str(self._folder / name), ModelProblem.DAMAGED, str(error)) from error

    def _open(self, network: Path, max_tokens: int | None) -> None:
        try:
            import onnxruntime  # noqa: PLC0415  # an optional package of 80 MB
            import tokenizers  # noqa: PLC0415  # optional as well
        except ImportError as error:
            raise LibraryMissingError(error.name or "onnxruntime", "semantic") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what goes wrong is raised
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that wait leave the cores to others
        try:
            self._tokenizer: Tokenizer = tokenizers.Tokenizer.from_file(str(self._folder / TOKENIZER))
        except Exception as error:  # tokenizers raises nothing more specific
            raise ModelError(str(self._folder / TOKENIZER), ModelProblem.DAMAGED, str(error)) from error
        try:
            self._session: InferenceSession = onnxruntime.InferenceSession(
                str(network), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no common class
            raise ModelError(str(network), ModelProblem.DAMAGED, str(error)) from error
        known = self._tokenizer.truncation
        self._tokenizer.enable_truncation(max_tokens or (known["max_length"] if known else MAX_TOKENS))
        padding = self._tokenizer.padding or {}
        numbers = [padding.get("pad_id"), *map(self._tokenizer.token_to_id, _PADDING)]
        self._padding = next((number for number in numbers if number is not None), 0)
        self._tokenizer.no_padding()
        self._inputs, self._output = self._ends()

    def _ends(self) -> tuple[list[str], str]:
        """Return the names of the network's inputs and of the output to take."""
        inputs = {each.name: each.type for each in self._session.get_inputs()}
        for name, kind in inputs.items():
            if name not in ("input_ids", "attention_mask", "token_type_ids") or kind != "tensor(int64)":
                raise self._unsuited(f"input {name} {kind}")
        outputs = [each.name for each in self._session.get_outputs()]
        return [*inputs], next((name for name in (_POOLED, *_OF_TOKENS) if name in outputs), outputs[0])

    def _pooling(self, config: dict[str, Any]) -> str:
        modes = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
        mode = str(config.get("pooling_mode") or "+".join(modes) or "mean")  # sentence-transformers has written it in both ways
        mode = mode.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        if mode not in ("mean", "cls") and self._output != _POOLED:
            raise self._unsuited(f"pooling {mode}")
        return mode

    def _unsuited(self, why: str) -> ModelError:
        return ModelError(str(self._folder), ModelProblem.UNSUITED, why)


def _more_layers(modules: Any) -> list[str]:
    """Return the layers that an export without them would lack."""
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules] if isinstance(modules, list) else []
    return [kind for kind in kinds if kind not in ("Transformer", "Pooling", "Normalize")]


def _fingerprint(folder: Path, network: Path) -> str:
    """Return what changes whenever vectors may: of all files that make them, the weights beside a large network, too."""
    digest = hashlib.sha256(str(VERSION).encode())
    files = sorted(network.parent.glob(f"{network.name}*"))
    for path in (*files, folder / TOKENIZER, *(folder / name for name in CONFIGS)):
        if path.is_file():
            with path.open("rb") as file:
                digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
