"""Weights on disk, never pickled: safetensors with a JSON file, checkpoints, ONNX."""

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

from .errors import UserError
from .files import save_json
from .onnx_model import open_session

Row = dict[str, float]  # the metrics of one epoch
Tensors = dict[str, Tensor]
MAX_DIFFERENCE = 1e-4  # between the outputs of torch and ONNX


def copy_weights(model: nn.Module) -> Tensors:
    """Returns a copy of the weights as they are now."""
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def save_model(model: nn.Module, directory: Path, facts: Mapping[str, Any]) -> None:
    """Writes model.safetensors, and model.json with what is needed to build the model again."""
    save_json(directory / "model.json", facts)
    save_file(copy_weights(model), directory / "model.safetensors")


def save_checkpoint(
    path: Path, model: nn.Module, optimizer: Optimizer, rows: list[Row], best: Tensors
) -> None:
    """Writes what is needed to continue; the file is complete or not there at all."""
    parts: dict[Any, Tensors] = {"model": copy_weights(model), "best": best}
    parts.update(optimizer.state_dict()["state"])
    tensors: Tensors = {}
    for part, values in parts.items():
        for key, tensor in values.items():
            tensors[f"{part} {key}"] = tensor
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    save_file(tensors, unfinished, {"rows": json.dumps(rows)})
    unfinished.replace(path)


def load_checkpoint(path: Path, model: nn.Module, optimizer: Optimizer, rows: list[Row]) -> Tensors:
    """Restores model, optimizer and rows in place; returns the best weights."""
    parts: defaultdict[str, Tensors] = defaultdict(dict)
    with safe_open(path, "pt") as file:
        rows.extend(json.loads(file.metadata()["rows"]))
        for name in file.keys():  # noqa: SIM118 - a safetensors file is not a dictionary
            part, _, key = name.partition(" ")
            parts[part][key] = file.get_tensor(name)
    best = parts.pop("best")
    try:
        model.load_state_dict(parts.pop("model"))
    except RuntimeError:
        hint = "train from the beginning"
        raise UserError(f'"{path}" is from a model of another shape: {hint}') from None
    state = {int(number): tensors for number, tensors in parts.items()}
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return best


def export_onnx(
    model: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    names: Sequence[str],
    output: str,
    axes: Sequence[Mapping[int, str]] | None = None,
) -> None:
    """Writes ONNX with a free first axis, or with the free `axes` of each input.

    Raises UserError when its outputs for `inputs` differ from those of torch.
    """
    batch_axes = [{0: "batch"}] * len(inputs)
    logging.disable(logging.WARNING)  # the exporter reports every operator that it does not need
    with warnings.catch_warnings(action="ignore"), torch.inference_mode():
        expected = model.cpu().eval()(*inputs)
        torch.onnx.export(
            model,
            inputs,
            path,
            input_names=names,
            output_names=[output],
            dynamic_shapes=tuple(axes or batch_axes),
            external_data=False,
            verbose=False,
        )
    logging.disable(logging.NOTSET)
    _remove_paths(path)
    session = open_session(path)
    feeds = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    found = torch.from_numpy(session.run([output], feeds)[0])
    difference = float((expected - found).abs().max())
    if difference > MAX_DIFFERENCE:
        raise UserError(f'"{path}" differs by {difference:.1g} from the model it was made from')


def _remove_paths(path: Path) -> None:
    """Removes metadata with the path of this folder, which would differ on another machine."""
    onnx = import_module("onnx")
    exported = onnx.load(path)
    for part in (exported.graph, *exported.graph.node, *exported.graph.value_info):
        part.ClearField("metadata_props")
    onnx.save(exported, path)
