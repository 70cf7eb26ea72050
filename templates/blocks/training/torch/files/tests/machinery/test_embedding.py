"""The embedding of a network is what its last linear layer reads."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nimble_package.mlops import onnx_embedding
from nimble_package.mlops.onnx_embedding import EMBEDDING, make_embed
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.weights import export_onnx

X = torch.linspace(-1, 1, 24).reshape(6, 4)


class ManyHeads(nn.Module):
    """Ends with a product of two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(4, 3)
        self.two = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.one(x) * self.two(x)


class PerStep(nn.Module):
    """Ends with a linear layer of three axes, whose mean is the output."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x.reshape(-1, 2, 2)).mean(1).softmax(1)


@dataclass(frozen=True)
class Model:
    """A model as predict.py has it."""

    session: Any


def compute_outputs(model: Model, inputs: Sequence[NDArray[np.float32]]) -> NDArray[Any]:
    return np.asarray(model.session.run(None, {"x": np.stack(inputs)})[0])


def export(network: nn.Module, folder: Path) -> Model:
    path = folder / "model.onnx"
    export_onnx(network, (X,), path, ["x"], "probabilities")
    return Model(open_session(path))


def test_the_embedding_is_what_the_last_linear_layer_reads(tmp_path: Path) -> None:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
    model = export(nn.Sequential(body, nn.Linear(8, 3), nn.Softmax(1)), tmp_path)
    found = make_embed(compute_outputs)(model, list(X.numpy()))
    with torch.inference_mode():
        expected = body(X).numpy()
    assert found.shape == (6, 8)
    assert np.allclose(found, expected, atol=1e-5)


def test_the_first_output_stays_the_probabilities(tmp_path: Path) -> None:
    model = export(nn.Sequential(nn.Linear(4, 3), nn.Softmax(1)), tmp_path)
    names = [output.name for output in model.session.get_outputs()]
    assert names == ["probabilities", EMBEDDING]
    assert np.allclose(compute_outputs(model, list(X.numpy())).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("network", [ManyHeads(), PerStep()])
def test_a_network_with_another_end_is_compared_by_its_outputs(
    network: nn.Module, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    onnx_embedding._say_once.cache_clear()
    model = export(network, tmp_path)
    embed = make_embed(compute_outputs)
    with caplog.at_level(logging.INFO, logger=onnx_embedding.__name__):
        found = embed(model, list(X.numpy()))
        embed(model, list(X.numpy()))
    assert found.shape == (6, 3)
    assert np.isfinite(found).all()
    said = [message for message in caplog.messages if "no output" in message]
    assert len(said) == 1
