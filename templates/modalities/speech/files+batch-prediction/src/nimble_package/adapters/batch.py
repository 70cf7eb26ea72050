"""What a batch must know about this modality: each file is an input."""

from collections.abc import Sequence
from typing import Any

from .. import predict
from ..mlops.batch.adapter import BatchReader
from ..mlops.batch.rows import WholeFiles, find_files
from ..mlops.errors import UserError


def open_sources(
    model: predict.Model, names: Sequence[str], id_column: str | None
) -> list[WholeFiles]:
    """Returns the files that are named and those in folders."""
    if id_column is not None:
        raise UserError('"--id-column" is for tables: here the name of a file is its id')

    def read_file(path: str) -> Any:
        return predict.read_inputs(model, [path])[0][1]

    return [WholeFiles(names[0], find_files(names), read_file)]


READER = BatchReader(open_sources, part_rows=1000, batch_rows=100)
