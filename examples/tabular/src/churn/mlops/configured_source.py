"""Names the configured data, as the files name it that were written about it."""

from pathlib import Path
from typing import Any

from ..project import PROJECT


def get_name(config: Any) -> str:
    """Returns `data.source` and the paths that exist, so another path is another source."""
    paths = [path.as_posix() for path in find_paths(config)]
    names = dict.fromkeys([str(config.data.source), *paths])
    return " ".join(names)


def find_paths(config: Any) -> list[Path]:
    """Returns the files and folders that the data is read from, as far as they exist."""
    return [path for path in PROJECT.sources(config) if path.exists()]
