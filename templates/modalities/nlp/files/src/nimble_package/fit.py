"""Fits the network and its baseline, and saves the network."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .config import Config
from .data import Examples, Splits
from .features import Ids, hash_text, pad
from .mlops import training_loop
from .mlops.training_loop import TrainingRun
from .mlops.weights import Row, export_onnx, save_model
from .model import ExportedClassifier, PaddedBatches, TextClassifier, make_baseline

BATCH = 64  # texts of one forward pass without gradients
AXES = [{0: "batch", 1: "length"}]  # that may have any size in ONNX

log = logging.getLogger(__name__)


def fit_network(
    config: Config, splits: Splits, seed: int, checkpoint: Path | None = None, resume: bool = False
) -> tuple[TextClassifier, list[Row]]:
    """Returns the trained network and one row of metrics for each epoch."""
    training_loop.seed_everything(seed, config.runtime.threads)
    device = training_loop.pick_device(config.runtime.device)
    train_ids = hash_texts(splits.train.texts, config)
    valid_ids = hash_texts(splits.valid.texts, config)
    labels = torch.from_numpy(splits.train.labels)
    valid_labels = torch.from_numpy(splits.valid.labels)
    classes = splits.train.classes
    network = TextClassifier(len(classes), config.model)
    few = torch.from_numpy(pad(train_ids[:2]))
    training_loop.check_shapes(network, few, len(classes))
    loss = training_loop.make_loss(config.train, labels, len(classes))

    def validate(network: nn.Module) -> Row:
        logits = compute_logits(network, valid_ids)
        valid_loss = loss(logits, valid_labels)
        is_correct = logits.argmax(1) == valid_labels
        accuracy = is_correct.float().mean()
        return {"loss": float(valid_loss), "accuracy": float(accuracy)}

    def report(row: Row) -> None:
        log.info("seed %d  epoch %3.0f  accuracy %.4f", seed, row["epoch"], row["valid_accuracy"])

    batches = PaddedBatches(train_ids, labels, config.train.batch_size)
    run = TrainingRun(config.train, device, seed, checkpoint, resume)
    rows = training_loop.fit(network, batches, validate, loss, run, report)
    return network.cpu(), rows


def hash_texts(texts: Sequence[str], config: Config) -> list[Ids]:
    """Returns the ids of each text."""
    return [hash_text(text, config.model) for text in texts]


def compute_logits(network: nn.Module, rows: Sequence[Ids]) -> Tensor:
    """Returns logits (n, classes) on the CPU."""
    device = next(network.parameters()).device
    parts = []
    with torch.inference_mode():
        for start in range(0, len(rows), BATCH):
            end = start + BATCH
            batch = pad(rows[start:end])
            ids = torch.from_numpy(batch).to(device)
            logits = network(ids)
            parts.append(logits.cpu())
    return torch.cat(parts)


def predict_network(network: nn.Module, texts: Sequence[str], config: Config) -> NDArray[Any]:
    """Returns probabilities (n, classes)."""
    logits = compute_logits(network, hash_texts(texts, config))
    return logits.softmax(1).numpy()


def fit_baseline(config: Config, train: Examples, examples: Examples) -> NDArray[Any]:
    """Returns what the baseline predicts for texts, (n, classes)."""
    class_weight: str | None = config.train.class_weight
    if class_weight == "none":
        class_weight = None
    model = make_baseline(class_weight)
    model.fit(train.texts, train.labels)
    y_prob: NDArray[Any] = model.predict_proba(examples.texts)
    return y_prob


def save(network: TextClassifier, splits: Splits, config: Config, directory: Path) -> None:
    """Writes the network once for torch and once for ONNX, with probabilities as output."""
    facts: dict[str, Any] = {"classes": splits.train.classes}
    facts["model"] = asdict(config.model)
    save_model(network, directory, facts)
    few = hash_texts(splits.valid.texts[:8], config)
    ids = torch.from_numpy(pad(few))
    exported = ExportedClassifier(network)
    path = directory / "model.onnx"
    tolerance = config.train.onnx_tolerance
    export_onnx(exported, (ids,), path, ["ids"], "probabilities", AXES, tolerance)
