"""Fits the network and its baseline, and saves the network."""

import logging
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from .config import Config
from .data import Examples, Splits
from .mlops import training_loop
from .mlops.training_loop import Shuffled, TrainingRun
from .mlops.weights import Row, export_onnx, save_model
from .model import Augmentation, Classifier, to_input

BATCH = 256  # images of one forward pass without gradients
MAX_BASELINE_SIDE = 16  # pixels

log = logging.getLogger(__name__)


def fit_network(
    config: Config, splits: Splits, seed: int, checkpoint: Path | None = None, resume: bool = False
) -> tuple[Classifier, list[Row]]:
    """Returns the trained network and one row of metrics for each epoch."""
    training_loop.seed_everything(seed, config.runtime.threads)
    device = training_loop.pick_device(config.runtime.device)
    images = torch.from_numpy(splits.train.images)
    labels = torch.from_numpy(splits.train.labels)
    valid_labels = torch.from_numpy(splits.valid.labels)
    classes = len(splits.train.classes)
    network = Classifier(classes, images, config.model)
    training_loop.check_shapes(network, images[:2], classes)
    loss = training_loop.make_loss(config.train, labels, classes)

    def validate(network: nn.Module) -> Row:
        logits = compute_logits(network, splits.valid, device)
        valid_loss = loss(logits, valid_labels)
        is_correct = logits.argmax(1) == valid_labels
        accuracy = is_correct.float().mean()
        return {"loss": float(valid_loss), "accuracy": float(accuracy)}

    def report(row: Row) -> None:
        numbers = (seed, row["epoch"], row["valid_loss"], row["valid_accuracy"])
        log.info("seed %d  epoch %2.0f  validation loss %.3f  accuracy %.3f", *numbers)

    tensors = (images, labels)
    augmentation = Augmentation(config.model)
    batches = Shuffled(tensors, config.train.batch_size, augmentation)
    run = TrainingRun(config.train, device, seed, checkpoint, resume)
    rows = training_loop.fit(network, batches, validate, loss, run, report)
    return network.cpu(), rows


def compute_logits(network: nn.Module, examples: Examples, device: torch.device) -> Tensor:
    """Returns logits (n, classes) on the CPU."""
    images = torch.from_numpy(examples.images)
    parts = []
    for batch in torch.split(images, BATCH):
        logits = network(batch.to(device))
        parts.append(logits.cpu())
    return torch.cat(parts)


def predict_network(network: Classifier, examples: Examples) -> NDArray[Any]:
    """Returns probabilities (n, classes)."""
    with torch.inference_mode():
        logits = compute_logits(network, examples, torch.device("cpu"))
    return logits.softmax(1).numpy()


def fit_baseline(config: Config, train: Examples, examples: Examples) -> NDArray[Any]:
    """Returns what logistic regression on few pixels predicts for images, (n, classes)."""
    class_weight = None if config.train.class_weight == "none" else config.train.class_weight
    model = LogisticRegression(max_iter=1000, class_weight=class_weight)
    with threadpool_limits(config.runtime.threads), warnings.catch_warnings():
        # 1000 iterations are enough for a baseline
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(to_pixels(train), train.labels)
        y_prob: NDArray[Any] = model.predict_proba(to_pixels(examples))
    return y_prob


def to_pixels(examples: Examples) -> NDArray[Any]:
    """Returns at most 16 x 16 averaged pixels for each image, shape (n, pixels)."""
    x = to_input(torch.from_numpy(examples.images))
    height = min(x.shape[2], MAX_BASELINE_SIDE)
    width = min(x.shape[3], MAX_BASELINE_SIDE)
    pixels = adaptive_avg_pool2d(x, (height, width))
    return pixels.flatten(1).numpy()


def save(network: Classifier, splits: Splits, config: Config, directory: Path) -> None:
    """Writes the network once for torch and once for ONNX, with probabilities as output."""
    facts: dict[str, Any] = {"classes": splits.train.classes}
    facts["data"] = asdict(config.data)
    facts["model"] = asdict(config.model)
    save_model(network, directory, facts)
    with_probabilities = nn.Sequential(network, nn.Softmax(1))
    few = torch.from_numpy(splits.valid.images[:8])
    path = directory / "model.onnx"
    tolerance = config.train.onnx_tolerance
    export_onnx(with_probabilities, (few,), path, ["images"], "probabilities", None, tolerance)
