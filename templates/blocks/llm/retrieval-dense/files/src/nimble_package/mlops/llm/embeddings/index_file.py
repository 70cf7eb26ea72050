"""The arrays of a dense index as a file whose bytes depend on nothing but the arrays."""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...array_file import write_arrays
from ...errors import UserError
from .embedding import Arrays

INDEX = "index.npz"


def write(path: Path, key: str, arrays: Arrays) -> None:
    """Writes the arrays and the key; equal arrays give equal bytes."""
    write_arrays(path, {**dict(sorted(arrays.items())), "key": np.array(key)})


def read(path: Path, key: str) -> Arrays:
    """Returns the arrays; raises UserError for a damaged file and for another key."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise UserError(f'"{path.as_posix()}" is damaged: {error}; train again') from None
    found = str(arrays.pop("key", ""))
    if found != key:
        raise UserError(f'"{path.as_posix()}" is the index of other passages: train again')
    return arrays
