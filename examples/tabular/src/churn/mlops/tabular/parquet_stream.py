"""Reads Parquet files of any size in chunks, whatever the size of their row groups."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from .chunks import TableChunk
from .parquet_table import simplify_table

BUFFER = 1 << 16  # bytes of a column that are read at once


class ParquetStream:
    """The rows of a Parquet file; `keys` are the columns that the folder's name tells."""

    def __init__(self, path: Path, keys: Mapping[str, Any]) -> None:
        """Raises an error of Arrow for a file that is not whole."""
        self._path = path
        self._keys = keys
        with _open(path) as file:
            names = file.schema_arrow.names
        self.columns = [*names, *keys]

    def chunks(self, size: int) -> Iterator[tuple[int, Callable[[], TableChunk]]]:
        """Yields the number of rows of each chunk, and what reads them."""
        import pyarrow as pa

        first = 1
        with _open(self._path) as file:
            waiting = pa.table([], schema=pa.schema([]))
            for batch in file.iter_batches(batch_size=size, use_threads=False):
                read = pa.Table.from_batches([batch])
                table = pa.concat_tables([waiting, read]) if len(waiting) else read
                while len(table) >= size:
                    yield size, partial(self._read, table.slice(0, size), first)
                    first += size
                    table = table.slice(size)
                waiting = table
        if len(waiting):
            yield len(waiting), partial(self._read, waiting, first)

    def _read(self, rows: Any, first: int) -> TableChunk:
        table = rows.to_pandas()
        for name, value in self._keys.items():
            table[name] = value
        table = simplify_table(table).reset_index(drop=True)
        return TableChunk(table, range(first, first + len(table)))


def _open(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)


def find_keys(folder: Path) -> dict[Path, dict[str, Any]]:
    """Returns what the names of folders tell, as `year=2026/`, for each file in a folder."""
    from pyarrow import dataset

    found = dataset.dataset(folder, format="parquet", partitioning="hive")
    keys = {}
    for fragment in found.get_fragments():
        keys[Path(fragment.path).resolve()] = dataset.get_partition_keys(
            fragment.partition_expression
        )
    return keys
