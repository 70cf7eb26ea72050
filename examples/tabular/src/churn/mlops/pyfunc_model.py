"""The saved model as MLflow loads it: `mlflow.pyfunc.load_model(...).predict(table)`.

MLflow keeps a copy of this file and runs that, also where this repository is missing. So it
imports nothing of the package: the code comes from the `code.zip` of the model.
"""

import contextlib
import os
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel


class TableModel(PythonModel):
    """Predicts for a table with one row for each input."""

    def load_context(self, context: Any) -> None:
        """Imports the code of the model and loads its weights."""
        directory = Path(context.artifacts["model"]).resolve()
        self._files = Path(context.artifacts["settings"]).resolve()
        package = import_saved_code(directory / "code.zip")
        self._tables = import_module(f"{package}.mlops.tables")
        with _inside(self._files):  # settings of the run, such as limits and prices
            self._model = self._tables.load(directory)

    def predict(
        self,
        context: Any,  # noqa: ARG002  # MLflow passes it
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002  # MLflow passes it
    ) -> pd.DataFrame:
        """Returns a table with one row of predictions for each row."""
        predictions: pd.DataFrame = self._tables.predict(self._model, model_input, self._files)
        return predictions


def import_saved_code(archive: Path) -> str:
    """Imports the package in the archive and returns its name.

    Raises ImportError when the package is loaded already, with other code than that of the model.
    """
    with zipfile.ZipFile(archive) as opened:
        modules = {name: opened.read(name) for name in opened.namelist()}
    package = next(iter(modules)).partition("/")[0]
    if package not in sys.modules:
        sys.path.insert(0, str(archive))
        try:
            import_module(f"{package}.project")
        finally:
            sys.path.remove(str(archive))
        return package
    for name, content in modules.items():
        if _read_loaded(name) != content:
            raise ImportError(
                f'the package "{package}" is loaded here with another {name} than this model '
                "has: load the model in a process of its own"
            )
    return package


def _read_loaded(name: str) -> bytes | None:
    """The code that this process has, or would import, for a module of the archive."""
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    spec = find_spec(module)
    loader: Any = spec.loader if spec else None
    if loader is None:
        return None
    content: bytes = loader.get_data(spec.origin if spec else "")
    return content


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


set_model(TableModel())
