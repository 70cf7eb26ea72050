"""Inputs of a batch of which each is a file: images, audio clips."""

from collections.abc import Sequence
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from .rows import WholeFiles, find_files


def open_files(model: Any, names: Sequence[str], id_column: str | None) -> list[WholeFiles]:
    """Returns the files that are named and those in folders; the name of a file is its id."""
    if id_column is not None:
        raise UserError('"--id-column" is for tables: here the name of a file is its id')

    def read_file(path: str) -> Any:
        return PROJECT.read_inputs(model, [path])[0][1]

    return [WholeFiles(names[0], find_files(names), read_file)]
