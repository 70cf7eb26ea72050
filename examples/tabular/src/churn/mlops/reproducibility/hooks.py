"""The hook of this subpackage, which hooks.py of mlops registers."""

from pathlib import Path
from typing import Any

from . import manifest_details


def complete_manifest(manifest: dict[str, Any], folder: Path) -> list[Path]:
    """Adds what it takes to make the run again; returns the patch, if any, to keep with it."""
    return manifest_details.complete(manifest, folder)
