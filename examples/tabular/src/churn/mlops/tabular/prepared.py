"""The files below data/prepared: one CSV file for each split, and a manifest."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import Config, Data
from ..files import load_json, save_json, sha256
from ..step_key import compute_key

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"


def make_key(config: Config) -> str:
    """Returns a hash of all that the splits are made from: settings, the file and the code."""
    file = Path(config.data.path)
    has_file = config.data.source != "builtin" and file.is_file()
    content = sha256(file.read_bytes()) if has_file else ""
    code = compute_key("data")
    parts = (config.task, config.data, config.evaluate.folds, content, code)
    return sha256(repr(parts).encode())


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Returns the manifest of the splits in a folder; None when there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    facts: dict[str, Any] = load_json(path)
    return facts


def write(
    folder: Path, parts: Mapping[str, "pd.DataFrame"], facts: dict[str, Any], data: Data
) -> dict[str, Any]:
    """Writes the splits with the columns in use, and the manifest; returns the manifest."""
    wanted = [*facts["kinds"], facts["target"], data.group, data.time]
    names = [name for name in dict.fromkeys(wanted) if name]
    folder.mkdir(parents=True, exist_ok=True)
    content = b""
    for split, table in parts.items():
        path = folder / f"{split}.csv"
        table[names].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        content += path.read_bytes()
    counts = {split: len(table) for split, table in parts.items()}
    manifest = {**facts, "hash": sha256(content), "counts": counts}
    save_json(folder / MANIFEST, manifest)
    return manifest


def read_split(folder: Path, split: str, facts: Mapping[str, Any]) -> "pd.DataFrame":
    """Returns the rows of one split, with categories and dates as text."""
    import pandas as pd

    text = {name: str for name, kind in facts["kinds"].items() if kind != "number"}
    if facts["classes"]:
        text[facts["target"]] = str
    return pd.read_csv(
        folder / f"{split}.csv",
        dtype=text,
        keep_default_na=False,  # a category "NA" is a category
        na_values=[""],
    )
