"""Which model made a prediction: the hash of its files, and the run that trained it."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..files import hash_json, load_json, sha256
from ..project import MODEL, REPORTS
from ..run_manifest import PACKAGE, hash_artifacts

LENGTH = 16  # characters of a hash that are written to each row


@dataclass(frozen=True)
class ModelVersion:
    """A saved model by its content."""

    sha256: str  # of the names and hashes of its files
    run_id: str | None  # None: not known, or no tracker kept the run
    code_sha256: str  # of the Python code that predicts

    @property
    def short(self) -> str:
        """The hash as each row has it."""
        return self.sha256[:LENGTH]


def find_version(directory: Path = MODEL) -> ModelVersion:
    """Returns the version of the model in a directory; raises UserError when there is none."""
    if not directory.is_dir() or not any(directory.iterdir()):
        raise UserError(f'"{directory.as_posix()}" has no model: run "uv run poe train" first')
    hashes = hash_artifacts({Path(): directory})
    code = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    code_hashes = {name: sha256(code[name].read_bytes()) for name in sorted(code)}
    return ModelVersion(hash_json(hashes), _find_run(directory, hashes), hash_json(code_hashes))


def _find_run(directory: Path, hashes: dict[str, str]) -> str | None:
    """The run whose manifest has exactly these files."""
    path = REPORTS / "manifest.json"
    if not path.is_file():
        return None
    manifest = load_json(path)
    prefix = f"{directory.as_posix()}/"
    written = manifest["artifacts"]
    of_model = {name.removeprefix(prefix): written[name] for name in written if prefix in name}
    run_id: str | None = manifest["run_id"]
    return run_id if of_model.items() <= hashes.items() and of_model else None
