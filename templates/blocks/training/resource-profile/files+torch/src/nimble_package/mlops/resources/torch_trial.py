"""What the memory of a training in torch depends on: the data, and the tensors of one step.

The trial makes two steps on the largest batch, which need as much memory as all of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from ...project import PROJECT
from ..project import PREPARED
from .adapter import Config, Parts, SizeAdapter
from .memory import count_bytes

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..training_loop import Batches, Loss, TrainingRun

SEEN = 50  # batches among which the largest is sought
STEPS = 2  # the optimizer has its state from the first one on
STATES = 2  # numbers that AdamW keeps for each weight


@contextmanager
def watch(parts: Parts) -> Iterator[None]:
    """Shortens every call of `training_loop.fit`, and counts the tensors of the first one."""
    from .. import training_loop

    first: list[tuple[nn.Module, tuple[Tensor, ...], Loss, torch.device]] = []

    def shorten(
        model: "nn.Module", batches: "Batches", loss: "Loss", run: "TrainingRun"
    ) -> "tuple[Batches, TrainingRun]":
        largest = find_largest(batches)
        first.append((model, largest, loss, run.device))
        short = replace(run, schedule=replace(run.schedule, epochs=1))
        return Repeated(largest), short

    token = training_loop.SHORTEN.set(shorten)
    try:
        yield
    finally:
        training_loop.SHORTEN.reset(token)
    if first:  # counted last: it takes memory that a training does not
        parts.update(count_tensors(*first[0]))


@dataclass(frozen=True)
class Repeated:
    """An epoch of one batch, a few times."""

    batch: "tuple[Tensor, ...]"

    def __len__(self) -> int:
        """Returns the number of steps."""
        return STEPS

    def __call__(self, generator: "torch.Generator") -> "Iterator[tuple[Tensor, ...]]":
        """Yields the batch again and again; its order needs no random numbers."""
        del generator
        for _step in range(STEPS):
            yield self.batch


def find_largest(batches: "Batches") -> "tuple[Tensor, ...]":
    """Returns the batch with most bytes among the first ones of an epoch."""
    import torch

    generator = torch.Generator().manual_seed(0)
    largest: tuple[Tensor, ...] = ()
    for batch in islice(batches(generator), SEEN):
        if count_batch(batch) > count_batch(largest):
            largest = batch
    return largest


def count_batch(batch: "tuple[Tensor, ...]") -> int:
    """Returns the bytes of the tensors of a batch."""
    return sum(tensor.nbytes for tensor in batch)


def count_tensors(
    model: "nn.Module", batch: "tuple[Tensor, ...]", loss: "Loss", device: "torch.device"
) -> Parts:
    """Returns the bytes of weights, gradients, optimizer state, and activations of one batch.

    Activations are the tensors that the backward pass needs, each memory once, without weights.
    """
    import torch

    weights = list(model.parameters())
    trained = sum(weight.nbytes for weight in weights if weight.requires_grad)
    own = {weight.untyped_storage().data_ptr() for weight in weights}
    kept: dict[int, int] = {}

    def note(tensor: "Tensor") -> "Tensor":
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    states = model.state_dict()
    saved = {name: tensor.clone() for name, tensor in states.items()}  # batch norm changes them
    *inputs, targets = (tensor.to(device) for tensor in batch)
    model.train()
    random = torch.get_rng_state()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        value = loss(model(*inputs), targets)
    torch.set_rng_state(random)
    model.load_state_dict(saved)
    del value
    return {
        "weights": sum(tensor.nbytes for tensor in states.values()),
        "gradients": trained,
        "optimizer state": STATES * trained,
        "activations": sum(kept.values()),
    }


def count(config: Config) -> Parts:
    """Returns the bytes of the prepared examples."""
    return {"data": count_bytes(PROJECT.load(config, PREPARED))}


def shorten(_: Config) -> list[str]:
    """No setting is changed: `watch` ends each training after two steps."""
    return []


def count_left_out(_: Config, __: Parts) -> int:
    """Two steps need as much memory as all of them."""
    return 0


SIZE = SizeAdapter(shorten, watch, count, count_left_out)
