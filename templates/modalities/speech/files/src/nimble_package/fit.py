"""Fits the network, and saves it."""

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .augmentation import Augmentation
from .config import Config
from .data import Examples, Splits
from .features import log_mel
from .mlops import training_loop
from .mlops.training_loop import Shuffled, TrainingRun
from .mlops.weights import Row, export_onnx, save_model
from .model import KeywordNet, NearestMean

BATCH = 256  # clips of one forward pass without gradients

log = logging.getLogger(__name__)


def fit_network(
    config: Config, splits: Splits, seed: int, checkpoint: Path | None = None, resume: bool = False
) -> tuple[KeywordNet, list[Row]]:
    """Returns the trained network and one row of metrics for each epoch."""
    training_loop.seed_everything(seed, config.runtime.threads)
    device = training_loop.pick_device(config.runtime.device)
    train_x = to_spectrograms(splits.train, config)
    valid_x = to_spectrograms(splits.valid, config)
    labels = torch.from_numpy(splits.train.labels)
    valid_labels = torch.from_numpy(splits.valid.labels)
    classes = len(splits.train.classes)
    network = make_network(config, classes, train_x)
    training_loop.check_shapes(network, train_x[:2], classes)
    loss = training_loop.make_loss(config.train, labels, classes)

    def validate(network: nn.Module) -> Row:
        logits = compute_logits(network, valid_x, device)
        valid_loss = loss(logits, valid_labels)
        is_correct = logits.argmax(1) == valid_labels
        accuracy = is_correct.double().mean()
        return {"loss": float(valid_loss), "accuracy": float(accuracy)}

    mean = train_x.mean((0, 2)).unsqueeze(1)
    augmentation = Augmentation(config, mean)
    schedule = config.train
    batches = Shuffled((train_x, labels), schedule.batch_size, augmentation)
    run = TrainingRun(schedule, device, seed, checkpoint, resume)
    rows = training_loop.fit(network, batches, validate, loss, run)
    best = rows[training_loop.best_epoch(rows)]
    log.info("seed %d: validation accuracy %.3f", seed, best["valid_accuracy"])
    return network.cpu(), rows


def make_network(config: Config, labels: int, spectrograms: Tensor) -> KeywordNet:
    """Returns the untrained network; `spectrograms` are those of training."""
    return KeywordNet(labels, spectrograms, config.model)


def to_spectrograms(examples: Examples, config: Config) -> Tensor:
    """Returns log-mel spectrograms (n, mels, frames)."""
    spectrograms = log_mel(examples.clips, config.features)
    return torch.from_numpy(spectrograms)


def compute_logits(network: nn.Module, x: Tensor, device: torch.device) -> Tensor:
    """Returns logits (n, labels) on the CPU."""
    parts = []
    for batch in torch.split(x, BATCH):
        logits = network(batch.to(device))
        parts.append(logits.cpu())
    return torch.cat(parts)


def predict_network(network: KeywordNet, examples: Examples, config: Config) -> NDArray[Any]:
    """Returns probabilities (n, labels)."""
    if len(examples.labels) == 0:
        return np.zeros((0, len(examples.classes)))
    x = to_spectrograms(examples, config)
    with torch.inference_mode():
        logits = compute_logits(network, x, torch.device("cpu"))
    return logits.softmax(1).numpy()


def fit_baseline(config: Config, train: Examples, examples: Examples) -> NDArray[Any]:
    """Returns what the baseline predicts for clips, (n, labels); it gives no class a weight."""
    train_x = log_mel(train.clips, config.features)
    x = log_mel(examples.clips, config.features)
    baseline = NearestMean(train_x, train.labels)
    return baseline.predict_proba(x)


def save(network: KeywordNet, splits: Splits, config: Config, directory: Path) -> None:
    """Writes the network once for torch and once for ONNX, with probabilities as output."""
    facts: dict[str, Any] = {"labels": splits.train.classes}
    facts["features"] = asdict(config.features)
    facts["model"] = asdict(config.model)
    save_model(network, directory, facts)
    few = to_spectrograms(splits.train, config)[:8]
    with_probabilities = nn.Sequential(network, nn.Softmax(1))
    path = directory / "model.onnx"
    tolerance = config.train.onnx_tolerance
    export_onnx(with_probabilities, (few,), path, ["log_mel"], "probabilities", None, tolerance)
