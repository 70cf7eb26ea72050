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
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from .errors import UserError
from .files import save_json
from .onnx_embedding import mark_embedding
from .onnx_model import PARAMETERS, open_session

Row = dict[str, float]  # the metrics of one epoch
Tensors = dict[str, Tensor]
TOLERANCE = 1e-4  # largest difference between the outputs of torch and ONNX


def copy_weights(model: nn.Module) -> Tensors:
    """Returns a copy of the weights as they are now, each in memory of its own."""
    copies = {}
    for name, tensor in model.state_dict().items():
        copies[name] = tensor.detach().clone(memory_format=torch.contiguous_format)
    return copies


def save_model(model: nn.Module, directory: Path, facts: Mapping[str, Any]) -> None:
    """Writes model.safetensors, and model.json with what is needed to build the model again."""
    save_json(directory / "model.json", facts)
    _save_tensors(directory / "model.safetensors", copy_weights(model))


def save_checkpoint(
    path: Path, model: nn.Module, optimizer: Optimizer, rows: list[Row], best: Tensors
) -> None:
    """Writes what is needed to continue; the file is complete or not there at all."""
    parts: dict[Any, Tensors] = {"model": copy_weights(model), "best": best}
    parts.update(optimizer.state_dict()["state"])
    tensors: Tensors = {}
    for part, values in parts.items():
        for key, tensor in values.items():
            tensors[f"{part} {key}"] = tensor.contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    _save_tensors(unfinished, tensors, {"rows": json.dumps(rows)})
    unfinished.replace(path)


def _save_tensors(path: Path, tensors: Tensors, facts: dict[str, str] | None = None) -> None:
    """Writes a safetensors file; its own `save_file` has no OSError for a full disk."""
    path.write_bytes(save(tensors, facts))


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
    tolerance: float = TOLERANCE,
) -> None:
    """Writes ONNX with a free first axis, or with the free `axes` of each input.

    Raises UserError when the model cannot be exported, or when an output for `inputs` differs from
    that of torch by more than `tolerance`.
    """
    axes = axes or [{0: "batch"}] * len(inputs)
    model.cpu().eval()
    with torch.inference_mode():
        expected = model(*inputs)
    _write_onnx(model, inputs, path, names, output, axes)
    _complete(path, count_weights(model))
    session = open_session(path)
    feeds = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    found = torch.from_numpy(session.run([output], feeds)[0])
    _refuse_difference(path, expected, found, tolerance)


def _write_onnx(
    model: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    names: Sequence[str],
    output: str,
    axes: Sequence[Mapping[int, str]],
) -> None:
    # The fused attention of torch's own transformer layers has no operator in ONNX.
    uses_fused_attention = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    logging.disable(logging.WARNING)  # the exporter reports every operator that it does not need
    try:
        with warnings.catch_warnings(action="ignore"), torch.inference_mode():
            torch.onnx.export(
                model,
                inputs,
                path,
                input_names=names,
                output_names=[output],
                dynamic_shapes=tuple(axes),
                external_data=False,
                verbose=False,
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
        cause = _find_first_cause(error)
        if isinstance(cause, OSError):
            raise cause from None
        free = ", ".join(name for axis in axes for name in axis.values())
        raise UserError(
            f"the network cannot be exported to ONNX ({_describe(cause)}): write forward with "
            f"operations of torch only, for any size of these axes: {free}"
        ) from None
    finally:
        logging.disable(logging.NOTSET)
        torch.backends.mha.set_fastpath_enabled(uses_fused_attention)


def _find_first_cause(error: BaseException) -> BaseException:
    """Returns the error that the others came from."""
    while error.__cause__:
        error = error.__cause__
    return error


def _describe(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _refuse_difference(path: Path, expected: Tensor, found: Tensor, tolerance: float) -> None:
    difference = float((expected - found).abs().max())
    if difference <= tolerance:
        return
    changed = int((expected.argmax(-1) != found.argmax(-1)).sum())
    raise UserError(
        f'"{path}" differs by {difference:.1g} from the model it was made from, and {changed} of '
        f'{len(found)} predictions are others; "train.onnx_tolerance" is {tolerance:g}: look for '
        "half precision and for steps that depend on rounding (round, argmax, comparisons), or "
        f'set "train.onnx_tolerance" above {difference:.1g} if such a difference does not matter'
    )


def count_weights(model: nn.Module) -> int:
    """Returns the number of weights, also of layers that are not trained."""
    return sum(weight.numel() for weight in model.parameters())


def _complete(path: Path, parameters: int) -> None:
    """Adds embedding and number of weights; removes the path of this folder, which differs."""
    onnx = import_module("onnx")
    exported = onnx.load(path)
    mark_embedding(exported, onnx.helper.make_tensor_value_info)
    for part in (exported.graph, *exported.graph.node, *exported.graph.value_info):
        part.ClearField("metadata_props")
    onnx.helper.set_model_props(exported, {PARAMETERS: str(parameters)})
    onnx.save(exported, path)
