"""Puts a network of docs/own-model.md into a repository: the protocol is in test/e2e/steps/own-model.ts.

`own_model.py pretrain FOLDER`, run in the clone, saves weights of a network with 1,000 other labels there.
"""

import json
import sys
from pathlib import Path

HEADINGS = {
    "resnet": ["A residual network"],
    "vit": ["A vision transformer"],
    "pretrained": ["A residual network", "Pretrained weights from a folder"],
}
# Of the built-in digits, after four epochs: chance is 0.1, and the network that comes with the repository reaches 0.99.
# Measured: 0.81 (resnet), 0.40 (vit).
RANGES = {
    "resnet": {"model.accuracy": [0.5, 1.0], "accuracy": [0.5, 1.0]},
    "vit": {"model.accuracy": [0.2, 0.95], "accuracy": [0.2, 0.95]},
    "pretrained": {"model.accuracy": [0.3, 1.0], "accuracy": [0.3, 1.0]},
}
SETTINGS = ["train.epochs=4", "evaluate.seeds=1", "evaluate.min_score=0.1", "model.width=16"]


def pretrain(folder: Path) -> None:
    """Saves a network of 1,000 labels and three channels, as torchvision's has them."""
    from importlib import import_module

    import torch
    from safetensors.torch import save_file

    package = next(Path("src").glob("*/project.py")).parent.name
    torch.manual_seed(0)
    network = import_module(f"{package}.model").ResNet(3, 1000, 16)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), folder / "model.safetensors")


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
