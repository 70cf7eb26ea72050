"""Puts a network of docs/own-model.md into a repository: the protocol is in test/e2e/steps/own-model.ts.

`own_model.py pretrain FOLDER`, run in the clone, saves weights of a network with 35 other labels there.
"""

import json
import sys
from pathlib import Path

HEADINGS = {
    "gru": ["A GRU"],
    "convolution": ["A convolution over time"],
    "pretrained": ["Pretrained weights from a folder"],
}
# Of the built-in voices, after a few epochs: chance is 0.1, the network that comes with it reaches 0.99.
RANGES = {
    "gru": {"model.accuracy": [0.3, 1.0], "accuracy": [0.3, 1.0]},
    "convolution": {"model.accuracy": [0.3, 1.0], "accuracy": [0.3, 1.0]},
    "pretrained": {"model.accuracy": [0.2, 1.0], "accuracy": [0.2, 1.0]},
}
SETTINGS = [
    "data.voices=20",
    "train.epochs=8",
    "train.batch_size=16",
    "evaluate.seeds=1",
    "evaluate.min_score=0.15",
]


def pretrain(folder: Path) -> None:
    """Saves a network of 35 labels, as many as the speech commands of Google have."""
    from importlib import import_module

    import torch
    from safetensors.torch import save_file

    package = next(Path("src").glob("*/project.py")).parent.name
    settings = import_module(f"{package}.config").load()
    torch.manual_seed(0)
    spectrograms = torch.randn(8, settings.features.n_mels, 49)
    network = import_module(f"{package}.model").KeywordNet(35, spectrograms, settings.model)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")


def main(arguments: list[str]) -> None:
    """Lists the networks, or puts one in."""
    if not arguments:
        print("\n".join(HEADINGS))
        return
    if arguments[0] == "pretrain":
        pretrain(Path(arguments[1]))
        return
    from own_model_page import apply

    repository, name = Path(arguments[0]), arguments[1]
    applied = apply(repository, *HEADINGS[name])
    commands = applied.commands
    if name == "pretrained":
        program = Path(__file__).resolve().as_posix()
        commands = [f'uv run python "{program}" pretrain data/pretrained', *commands]
    model = {
        "commands": commands,
        "settings": SETTINGS,
        "ranges": RANGES[name],
        "blocks": applied.blocks,
    }
    print(json.dumps(model))


if __name__ == "__main__":
    main(sys.argv[1:])
