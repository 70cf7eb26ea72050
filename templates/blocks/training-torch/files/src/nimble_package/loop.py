"""The training loop: plain torch, any device, same seed same numbers, the best weights kept."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from .schedule import Schedule
from .settings import UserError
from .weights import History, Row, copy_weights, load_checkpoint, save_checkpoint


class Batches(Protocol):
    """How many batches an epoch has, and one epoch of (*inputs, targets) in random order."""

    def __len__(self) -> int: ...
    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]: ...


@dataclass(frozen=True)
class Shuffled:
    """Batches of (*inputs, targets) held in memory; `augment` changes the first input."""

    tensors: tuple[Tensor, ...]
    size: int
    augment: Callable[[Tensor, torch.Generator], Tensor] | None = None

    def __len__(self) -> int:
        return -(-len(self.tensors[0]) // self.size)

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        order = torch.randperm(len(self.tensors[0]), generator=generator)
        for rows in torch.split(order, self.size):
            first, *rest = (tensor[rows] for tensor in self.tensors)
            yield (self.augment(first, generator) if self.augment else first, *rest)


class DivergedError(UserError):
    """A loss or a gradient is no longer a number."""


def pick_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" takes the fastest one that is there."""
    if name != "auto":
        return torch.device(name)
    mps = "mps" if torch.backends.mps.is_available() else "cpu"
    return torch.device("cuda" if torch.cuda.is_available() else mps)


def seed_everything(seed: int, threads: int = 1) -> None:
    """Results are bit-equal for one seed *and* one number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def fit(
    model: nn.Module,
    batches: Batches,
    validate: Callable[[nn.Module], Row],  # "loss" decides which epoch was best
    *,
    loss: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    device: torch.device,
    seed: int,
    on_epoch: Callable[[Row], None] | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> History:
    """Trains `model` in place; it ends in eval mode with the weights of its best epoch."""
    model.to(device)
    adam = torch.optim.AdamW(model.parameters(), weight_decay=schedule.weight_decay)
    history, best = History(), copy_weights(model)
    if checkpoint and resume and checkpoint.exists():
        history, best = load_checkpoint(checkpoint, model, adam)
    auto = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    half = schedule.precision == "bfloat16" or (schedule.precision == "auto" and auto)
    for epoch in range(len(history.rows), schedule.epochs):
        if epoch - history.best > schedule.patience:
            break
        # A seed per epoch: a resumed run draws what an uninterrupted one would have drawn.
        generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
        torch.manual_seed(seed * 100_003 + epoch)
        losses, norms = [], []
        model.train()
        for step, batch in enumerate(batches(generator), start=epoch * len(batches) + 1):
            rate = schedule.rate(step / (schedule.epochs * len(batches) + 1))
            adam.param_groups[0]["lr"] = rate
            *inputs, targets = (tensor.to(device) for tensor in batch)
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                value = loss(model(*inputs), targets)
            adam.zero_grad()
            torch.autograd.backward(value)
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), schedule.clip_norm))
            adam.step()
            losses.append(value.detach())
        row = {"epoch": epoch + 1.0, "learning_rate": rate}
        row["gradient_norm"] = _mean("gradient norm", norms, epoch, rate)
        row["train_loss"] = _mean("training loss", losses, epoch, rate)
        model.eval()
        with torch.inference_mode():
            row |= {f"valid_{name}": value for name, value in validate(model).items()}
        _mean("validation loss", [torch.tensor(row["valid_loss"])], epoch, rate)
        history.rows.append(row)
        if history.best < 0 or row["valid_loss"] < history.rows[history.best]["valid_loss"]:
            history.best, best = epoch, copy_weights(model)
        if checkpoint:
            save_checkpoint(checkpoint, model, adam, history, best)
        if on_epoch:
            on_epoch(row)
    model.load_state_dict(best)
    return history


def _mean(what: str, values: list[Tensor], epoch: int, rate: float) -> float:
    """The mean of finite values; looked at once an epoch, so that a GPU need not wait each step."""
    steps = torch.stack(values).float()
    if bad := (~steps.isfinite()).nonzero().flatten().tolist():
        raise DivergedError(
            f'The {what} became "{steps[bad[0]]:g}" in epoch {epoch + 1}, step {bad[0] + 1} of '
            f"{len(steps)}: lower train.learning_rate (now {rate:.2g}), raise train.warmup, or "
            "look for infinite and missing values in the data."
        )
    return float(steps.mean())
