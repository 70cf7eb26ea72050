"""The code of a model, saved next to its weights, so that an older model still runs as it did."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .array_file import write_arrays
from .errors import UserError

PACKAGE = Path(__file__).parents[1]
CODE = "code.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file can hold


def save(model_directory: Path) -> None:
    """Writes the modules of this package to `code.zip`, with the same bytes for the same code."""
    model_directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(model_directory / CODE, "w", zipfile.ZIP_STORED) as archive:
        for module in sorted(PACKAGE.rglob("*.py")):
            name = module.relative_to(PACKAGE.parent).as_posix()
            archive.writestr(zipfile.ZipInfo(name, EPOCH), module.read_bytes())


def compute_outputs(model_directory: Path, inputs: Sequence[Any]) -> Any:
    """Returns the outputs of a model for `inputs`, computed by its own code in another process.

    Inputs are arrays, texts or JSON objects; outputs are an array or a list of JSON objects.
    Raises UserError when the model has no saved code or the code fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_values(folder / "inputs", inputs)
        package = find_package(model_directory)
        module = f"{package}.mlops.saved_code_worker"
        start(model_directory, ["-m", module, str(model_directory), name])
        return read_values(folder / "outputs")


def start(model_directory: Path, arguments: Sequence[str]) -> None:
    """Runs Python with the code that was saved with a model, in a process of its own.

    Raises UserError when the model has no saved code or the process fails.
    """
    archive = _find_archive(model_directory)
    command = [sys.executable, "-P", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(archive.resolve())}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise UserError(f'the code saved in "{archive.as_posix()}" failed: {lines[-1]}')


def find_package(model_directory: Path) -> str:
    """Returns the name of the package in the saved code; UserError when there is no saved code."""
    archive = _find_archive(model_directory)
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.namelist()[0].partition("/")[0]
    except (zipfile.BadZipFile, IndexError):
        raise UserError(
            f'"{archive.as_posix()}" is damaged: run "uv run poe train" again'
        ) from None


def _find_archive(model_directory: Path) -> Path:
    archive = model_directory / CODE
    if not archive.is_file():
        raise UserError(f'"{archive.as_posix()}" is missing: run "uv run poe train" first')
    return archive


def write_values(stem: Path, values: Any) -> None:
    """Writes an array, a list of arrays or JSON next to `stem`."""
    if isinstance(values, np.ndarray):
        np.save(stem.with_suffix(".npy"), values, allow_pickle=False)
    elif len(values) > 0 and isinstance(values[0], np.ndarray):
        arrays = {str(index): array for index, array in enumerate(values)}
        write_arrays(stem.with_suffix(".npz"), arrays)
    else:
        text = json.dumps(list(values), default=to_plain)
        stem.with_suffix(".json").write_text(text, encoding="utf-8")


def read_values(stem: Path) -> Any:
    """Returns what `write_values` wrote."""
    if stem.with_suffix(".npy").is_file():
        return np.load(stem.with_suffix(".npy"), allow_pickle=False)
    if stem.with_suffix(".npz").is_file():
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
            return [arrays[str(index)] for index in range(len(arrays))]
    return json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))


def to_plain(value: Any) -> Any:
    """Returns a numpy scalar as a number, and everything else as text."""
    return value.item() if isinstance(value, np.generic) else str(value)
