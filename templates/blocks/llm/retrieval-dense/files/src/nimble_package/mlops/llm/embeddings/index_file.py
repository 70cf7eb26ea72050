"""The arrays of a dense index as a file whose bytes depend on nothing but the arrays."""

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

from ...errors import UserError
from .embedding import Arrays

INDEX = "index.npz"


def write(path: Path, key: str, arrays: Arrays) -> None:
    """Writes the arrays and the key; equal arrays give equal bytes.

    np.savez writes other bytes with another version of Python.
    """
    content = {**dict(sorted(arrays.items())), "key": np.array(key)}
    with ZipFile(path, "w") as file:
        for name, array in content.items():
            buffer = BytesIO()
            np.save(buffer, array, allow_pickle=False)
            file.writestr(ZipInfo(f"{name}.npy"), buffer.getvalue())


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
