"""The number of weights is written into model.onnx, where a prediction without torch reads it."""

from pathlib import Path
from types import SimpleNamespace

import torch
from safetensors.torch import load_file
from torch import nn

from nimble_package.mlops.onnx_model import count_parameters, open_session
from nimble_package.mlops.project import MODEL
from nimble_package.mlops.training import FinishedRun
from nimble_package.mlops.weights import export_onnx
from nimble_package.project import PROJECT


def test_the_weights_of_an_exported_network_are_counted(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Linear(16, 3))
    path = tmp_path / "model.onnx"
    export_onnx(network, (torch.zeros(2, 8),), path, ["x"], "y")
    saved = SimpleNamespace(session=open_session(path))
    assert count_parameters(saved) == 8 * 16 + 16 + 2 * 16 + 16 * 3 + 3


def test_the_trained_network_has_as_many_weights_as_its_file(trained: FinishedRun) -> None:
    assert trained.metrics
    assert PROJECT.count_parameters
    count = PROJECT.count_parameters(PROJECT.load_model(MODEL))
    tensors = load_file(MODEL / "model.safetensors")
    weights = [name for name in tensors if name.endswith(("weight", "bias"))]
    assert count == sum(tensors[name].numel() for name in weights)
