"""Predictions for a table with one row for each input, as trackers and batch jobs have it.

A text is in the column that the signature names, an image or a clip is a file that the column
`path` names, and a row of a table has the columns that its source has.
"""

import contextlib
import io
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project import PROJECT
from .errors import UserError, suggest
from .project import FILE_KINDS, Field

if TYPE_CHECKING:
    import pandas as pd

PATH = "path"  # the column with the names of files
MAX_EXAMPLE = 5  # rows of the table that a tracker keeps as an example


@dataclass(frozen=True)
class Example:
    """Some inputs as a table, and what the model predicts for them."""

    inputs: "pd.DataFrame"
    outputs: "pd.DataFrame"
    required: dict[str, str]  # each column that a prediction needs: number, category, date, ...


@dataclass(frozen=True)
class SavedModel:
    """A model that was trained just now, and some inputs that it predicts."""

    config: Any
    model: Any
    inputs: Sequence[Any]

    def make_example(self, folder: Path) -> Example:
        """Returns the inputs as a table that a user could have; files go to the folder."""
        import pandas as pd

        fields = PROJECT.signature(self.model).inputs
        if PROJECT.example_table:
            table = PROJECT.example_table(self.config, self.inputs, folder)
            table = table.reset_index(drop=True)
        else:
            table = pd.DataFrame({fields[0].name: list(self.inputs)})
        names = [PATH] if _is_file(fields) else [field.name for field in fields]
        kinds: dict[str, str] = {}
        for name, field in zip(names, fields, strict=True):
            if name in table.columns:
                kinds[name] = field.kind
        return Example(table, predict(self.model, table, folder), kinds)


def load(directory: Path) -> Any:
    """Returns the saved model."""
    return PROJECT.load_model(directory)


def predict(model: Any, table: "pd.DataFrame", folder: Path = Path()) -> "pd.DataFrame":
    """Returns one row of predictions for each row; nested values have names with dots.

    A path that does not exist where the process runs is looked for in the folder.
    """
    import pandas as pd

    if table.empty:
        return pd.DataFrame()
    inputs = _read_inputs(model, table, folder)
    predictions = PROJECT.predict(model, inputs)
    return pd.json_normalize(predictions).set_index(table.index)


def _read_inputs(model: Any, table: "pd.DataFrame", folder: Path) -> list[Any]:
    fields = PROJECT.signature(model).inputs
    if _is_file(fields):
        paths = [_find_file(name, folder) for name in _get_texts(table, PATH)]
        named = PROJECT.read_inputs(model, paths)
        return [value for _, value in named]
    if fields[0].kind == "text":
        return _get_texts(table, fields[0].name)
    with tempfile.TemporaryDirectory() as name:
        path = _write(table, Path(name))
        warnings = io.StringIO()
        with contextlib.redirect_stderr(warnings):
            named = PROJECT.read_inputs(model, [str(path)])
    if len(table) > MAX_EXAMPLE:  # what a few rows lack says nothing about a table
        print(warnings.getvalue().replace(str(path), "table"), end="", file=sys.stderr)
    return [value for _, value in named]


def _is_file(fields: Sequence[Field]) -> bool:
    return fields[0].kind in FILE_KINDS


def _find_file(name: str, folder: Path) -> str:
    path = Path(name)
    return name if path.is_file() else str(folder / path)


def _get_texts(table: "pd.DataFrame", name: str) -> list[str]:
    if name not in table.columns:
        hint = suggest(name, [str(column) for column in table.columns])
        raise UserError(f'the column "{name}" is missing. {hint}')
    missing = table[name].isna().to_numpy()
    if missing.any():
        row = int(missing.argmax()) + 1
        raise UserError(f'row {row} has no value in the column "{name}": fill it or leave it out')
    return [str(value) for value in table[name]]


def _write(table: "pd.DataFrame", folder: Path) -> Path:
    """Writes the table so that the code for files reads it; types stay where Parquet has them."""
    import pyarrow

    path = folder / "table.parquet"
    try:
        table.to_parquet(path, index=False)
    except (pyarrow.ArrowException, TypeError, ValueError):  # a column with numbers and texts
        path = folder / "table.csv"
        table.to_csv(path, index=False)
    return path
