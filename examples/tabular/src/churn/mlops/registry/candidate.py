"""The model that a training left here: what is known of it before it is registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...project import PROJECT
from .. import prepared_files
from ..errors import UserError
from ..files import load_json
from ..project import PREPARED, REPORTS
from ..run_manifest import hash_artifacts, hash_model
from ..saved_code import compute_outputs
from ..saved_signature import hash_signature, read_signature, refuse_other_target
from .intervals import find_interval
from .version import HASH_LENGTH, Facts

TRAIN = 'run "uv run poe train"'


@dataclass(frozen=True)
class Candidate:
    """A model with the manifest of the training that made it."""

    directory: Path
    manifest: Mapping[str, Any]
    run_id: str
    model_sha256: str


def read(model_directory: Path) -> Candidate:
    """Returns the model in a directory; raises UserError when it is not that of the last run."""
    name = model_directory.as_posix()
    path = REPORTS / "manifest.json"
    if not model_directory.is_dir():
        raise UserError(f'"{name}" is missing, so there is no model to register: {TRAIN} first')
    if not path.is_file():
        raise UserError(
            f'"{path.as_posix()}" is missing, so no one knows how "{name}" was made: {TRAIN}'
        )
    manifest = load_json(path)
    if manifest["artifacts"] != hash_artifacts({model_directory: model_directory}):
        raise UserError(
            f'"{name}" is not the model that "{path.as_posix()}" describes, so its files were '
            f"changed after the training: {TRAIN}"
        )
    run_id = manifest["run_id"]
    if run_id is None:
        raise UserError(
            f'"{name}" was trained with runtime.track: false, so no tracker has it: '
            f"{TRAIN} with runtime.track: true"
        )
    return Candidate(model_directory, manifest, run_id, hash_model(model_directory))


def describe(config: Any, found: Candidate, model_path: str) -> Facts:
    """Loads the model with its own code, evaluates it on the test split, and returns its facts."""
    _refuse_other_data(found)
    examples = PROJECT.load(config, PREPARED).test
    what = f'"{found.directory.as_posix()}"'
    signature = read_signature(found.directory)
    refuse_other_target(signature, PROJECT.target(examples), what)
    outputs = compute_outputs(found.directory, PROJECT.inputs(examples))
    evaluation = PROJECT.evaluate(config, examples, outputs, found.directory)
    git = found.manifest["git"]
    return Facts(
        experiment=config.experiment,
        modality=PROJECT.modality,
        commit=git["commit"] or "",
        is_dirty=bool(git["dirty"]),
        data_hash=found.manifest["data"]["hash"],
        model_sha256=found.model_sha256,
        model_path=model_path,
        signature=signature,
        signature_sha256=hash_signature(signature),
        metrics=dict(evaluation.metrics),
        primary_metric=evaluation.primary_metric,
        interval=find_interval(evaluation),
    )


def _refuse_other_data(found: Candidate) -> None:
    """The test split of other data could hold examples that the model was trained on."""
    prepared = prepared_files.read_manifest(PREPARED)
    wanted = found.manifest["data"]["hash"]
    if not prepared:
        raise UserError(f'"{PREPARED.as_posix()}" is missing: run "uv run poe data" first')
    if prepared["hash"] != wanted:
        raise UserError(
            f'"{PREPARED.as_posix()}" ({prepared["hash"][:HASH_LENGTH]}…) is not the data that '
            f'"{found.directory.as_posix()}" was trained on ({wanted[:HASH_LENGTH]}…): {TRAIN}'
        )
