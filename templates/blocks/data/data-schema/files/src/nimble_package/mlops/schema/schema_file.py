"""Reads and writes data/schema.yaml: which data was accepted, and the rules of its columns."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from .. import config
from ..errors import UserError
from ..files import parse_yaml
from .rules import Rules

SCHEMA = Path("data/schema.yaml")
VERSION = 1  # of the format; an older code does not know the rules of a newer one
HEAD = """\
# What the data is. Written by `poe data` the first time, then by `poe data --accept`; commit it.
# Change the rules as you like: min, max, allowed, missing (a share); a note is free text.
"""


@dataclass(frozen=True)
class Accepted:
    """The data that was accepted."""

    files: int
    sha256: str | None  # of the files; None: the source has no files
    prepared: str  # hash of the prepared data
    settings: str = ""  # hash of the settings that the prepared data was made with
    bytes: int = 0
    licence: str = ""
    counts: dict[str, int] = field(default_factory=dict)  # split -> examples


@dataclass(frozen=True)
class DataSchema:
    """The content of data/schema.yaml."""

    source: str
    accepted: Accepted
    fields: dict[str, Rules]
    version: int = VERSION


def read(path: Path = SCHEMA) -> DataSchema | None:
    """Returns the content of data/schema.yaml, or None before the first `poe data`."""
    if not path.is_file():
        return None
    _refuse_newer(path)
    try:
        return config.read(DataSchema, path)
    except UserError as error:
        hint = 'take it from git again, or delete it and run "uv run poe data"'
        raise UserError(f"{SCHEMA.as_posix()}: {error} ({hint})") from None


def _refuse_newer(path: Path) -> None:
    """Raises UserError for a file of a newer version, whose keys are not known here."""
    try:
        version = parse_yaml(path.read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        return  # a file without a version, or one that `config.read` says more about
    if isinstance(version, int) and version > VERSION:
        raise UserError(
            f'"{SCHEMA.as_posix()}" has version {version}, and this code reads up to {VERSION}: '
            'run "nimble-ml update", or take the file of this commit from git'
        )


def write(schema: DataSchema) -> None:
    """Writes data/schema.yaml as a whole or not at all."""
    content = yaml.safe_dump(asdict(schema), sort_keys=False, allow_unicode=True, width=100)
    SCHEMA.parent.mkdir(exist_ok=True)
    temporary = SCHEMA.with_suffix(".tmp")
    try:
        temporary.write_text(HEAD + content, encoding="utf-8", newline="\n")
        temporary.replace(SCHEMA)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f'"{SCHEMA.as_posix()}" cannot be written: {error.strerror}') from None
