"""What the schema must know about texts: their scripts, lengths and labels."""

from pathlib import Path

from .. import data
from ..config import Config
from ..mlops.nlp.scripts import find_scripts
from ..mlops.prepared_files import read_places
from ..mlops.schema.adapter import Column
from ..mlops.schema.whole_data import describe_doubles, describe_labels, describe_size


def read_columns(config: Config, folder: Path) -> dict[str, Column]:
    """Returns the columns of the texts of all splits together."""
    splits = data.load(config, folder)
    texts: list[str] = []
    labels: list[str] = []
    places: list[str] = []
    parts = {"train": splits.train, "valid": splits.valid, "test": splits.test}
    for name, part in parts.items():
        places += read_places(folder, name)
        texts += part.texts
        labels += [part.classes[label] for label in part.labels]
    return {
        "script": Column("category", find_scripts(texts)),
        "letters in a text": Column("number", [len(text) for text in texts], places=places),
        "label": Column("category", labels, places=places),
        **describe_size(len(texts)),
        **describe_labels(labels),
        **describe_doubles(texts),
    }
