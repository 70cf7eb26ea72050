"""The network and its baseline, fitted to the training images of a split."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy

from .config import Config
from .data import Split, Splits
from .mlops.loop import Shuffled, fit, pick_device, seed_everything
from .mlops.weights import Row, export_onnx, save_model
from .model import Augmenter, Classifier, to_input


def fit_network(
    config: Config, splits: Splits, seed: int, resume: bool = False
) -> tuple[Classifier, list[Row], NDArray[Any]]:
    """The network, what each epoch showed, and its chances for the validation images."""
    x, held = torch.from_numpy(splits.train.images), torch.from_numpy(splits.valid.images)
    y, truth = torch.from_numpy(splits.train.labels), torch.from_numpy(splits.valid.labels)
    device = pick_device(config.runtime.device)
    seed_everything(seed, config.runtime.threads)
    network = Classifier(len(splits.classes), x, config.model)

    def logits(network: nn.Module) -> Tensor:
        return torch.cat([network(part.to(device)).cpu() for part in torch.split(held, 256)])

    def validate(network: nn.Module) -> Row:
        out = logits(network)
        right = (out.argmax(1) == truth).float().mean()
        return {"loss": float(cross_entropy(out, truth)), "accuracy": float(right)}

    rows = fit(
        network,
        Shuffled((x, y), config.train.batch_size, Augmenter(config.model)),
        validate,
        loss=cross_entropy,
        schedule=config.train,
        device=device,
        seed=seed,
        on_epoch=lambda row: print(
            f"seed {seed}  epoch {row['epoch']:2.0f}  loss {row['train_loss']:.3f}  "
            f"validation {row['valid_loss']:.3f}  accuracy {row['valid_accuracy']:.3f}"
        ),
        checkpoint=Path(f"models/checkpoints/{seed}.safetensors"),
        resume=resume,
    )
    with torch.inference_mode():
        return network, rows, logits(network).softmax(1).numpy()


def fit_baseline(splits: Splits, threads: int = 1) -> NDArray[Any]:
    """The chances that logistic regression on at most 16 x 16 pixels gives the same images."""

    def pixels(part: Split) -> NDArray[Any]:
        x = to_input(torch.from_numpy(part.images))
        few = adaptive_avg_pool2d(x, (min(x.shape[2], 16), min(x.shape[3], 16)))
        return few.flatten(1).numpy()

    with threadpool_limits(threads):
        model = LogisticRegression(max_iter=1000).fit(pixels(splits.train), splits.train.labels)
        chances: NDArray[Any] = model.predict_proba(pixels(splits.valid))
    return chances


def save(network: Classifier, splits: Splits, config: Config, directory: Path) -> NDArray[Any]:
    """Writes the model, once for torch and once for ONNX; its chances for eight images."""
    shape = {"data": asdict(config.data), "model": asdict(config.model)}
    save_model(network, directory, {"classes": splits.classes, **shape})
    served = nn.Sequential(network, nn.Softmax(1))
    few = torch.from_numpy(splits.valid.images[:8])
    away = export_onnx(served, (few,), directory / "model.onnx", ["images"], "chances")
    if away > 1e-4:
        raise RuntimeError(f"model.onnx answers {away:.1g} away from the network it was made of")
    with torch.inference_mode():
        chances: NDArray[Any] = served(few).numpy()
    return chances
