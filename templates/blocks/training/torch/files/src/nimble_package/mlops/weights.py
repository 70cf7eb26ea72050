"""Weights on disk, never pickled: safetensors with a JSON card, checkpoints, ONNX."""

import json
import logging
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from .manifest import save_json
from .onnx_model import open_session
from .settings import UserError

Row = dict[str, float]  # what one epoch showed
Tensors = dict[str, Tensor]


def copy_weights(model: nn.Module) -> Tensors:
    """The weights as they are now."""
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def save_model(model: nn.Module, directory: Path, card: Mapping[str, Any]) -> None:
    """Writes model.safetensors, and model.json with what it takes to build the model again."""
    save_json(directory / "model.json", card)
    save_file(copy_weights(model), directory / "model.safetensors")


def save_checkpoint(
    path: Path, model: nn.Module, adam: Optimizer, rows: list[Row], best: Tensors
) -> None:
    """Writes all it takes to go on from here; the file is whole or not there at all."""
    parts = {"model": copy_weights(model), "best": best, **adam.state_dict()["state"]}
    flat = {f"{part} {key}": tensor for part in parts for key, tensor in parts[part].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(flat, path.with_suffix(".tmp"), {"rows": json.dumps(rows)})
    path.with_suffix(".tmp").replace(path)


def load_checkpoint(path: Path, model: nn.Module, adam: Optimizer, rows: list[Row]) -> Tensors:
    """Puts model, optimizer and rows where they were; gives back the best weights."""
    parts: defaultdict[str, Tensors] = defaultdict(dict)
    with safe_open(path, "pt") as file:
        rows += json.loads(file.metadata()["rows"])
        for name in file.keys():  # noqa: SIM118 (it is no dictionary)
            part, _, key = name.partition(" ")
            parts[part][key] = file.get_tensor(name)
    best = parts.pop("best")
    try:
        model.load_state_dict(parts.pop("model"))
    except RuntimeError:
        raise UserError(f'"{path}" is of a model of another shape: train from the start') from None
    adam.load_state_dict(adam.state_dict() | {"state": {int(i): parts[i] for i in parts}})
    return best


def export_onnx(
    model: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    names: Sequence[str],
    output: str,
    axes: Sequence[Mapping[int, str]] | None = None,
) -> float:
    """Writes ONNX with free `axes` (the batch); how far its answers are from torch's."""
    options: dict[str, Any] = {"input_names": names, "output_names": [output], "verbose": False}
    options |= {"dynamic_shapes": tuple(axes or [{0: "batch"}] * len(inputs))}
    logging.disable(logging.WARNING)  # the exporter tells of every operator it does not need
    with warnings.catch_warnings(action="ignore"), torch.inference_mode():
        expected = model.cpu().eval()(*inputs)
        torch.onnx.export(model, inputs, path, external_data=False, **options)
    logging.disable(logging.NOTSET)
    onnx = import_module("onnx")
    exported = onnx.load(path)
    for part in (exported.graph, *exported.graph.node, *exported.graph.value_info):
        part.ClearField("metadata_props")  # they hold this folder's path: other bytes elsewhere
    onnx.save(exported, path)
    session = open_session(path)
    feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    return float((expected - torch.from_numpy(session.run([output], feed)[0])).abs().max())
