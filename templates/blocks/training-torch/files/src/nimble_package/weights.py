"""Weights on disk, never pickled: safetensors with a JSON card beside them, checkpoints, ONNX."""

import json
import logging
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

Row = dict[str, float]  # what one epoch showed


@dataclass
class History:
    """One row of figures per epoch."""

    rows: list[Row] = field(default_factory=list)
    best: int = -1  # index of the row with the lowest validation loss


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """The weights as they are now."""
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def save_model(model: nn.Module, directory: Path, card: Mapping[str, Any]) -> None:
    """Writes model.safetensors, and model.json with what it takes to build the model again."""
    directory.mkdir(parents=True, exist_ok=True)
    save_file(copy_weights(model), directory / "model.safetensors")
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (directory / "model.json").write_text(text, encoding="utf-8", newline="\n")


def load_card(directory: Path) -> dict[str, Any]:
    """What `save_model` was given."""
    card: dict[str, Any] = json.loads((directory / "model.json").read_text(encoding="utf-8"))
    return card


def load_weights(model: nn.Module, directory: Path) -> nn.Module:
    """The model with the saved weights, ready to answer."""
    model.load_state_dict(load_file(directory / "model.safetensors"))
    return model.eval()


def save_checkpoint(
    path: Path, model: nn.Module, adam: Optimizer, history: History, best: Mapping[str, Tensor]
) -> None:
    """Writes all that `fit` needs to go on from here; the file is whole or not there at all."""
    parts = {"model": model.state_dict(), "best": best, **adam.state_dict()["state"]}
    tensors = {
        f"{part} {name}": parts[part][name].clone() for part in parts for name in parts[part]
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path.with_suffix(".tmp"), {"history": json.dumps(asdict(history))})
    path.with_suffix(".tmp").replace(path)


def load_checkpoint(
    path: Path, model: nn.Module, adam: Optimizer
) -> tuple[History, dict[str, Tensor]]:
    """Puts model and optimizer where the checkpoint left them; its history and best weights."""
    parts: defaultdict[str, dict[str, Tensor]] = defaultdict(dict)
    for key, tensor in load_file(path).items():
        part, name = key.split(" ", 1)
        parts[part][name] = tensor
    model.load_state_dict(parts.pop("model"))
    best = parts.pop("best")
    state = {int(index): tensors for index, tensors in parts.items()}
    adam.load_state_dict({**adam.state_dict(), "state": state})
    with safe_open(path, "pt") as file:
        return History(**json.loads(file.metadata()["history"])), best


def export_onnx(
    model: nn.Module, inputs: tuple[Tensor, ...], path: Path, names: Sequence[str], output: str
) -> float:
    """Writes ONNX with a free batch axis; how far its answers on `inputs` are from torch's."""
    import onnxruntime  # type: ignore[import-untyped]

    for chatty in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    model = model.cpu().eval()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            inputs,
            path,
            input_names=names,
            output_names=[output],
            verbose=False,
            dynamic_shapes=tuple({0: "batch"} for _ in inputs),
            external_data=False,
        )
        expected = model(*inputs)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    return float((expected - torch.from_numpy(session.run([output], feed)[0])).abs().max())
