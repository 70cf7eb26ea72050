"""What a batch must know about this modality: each file is an input."""

from ..mlops.batch.adapter import BatchReader
from ..mlops.batch.file_sources import open_files

READER = BatchReader(open_files, part_rows=1000, batch_rows=100)
