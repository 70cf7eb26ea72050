"""The step `validate`: stops the pipeline when the data has problems or was not accepted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...project import PROJECT
from ..errors import UserError
from ..files import save_json
from ..hook_points import PipelineStep
from ..hooks import HOOKS
from ..prepared_files import read_manifest, shorten
from ..project import PREPARED, REPORTS
from . import stages
from .content import hash_path

REPORT = REPORTS / "validation.json"
SCHEMA = Path("data/schema.yaml")


def validate(config: Any) -> None:
    """Runs the checks of the data, and what refuses a training; writes reports/validation.json."""
    problems = PROJECT.check(config)
    if problems:
        raise UserError(shorten(problems))
    for before_training in HOOKS.before_training:
        before_training(config)
    manifest = read_manifest(PREPARED) or {}
    save_json(REPORT, {"data": manifest.get("hash"), "problems": []})
    print("The data passes every check.")


def _hash_sources(config: Any) -> Mapping[str, str]:
    return {source.as_posix(): hash_path(source) for source in PROJECT.sources(config)}


STEP = PipelineStep(
    name="validate",
    order=20,
    run=validate,
    inputs=[Path("config.yaml"), PREPARED, SCHEMA, stages.KEYS / "data.json"],
    outputs=[REPORT],
    facts=_hash_sources,
)
