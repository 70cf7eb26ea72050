"""Weights of a pretrained network, read from a local file into a network of one's own."""

from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from .errors import UserError

WEIGHTS = "model.safetensors"
MAX_NAMES = 3  # that are printed


def load_weights(network: nn.Module, folder: Path, new_layers: Sequence[str] = ()) -> None:
    """Loads model.safetensors of a folder into `network`, in place.

    `new_layers` are left as they are, whatever the file has for them: the last layer, when the
    pretrained network has other labels. Raises UserError when the file is missing or does not fit.
    """
    path = folder / WEIGHTS
    if not path.is_file():
        hint = 'put the pretrained weights there (or run "dvc pull")'
        raise UserError(f'"{path}" is missing: {hint}, or name another folder')
    try:
        stored = load_file(path)
    except SafetensorError as error:
        hint = "save the weights with safetensors.torch.save_file(network.state_dict(), path)"
        raise UserError(f'"{path}" is not a safetensors file ({error}): {hint}') from None
    prefixes = tuple(f"{layer}." for layer in new_layers)
    wanted = network.state_dict()
    expected = {name for name in wanted if not name.startswith(prefixes)}
    found = {name for name in stored if not name.startswith(prefixes)}
    _refuse_names(path, "does not have", sorted(expected - found))
    _refuse_names(path, "has more than the network:", sorted(found - expected))
    for name in sorted(expected):
        in_file, in_network = tuple(stored[name].shape), tuple(wanted[name].shape)
        if in_file != in_network:
            layer = name.rpartition(".")[0]
            raise UserError(
                f'"{path}" does not fit: "{name}" is {in_file} in the file and {in_network} in '
                "the network: build the network with the sizes of the file, or add "
                f'"{layer}" to new_layers, which then starts untrained'
            )
    network.load_state_dict({name: stored[name] for name in expected}, strict=False)


def _refuse_names(path: Path, problem: str, names: Sequence[str]) -> None:
    if not names:
        return
    shown = ", ".join(f'"{name}"' for name in names[:MAX_NAMES])
    if len(names) > MAX_NAMES:
        shown += f" and {len(names) - MAX_NAMES} more"
    raise UserError(
        f'"{path}" {problem} {shown}: build the network that the file was saved from, or add the '
        "layers with these names to new_layers"
    )
