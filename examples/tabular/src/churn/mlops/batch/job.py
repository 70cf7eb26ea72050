"""What a folder of predictions was made from: another job is not written into the same folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import hash_file, load_json, to_json, write_whole
from ..progress import track
from .model_version import ModelVersion
from .rows import Source

MANIFEST = "manifest.json"
LOCK = ".lock"
WORDS = {
    "model": "of another model",
    "inputs": "of other inputs, or inputs that changed since",
    "code": "by other code of this repository",
    "format": "in another format",
    "part_rows": "in parts of another size",
    "id_column": "with another --id-column",
}


def describe(
    version: ModelVersion,
    sources: Sequence[Source],
    output_format: str,
    part_rows: int,
    id_column: str | None,
) -> dict[str, Any]:
    """Returns all that the predictions depend on."""
    files = [(source.name, path) for source in sources for path in source.files]
    inputs = []
    for name, path in track(files, "Reading inputs"):
        inputs.append({"name": name, "file": path.name, "sha256": hash_file(path)})
    return {
        "schema_version": 1,
        "model": {"sha256": version.sha256, "run_id": version.run_id},
        "code": version.code_sha256,
        "inputs": inputs,
        "format": output_format,
        "part_rows": part_rows,
        "id_column": id_column,
    }


def refuse_other_content(folder: Path, name: str) -> None:
    """Raises UserError when the folder has files that no batch prediction wrote."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f'"--out {name}" is a file: name a folder')
    if not folder.is_dir() or (folder / MANIFEST).is_file():
        return
    strange = [path.name for path in folder.iterdir() if path.name != LOCK]
    strange = [entry for entry in strange if not entry.startswith(f"{MANIFEST}.")]
    if strange:
        raise UserError(
            f'"--out {name}" has other files, such as "{min(strange)}": name an empty folder'
        )


def begin(folder: Path, name: str, job: dict[str, Any]) -> bool:
    """Writes the manifest of a new job; returns whether the folder has parts of this one.

    Raises UserError when the folder has predictions of another job.
    """
    path = folder / MANIFEST
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, to_json(job))
        return False
    try:
        known = load_json(path)
    except ValueError:
        raise UserError(f'"{path.as_posix()}" cannot be read: name an empty folder') from None
    for key, words in WORDS.items():
        if known.get(key) != job[key]:
            hint = "name an empty folder, or delete this one"
            raise UserError(f'"--out {name}" has predictions {words}: {hint}')
    return True
