"""The files below data/prepared: one CSV file for each split, and a manifest."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import Config, Data
from .. import prepared_files
from ..files import load_json, save_json, sha256
from .csv_table import LINE
from .split import Drawn

if TYPE_CHECKING:
    import pandas as pd

GROUPS = "groups.json"


def find_sources(config: Config) -> list[Path]:
    """Returns the file that the table is read from; nothing for the built-in table."""
    if config.data.source == "builtin":
        return []
    return [Path(config.data.path)]


def describe_inputs(config: Config) -> dict[str, str]:
    """Returns hashes of all that the splits are made from."""
    settings = (config.task, config.data, config.evaluate.folds)
    return prepared_files.describe_inputs(settings, find_sources(config))


def write(
    folder: Path, table: "pd.DataFrame", drawn: Drawn, facts: dict[str, Any], data: Data
) -> dict[str, Any]:
    """Writes the splits with the columns in use, and the manifest; returns the manifest."""
    wanted = [*facts["kinds"], facts["target"], data.id, data.group, data.time]
    names = [name for name in dict.fromkeys(wanted) if name]
    prepared_files.start_writing(folder)
    content = b""
    counts = {}
    groups = {}
    places = {}
    for split, is_chosen in (("train", ~drawn.is_test), ("test", drawn.is_test)):
        path = folder / f"{split}.csv"
        rows = table.loc[is_chosen, names]
        rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        content += path.read_bytes()
        counts[split] = len(rows)
        pairs = zip(drawn.groups, is_chosen, strict=True)
        groups[split] = [group for group, chosen in pairs if chosen]
        places[split] = list_places(rows)
    prepared_files.save_places(folder, places)
    save_json(folder / GROUPS, groups)
    content += (folder / GROUPS).read_bytes()
    manifest = {**facts, "hash": sha256(content), "counts": counts}
    return prepared_files.write_manifest(folder, manifest)


def list_places(rows: "pd.DataFrame") -> list[str]:
    """Returns the place of each row in its source, as an editor counts lines."""
    if rows.index.name == LINE:
        return [f"line {line}" for line in rows.index]
    return [f"row {int(number) + 1}" for number in rows.index]


def read_groups(folder: Path, split: str) -> list[str]:
    """Returns the group of each row of one split."""
    groups: list[str] = load_json(folder / GROUPS)[split]
    return groups


def read_split(folder: Path, split: str, facts: Mapping[str, Any]) -> "pd.DataFrame":
    """Returns the rows of one split, with categories and dates as text."""
    import pandas as pd

    text = {name: str for name, kind in facts["kinds"].items() if kind != "number"}
    if facts["classes"]:
        text[facts["target"]] = str
    path = folder / f"{split}.csv"
    return pd.read_csv(
        path,
        dtype=text,
        keep_default_na=False,  # a category "NA" is a category
        na_values=[""],
    )
