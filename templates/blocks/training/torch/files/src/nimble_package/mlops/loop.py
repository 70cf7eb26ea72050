"""The training loop: plain torch, any device, same seed same numbers, the best weights kept."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from .schedule import Schedule
from .settings import UserError
from .weights import Row, copy_weights, load_checkpoint, save_checkpoint


class Batches(Protocol):
    """One epoch of (*inputs, targets) in random order, and how many batches that is."""

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


def pick_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" takes the fastest there is."""
    mps = "mps" if torch.backends.mps.is_available() else "cpu"
    return torch.device(name if name != "auto" else "cuda" if torch.cuda.is_available() else mps)


def seed_everything(seed: int, threads: int = 1) -> None:
    """Results are bit-equal for one seed *and* one number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS asks for it
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)  # warns where a GPU has no such way


def best_epoch(rows: Sequence[Row]) -> int:
    """The position of the lowest validation loss."""
    return min(range(len(rows)), key=lambda i: rows[i]["valid_loss"], default=-1)


def fit(
    model: nn.Module,
    batches: Batches,
    validate: Callable[[nn.Module], Row],  # its "loss" decides which epoch was best
    *,
    loss: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    device: torch.device,
    seed: int,
    on_epoch: Callable[[Row], None] | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> list[Row]:
    """Trains `model` in place, which ends with its best epoch's weights; what each epoch showed."""
    adam = torch.optim.AdamW(model.to(device).parameters(), weight_decay=schedule.weight_decay)
    rows, best = list[Row](), copy_weights(model)
    if checkpoint and resume and checkpoint.exists():
        best = load_checkpoint(checkpoint, model, adam, rows)
    bf16 = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    half = bf16 if schedule.precision == "auto" else schedule.precision == "bfloat16"
    for epoch in range(len(rows), schedule.epochs):
        if epoch - best_epoch(rows) > schedule.patience:
            break
        # A seed per epoch: a resumed run draws what an uninterrupted one would have drawn.
        torch.manual_seed(seed * 100_003 + epoch)
        generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
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
        # Looked at once an epoch, so that a GPU need not wait at every step.
        shown = torch.stack([torch.stack(losses).float(), torch.stack(norms)])
        if not shown.isfinite().all():
            raise UserError(
                f'training diverged in epoch {epoch + 1} (loss "{shown[0].mean():g}", gradient '
                f'"{shown[1].mean():g}"): lower "train.learning_rate" (now {rate:.2g}), raise '
                '"train.warmup", or look for infinite and missing values in the data'
            )
        train_loss, norm = shown.mean(1).tolist()
        row = {"learning_rate": rate, "gradient_norm": norm, "train_loss": train_loss}
        with torch.inference_mode():
            row |= {f"valid_{name}": figure for name, figure in validate(model.eval()).items()}
        rows.append({"epoch": epoch + 1.0, **row})
        best = copy_weights(model) if best_epoch(rows) == epoch else best
        if checkpoint:
            save_checkpoint(checkpoint, model, adam, rows, best)
        if on_epoch:
            on_epoch(rows[-1])
    model.eval().load_state_dict(best)
    return rows
