"""The training loop in plain torch: any device, the best weights kept, resumed from checkpoints."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from .errors import UserError
from .torch_settings import Schedule
from .weights import Row, copy_weights, load_checkpoint, save_checkpoint

Loss = Callable[[Tensor, Tensor], Tensor]  # of logits and targets
Augment = Callable[[Tensor, torch.Generator], Tensor]  # of the first input of a batch


class Batches(Protocol):
    """One epoch of (*inputs, targets) in random order."""

    def __len__(self) -> int:
        """The number of batches."""

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        """Yields the batches of one epoch."""


@dataclass(frozen=True)
class Shuffled:
    """Batches of tensors (*inputs, targets) that are in memory."""

    tensors: tuple[Tensor, ...]
    batch_size: int
    augment: Augment | None = None

    def __len__(self) -> int:
        """Returns the number of batches."""
        return count_batches(len(self.tensors[0]), self.batch_size)

    def __call__(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        """Yields the batches of one epoch, the first input augmented."""
        order = torch.randperm(len(self.tensors[0]), generator=generator)
        for rows in split_batches(order, self.batch_size):
            first, *rest = (tensor[rows] for tensor in self.tensors)
            if self.augment:
                first = self.augment(first, generator)
            yield (first, *rest)


def count_batches(count: int, batch_size: int) -> int:
    """Returns the number of batches that `split_batches` makes of `count` rows."""
    is_one_left = count > batch_size > 1 and count % batch_size == 1
    return -(-count // batch_size) - is_one_left


def split_batches(order: Tensor, batch_size: int) -> list[Tensor]:
    """Splits rows into batches; the last is smaller, or one larger instead of one row alone.

    Batch normalisation cannot be trained on a single row.
    """
    batches = list(torch.split(order, batch_size))
    if len(batches) > count_batches(len(order), batch_size):
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


@dataclass(frozen=True)
class TrainingRun:
    """How one model is trained."""

    schedule: Schedule
    device: torch.device
    seed: int
    checkpoint: Path | None = None
    resume: bool = False  # continue from the checkpoint, if there is one


# Set by `poe size`: model, batches, loss and run -> the batches and the run of a short trial.
Shorten = Callable[[nn.Module, Batches, Loss, TrainingRun], tuple[Batches, TrainingRun]]
SHORTEN: ContextVar[Shorten | None] = ContextVar("SHORTEN", default=None)


def pick_device(name: str = "auto") -> torch.device:
    """Returns the device of that name; "auto" is the fastest one that is available."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed_everything(seed: int, threads: int = 1) -> None:
    """Makes results bit-equal for the same seed and the same number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS needs it for determinism
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)  # some GPU operators have no such way
    # Filling each new tensor with NaN takes a tenth of a training; only unwritten memory needs it.
    filling = torch.utils.deterministic
    filling.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a property


def check_shapes(model: nn.Module, inputs: Tensor, classes: int) -> None:
    """Raises UserError unless `model` returns logits (n, classes) for a few inputs (n, ...)."""
    shape = tuple(inputs.shape)
    model.eval()
    try:
        with torch.inference_mode():
            logits = model(inputs)
    except (RuntimeError, IndexError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"the network cannot take inputs of shape {shape} and type {inputs.dtype}: {reason}; "
            "change forward, or the settings of the network, so that it takes them"
        ) from None
    found = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
    wanted = (len(inputs), classes)
    if found != wanted:
        raise UserError(
            f"the network returns {found} for {len(inputs)} inputs and {classes} labels: "
            f"return logits of shape {wanted}, the last layer with {classes} outputs"
        )


def make_loss(schedule: Schedule, labels: Tensor, classes: int) -> Loss:
    """Returns the cross entropy with the weights of `train.class_weight`.

    Balanced weights are scikit-learn's: n / (classes * count), 0 for a class without examples.
    """
    if schedule.class_weight == "none":
        return cross_entropy
    counts = torch.bincount(labels, minlength=classes).double()
    weights = (len(labels) / (classes * counts.clamp(min=1))).float() * (counts > 0)

    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(logits, targets, weights.to(logits))

    return loss


def best_epoch(rows: Sequence[Row]) -> int:
    """Returns the index of the row with the lowest validation loss; -1 when there is none."""
    losses = [row["valid_loss"] for row in rows]
    if not losses:
        return -1
    return losses.index(min(losses))


def fit(
    model: nn.Module,
    batches: Batches,
    validate: Callable[[nn.Module], Row],
    loss: Loss,
    run: TrainingRun,
    on_epoch: Callable[[Row], None] | None = None,
) -> list[Row]:
    """Trains `model` in place and returns one row of metrics for each epoch.

    `validate` returns metrics of the validation split; its "loss" decides which epoch was best.
    The model ends with the weights of that epoch. Raises UserError when the loss is not finite.
    """
    model.to(run.device)
    shorten = SHORTEN.get()
    if shorten:
        batches, run = shorten(model, batches, loss, run)
    schedule = run.schedule
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        hint = "set requires_grad_(True) for the layers to train"
        raise UserError(f"the network has no weight to train: {hint}")
    optimizer = torch.optim.AdamW(weights, weight_decay=schedule.weight_decay)
    rows: list[Row] = []
    best = copy_weights(model)
    if run.checkpoint and run.resume and run.checkpoint.exists():
        best = load_checkpoint(run.checkpoint, model, optimizer, rows)
    for epoch in range(len(rows), schedule.epochs):
        if epoch - best_epoch(rows) > schedule.patience:
            break
        row = _train_epoch(model, batches, loss, optimizer, run, epoch)
        row.update(_validate(model, validate))
        rows.append(row)
        if best_epoch(rows) == epoch:
            best = copy_weights(model)
        if run.checkpoint:
            save_checkpoint(run.checkpoint, model, optimizer, rows, best)
        if on_epoch:
            on_epoch(row)
    model.eval()
    model.load_state_dict(best)
    return rows


def _train_epoch(
    model: nn.Module,
    batches: Batches,
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    run: TrainingRun,
    epoch: int,
) -> Row:
    """One pass over the batches; returns learning rate, gradient norm and training loss."""
    # One seed for each epoch: a resumed run draws what an uninterrupted one would have drawn.
    epoch_seed = run.seed * 100_003 + epoch
    torch.manual_seed(epoch_seed)
    generator = torch.Generator().manual_seed(epoch_seed)
    total_steps = run.schedule.epochs * len(batches) + 1
    mixed_precision = _uses_bfloat16(run)
    rate = 0.0
    losses: list[Tensor] = []
    norms: list[Tensor] = []
    model.train()
    for step, batch in enumerate(batches(generator), start=epoch * len(batches) + 1):
        rate = run.schedule.rate(step / total_steps)
        optimizer.param_groups[0]["lr"] = rate
        *inputs, targets = (tensor.to(run.device) for tensor in batch)
        with torch.autocast(run.device.type, torch.bfloat16, enabled=mixed_precision):
            value = loss(model(*inputs), targets)
        optimizer.zero_grad()
        torch.autograd.backward(value)
        norm = nn.utils.clip_grad_norm_(model.parameters(), run.schedule.clip_norm)
        optimizer.step()
        losses.append(value.detach())
        norms.append(norm)
    # Read once an epoch, so that a GPU does not wait at every step.
    train_losses = torch.stack(losses).float()
    gradient_norms = torch.stack(norms)
    _refuse_divergence(epoch, train_losses, gradient_norms, rate)
    return {
        "epoch": epoch + 1.0,
        "learning_rate": rate,
        "gradient_norm": float(gradient_norms.mean()),
        "train_loss": float(train_losses.mean()),
    }


def _validate(model: nn.Module, validate: Callable[[nn.Module], Row]) -> Row:
    model.eval()
    with torch.inference_mode():
        metrics = validate(model)
    return {f"valid_{name}": value for name, value in metrics.items()}


def _refuse_divergence(epoch: int, losses: Tensor, norms: Tensor, rate: float) -> None:
    if losses.isfinite().all() and norms.isfinite().all():
        return
    raise UserError(
        f'training diverged in epoch {epoch + 1} (loss "{losses.mean():g}", gradient '
        f'"{norms.mean():g}"): lower "train.learning_rate" (now {rate:.2g}), raise '
        '"train.warmup", or look for infinite and missing values in the data'
    )


def _uses_bfloat16(run: TrainingRun) -> bool:
    if run.schedule.precision != "auto":
        return run.schedule.precision == "bfloat16"
    if run.device.type != "cuda":
        return False
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))
