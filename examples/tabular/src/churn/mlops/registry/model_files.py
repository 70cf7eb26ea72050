"""The files of a model: their hash, and whether what the tracker keeps is what was registered."""

from pathlib import Path

from ..errors import UserError
from ..run_manifest import hash_model
from ..saved_code import CODE
from .version import HASH_LENGTH

INSIDE = "artifacts"  # in a model of MLflow: one folder for each artifact


def verify(directory: Path, expected: str, what: str) -> None:
    """Raises UserError when the files are not those that were registered."""
    found = hash_model(directory)
    if found != expected:
        raise UserError(
            f"the files of {what} are not those that were registered (SHA-256 "
            f"{found[:HASH_LENGTH]}…, not {expected[:HASH_LENGTH]}…), so it is not loaded: "
            "restore them from a backup, or promote another version"
        )


def find_model(logged: Path) -> Path:
    """Returns the directory of the model in a model that MLflow keeps."""
    found = sorted((logged / INSIDE).glob(f"*/{CODE}"))
    if not found:
        raise UserError(f'the tracker keeps no "{CODE}" with this model: train it again')
    return found[0].parent
