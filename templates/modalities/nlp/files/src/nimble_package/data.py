"""Reads the texts, checks them and splits them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .features import split_words
from .mlops import prepared_files
from .mlops import splits as drawing
from .mlops.errors import UserError
from .mlops.nlp import prepared
from .mlops.nlp.collect import collect
from .mlops.nlp.split import SHARES
from .mlops.project import PREPARED, Field


@dataclass(frozen=True)
class Examples:
    """Texts with their labels, as positions in `classes`."""

    texts: list[str]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]  # texts of one group stay in one split
    classes: list[str]

    def select(self, is_chosen: NDArray[np.bool_]) -> "Examples":
        """Returns the examples where `is_chosen`, shape (n,), is true."""
        rows = np.flatnonzero(is_chosen)
        texts = [self.texts[row] for row in rows]
        labels = self.labels[rows]
        groups = self.groups[rows]
        return Examples(texts, labels, groups, self.classes)


@dataclass(frozen=True)
class Splits:
    """The prepared texts; no group is in two splits, and no near duplicates are."""

    train: Examples
    valid: Examples
    test: Examples


def check(config: Config) -> list[str]:
    """Returns what is wrong with the texts, one sentence for each problem."""
    try:
        return collect(config.data).problems
    except UserError as error:
        return [str(error)]


@prepared_files.one_at_a_time
def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the splits to `folder` and returns their manifest.

    Splits made from the same settings, files, code and packages are used again.
    Raises UserError with the first problems of the texts.
    """
    made_from = prepared.describe_inputs(config)
    known = prepared_files.read_reusable(folder, made_from)
    if known:
        return known
    collected = collect(config.data)
    if collected.problems:
        raise UserError(prepared_files.shorten(collected.problems))
    if collected.record:
        drawing.save_record(collected.record, folder)
    return prepared.write(folder, collected, config, made_from)


@prepared_files.one_at_a_time
def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared splits; prepares them first where they are missing or outdated."""
    facts = prepare(config, folder)
    classes = list(facts["classes"])
    columns = prepared.read_columns(folder, classes)
    examples = Examples(columns.texts, columns.labels, columns.groups, classes)
    return divide(examples, columns.splits)


def divide(examples: Examples, splits: NDArray[Any], test: Examples | None = None) -> Splits:
    """Returns the examples by the name of their split, shape (n,)."""
    train = examples.select(splits == "train")
    valid = examples.select(splits == "valid")
    if test is None:
        test = examples.select(splits == "test")
    return Splits(train, valid, test)


def draw_validation(splits: Splits, seed: int) -> Splits:
    """Returns splits with other validation texts and the same test texts."""
    train, valid = splits.train, splits.valid
    texts = [*train.texts, *valid.texts]
    both = (train, valid)
    labels = np.concatenate([part.labels for part in both])
    groups = np.concatenate([part.groups for part in both])
    pool = Examples(texts, labels, groups, train.classes)
    share = SHARES["valid"] / (1 - SHARES["test"])
    names = drawing.draw_validation(labels, groups, groups, share, seed)
    homes = np.array(names)
    return divide(pool, homes, splits.test)


def inputs(examples: Examples) -> Sequence[str]:
    """Returns the texts."""
    return examples.texts


def describe_texts(examples: Examples) -> dict[str, Sequence[Any]]:
    """Returns label, group and number of words of each text."""
    classes = examples.classes
    labels = [classes[label] for label in examples.labels]
    slices: dict[str, Sequence[Any]] = {"label": labels}
    slices["group"] = examples.groups.tolist()
    words = [split_words(text) for text in examples.texts]
    slices["words"] = list(map(len, words))
    return slices


def target_field(examples: Examples) -> Field:
    """Returns the name and the classes of the target."""
    return Field("label", "category", allowed=tuple(examples.classes))


if __name__ == "__main__":
    from .mlops.commands.data import main

    raise SystemExit(main())
