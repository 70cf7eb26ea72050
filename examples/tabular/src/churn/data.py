"""Reads the table, checks it and splits it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .config import Config
from .features import add_columns
from .mlops import prepared_files, splits
from .mlops.errors import UserError
from .mlops.project import PREPARED, Field, FieldKind
from .mlops.tabular import columns, leaks, levels, prepared, table_files
from .mlops.tabular.split import draw_rows

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

CARS = "Auto MPG: 406 cars of 1970-82, by name (UCI, from vega-datasets)"


@dataclass(frozen=True)
class Examples:
    """Rows with their target; `kinds` says what each column to predict from is."""

    rows: "pd.DataFrame"
    target: str
    kinds: dict[str, str]  # column -> number, category or date
    types: dict[str, str]  # of all columns, as the source has them
    classes: list[str]  # empty for a regression
    groups: list[str]  # of the rows; one group stays on one side of every split


@dataclass(frozen=True)
class Splits:
    """The prepared rows."""

    train: Examples
    test: Examples


def read(config: Config) -> "pd.DataFrame":
    """Returns the whole table: drop or change rows here, and keep their index."""
    table = read_source(config)
    return add_columns(table)


def read_source(config: Config) -> "pd.DataFrame":
    """Returns the table as its source has it; a row is known by its values there."""
    categories = config.data.categories
    if config.data.source == "builtin":
        cars = read_cars(config.data.target)
        return table_files.as_text(cars, categories)
    path = Path(config.data.path)
    return table_files.read(path, config.data.source, categories)


def read_cars(target: str) -> "pd.DataFrame":
    """Returns the table that needs no download, without the rows that lack the target."""
    import pandas as pd
    import vega_datasets

    folder = files(vega_datasets) / "_data"
    cars = pd.read_json(folder / "cars.json")
    if target in cars:
        return cars.dropna(subset=[target], ignore_index=True)
    return cars


def check(config: Config) -> list[str]:
    """Returns what is wrong with the configured table, one sentence for each problem."""
    table = read(config)
    return columns.find_problems(table, config)


@prepared_files.one_at_a_time
def prepare(config: Config, folder: Path = PREPARED) -> dict[str, Any]:
    """Writes the splits to `folder` and returns their manifest.

    Splits made from the same settings, file, code and packages are used again.
    Raises UserError with the first problems of the table.
    """
    made_from = prepared.describe_inputs(config)
    known = prepared_files.read_reusable(folder, made_from)
    if known:
        return known
    source = read_source(config)
    table = read(config)
    problems = columns.find_problems(table, config)
    if problems:
        raise UserError(prepared_files.shorten(problems))
    for note in columns.find_notes(table, config):
        log.info("%s.", note)
    drawn = draw_rows(table, config, source)
    splits.save_record(drawn.record, folder)
    facts = describe(table, config)
    facts["types"] = levels.find_types(source, config)
    sentences = [facts["summary"], *drawn.notes]
    facts["summary"] = "; ".join(sentences)
    is_regression = config.task == "regression"
    target = config.data.target
    facts["warnings"] = leaks.find_suspicious(
        table, facts["kinds"], target, regression=is_regression
    )
    facts["made_from"] = made_from
    return prepared.write(folder, table, drawn, facts, config.data)


def describe(table: "pd.DataFrame", config: Config) -> dict[str, Any]:
    """Returns what the manifest says about the data."""
    builtin = config.data.source == "builtin"
    kinds = columns.find_kinds(table, config)
    target = config.data.target
    return {
        "source": CARS if builtin else config.data.path,
        "licence": "CC BY 4.0" if builtin else "as its owner says",
        "target": target,
        "kinds": kinds,
        "classes": class_names(table, config),
        "summary": f'"{target}" is predicted from {len(kinds)} columns',
    }


def class_names(table: "pd.DataFrame", config: Config) -> list[str]:
    """Returns the sorted values of the target; none for a regression."""
    if config.task == "regression":
        return []
    values = table[config.data.target].unique()
    return sorted(str(value) for value in values)


@prepared_files.one_at_a_time
def load(config: Config, folder: Path = PREPARED) -> Splits:
    """Returns the prepared rows; prepares them first where they are missing or outdated."""
    facts = prepare(config, folder)
    train = read_split(folder, "train", facts)
    test = read_split(folder, "test", facts)
    return Splits(train, test)


def read_split(folder: Path, name: str, facts: dict[str, Any]) -> Examples:
    """Returns the prepared rows of one split."""
    rows = prepared.read_split(folder, name, facts)
    target = facts["target"]
    groups = prepared.read_groups(folder, name)
    kinds, types = facts["kinds"], facts["types"]
    classes = facts["classes"]
    return Examples(rows, target, kinds, types, classes, groups)


def targets(examples: Examples) -> NDArray[Any]:
    """Returns class numbers, or values, shape (n,)."""
    values = examples.rows[examples.target]
    if not examples.classes:
        return np.asarray(values, dtype=float)
    numbers = {name: number for number, name in enumerate(examples.classes)}
    return np.asarray(values.map(numbers), dtype=int)


def inputs(examples: Examples) -> Sequence[dict[str, Any]]:
    """Returns each row as column -> value, without the target."""
    rows = examples.rows[list(examples.kinds)]
    records: list[dict[str, Any]] = rows.to_dict("records")
    return records


def target_field(examples: Examples) -> Field:
    """Returns the name, the kind and the classes of the target."""
    kind: FieldKind = "category" if examples.classes else "number"
    return Field(examples.target, kind, allowed=tuple(examples.classes))


if __name__ == "__main__":
    from .mlops.commands.data import main

    raise SystemExit(main())
