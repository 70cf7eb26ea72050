"""Where predictions go once they are checked: readers find the old ones or the new ones whole."""

from pathlib import Path

from ..batch.parts import Whole
from ..files import to_json, write_whole
from .record import FOLDER, BatchRecord
from .settings import Settings

LATEST = "latest.json"


def find_folder(settings: Settings, run_id: str) -> Path:
    """Returns the folder of the predictions of a run."""
    if settings.is_file:
        return FOLDER / "predictions" / run_id
    return Path(settings.sink) / run_id


def publish(settings: Settings, record: BatchRecord) -> Path:
    """Replaces the file of the sink, or names the newest folder in latest.json."""
    folder = Path(record.folder)
    if settings.is_file:
        target = Path(settings.sink)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Whole(target) as path:
            _join(sorted((folder / "predictions").iterdir()), path)
        return target
    target = folder.parent / LATEST
    content = {
        "run_id": record.run_id,
        "folder": folder.name,
        "predictions": record.predictions,
        "model": record.model,
        "made": record.started.isoformat(timespec="seconds"),
    }
    write_whole(target, to_json(content))
    return target


def _join(parts: list[Path], target: Path) -> None:
    if parts[0].suffix == ".csv":
        with target.open("wb") as joined:
            for number, part in enumerate(parts):
                with part.open("rb") as lines:
                    header = lines.readline()
                    if number == 0:
                        joined.write(header)
                    joined.writelines(lines)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A column without a value in one part has the type "null" there.
    schemas = [pq.read_schema(part) for part in parts]
    schema = pa.unify_schemas(schemas, promote_options="permissive")
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(pq.read_table(part).cast(schema))
