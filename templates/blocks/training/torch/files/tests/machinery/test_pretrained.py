"""Weights from a local folder: what fits is loaded, what does not is refused by name."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from nimble_package.mlops.errors import UserError
from nimble_package.mlops.pretrained import load_weights


def make_network(classes: int, width: int = 8) -> nn.ModuleDict:
    return nn.ModuleDict({"body": nn.Linear(4, width), "head": nn.Linear(width, classes)})


@pytest.fixture
def stored(tmp_path: Path) -> nn.ModuleDict:
    """A network with five labels, whose weights are in the folder."""
    network = make_network(5)
    save_file(network.state_dict(), tmp_path / "model.safetensors")
    return network


def test_all_weights_are_loaded_but_those_of_new_layers(
    stored: nn.ModuleDict, tmp_path: Path
) -> None:
    network = make_network(2)
    head = network["head"].weight.clone()
    load_weights(network, tmp_path, ["head"])
    assert torch.equal(network["body"].weight, stored["body"].weight)
    assert torch.equal(network["head"].weight, head)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("network", "words"),
    [
        (make_network(2), ['"head.bias" is (5,)', "(2,)", '"head"', "new_layers"]),
        (make_network(5, width=9), ['"body.bias" is (8,)', "(9,)", "sizes of the file"]),
        (nn.ModuleDict({"other": nn.Linear(4, 8)}), ["does not have", '"other.bias"']),
        (nn.ModuleDict({"body": nn.Linear(4, 8)}), ["more than the network", '"head.bias"']),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_both_shapes_or_the_names(
    tmp_path: Path, network: nn.Module, words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        load_weights(network, tmp_path)
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


def test_a_missing_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"model\.safetensors\" is missing.*dvc pull"):
        load_weights(make_network(2), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"a pickle, perhaps")
    with pytest.raises(UserError, match=r"not a safetensors file.*save_file"):
        load_weights(make_network(2), tmp_path)
