"""Arrays in one file whose bytes depend on nothing but the arrays.

np.savez writes other bytes with another version of Python, and np.savez_compressed also with
another version of zlib, as in an image.
"""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np

UNIX = 3  # on any system


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Writes what np.load reads; equal arrays in the same order give equal bytes."""
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            content = BytesIO()
            np.save(content, array, allow_pickle=False)
            member = ZipInfo(f"{name}.npy")
            member.create_system = UNIX
            file.writestr(member, content.getvalue())
